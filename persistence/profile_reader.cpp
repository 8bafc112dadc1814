#include "persistence/profile_reader.hpp"

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"

namespace redial::persistence {

namespace {

/// Makes `run` the row which holds `number` and `first` the contact that it begins with, unless they are already.
template <class T>
result<void> load_run(const reader& data, table where, campaign_no campaign, contact_no number, contact_no run_length,
  bool (*decode_run)(std::string_view, std::vector<T>&), std::optional<contact_no>& first, std::vector<T>& run) {
  const auto wanted = number - number % run_length;
  const auto key = keys::of_contact(campaign, wanted);
  if (first != wanted) {
    first.reset();
    auto row = data.get(where, key);
    if (!row)
      return row.error();
    if (!*row)
      return missing_row(where, key);
    if (!decode_run(**row, run))
      return unreadable_row(where, key);
    first = wanted;
  }
  if (number - wanted >= run.size())
    return unreadable_row(where, key);
  return {};
}

} // namespace

result<contact_profile> profile_reader::read(contact_no number) {
  if (auto loaded = load_run(
        data_, table::phone, campaign_, number, keys::contacts_per_phone_row, decode_phones, phones_first_, phones_);
      !loaded)
    return loaded.error();
  if (auto loaded = load_run(data_, table::profile, campaign_, number, keys::contacts_per_profile_row, decode_profiles,
        profiles_first_, profiles_);
      !loaded)
    return loaded.error();
  auto found = profiles_[number - *profiles_first_];
  found.phone = phones_[number - *phones_first_];
  return found;
}

} // namespace redial::persistence
