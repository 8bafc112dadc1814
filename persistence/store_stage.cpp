#include "persistence/codec.hpp"
#include "persistence/keys.hpp"
#include "persistence/profile_reader.hpp"
#include "persistence/store_impl.hpp"

// Contacts on their way into a campaign: to be created, or already there.

namespace redial::persistence {

namespace {

/// Reads of the row that holds contact `total` what belongs to the list, which ends there.
template <class T>
result<std::vector<T>> load_last(const reader& data, table where, campaign_no campaign, contact_no total,
  contact_no run_length, bool (*decode_run)(std::string_view, std::vector<T>&)) {
  std::vector<T> run;
  const auto listed = total % run_length;
  if (listed == 0)
    return run;
  const auto key = keys::of_contact(campaign, total - listed);
  const auto row = data.get(where, key);
  if (!row)
    return row.error();
  if (!*row)
    return missing_row(where, key);
  if (!decode_run(**row, run) || run.size() < listed)
    return unreadable_row(where, key);
  run.resize(listed); // the rest was placed by an addition that never came to its end
  return run;
}

/// Adds to `changes` that the rows go which hold nothing of a list of `total` contacts.
void erase_behind(campaign_no campaign, std::uint64_t total, batch& changes) {
  const auto erase = [&](table where, contact_no run_length) {
    const auto behind = (total + run_length - 1) / run_length * run_length;
    if (behind <= ~contact_no{0})
      changes.erase_range(where, keys::of_contact(campaign, static_cast<contact_no>(behind)), keys::of(campaign + 1));
  };
  erase(table::phone, keys::contacts_per_phone_row);
  erase(table::profile, keys::contacts_per_profile_row);
}

} // namespace

result<void> store::impl::write_staged(campaign_no campaign, batch& changes) {
  auto written = backend->write(changes, false);
  if (!written) {
    staged.forget(campaign); // a list with a hole in it must not become a campaign's
    doubt(written.error());
  }
  return written;
}

result<void> store::stage(campaign_no campaign, contact_no first, std::span<const contact_profile> contacts) {
  if (self_->head(campaign) != nullptr)
    return problem{error_code::invalid_value, "campaign " + std::to_string(campaign) + " exists already", {}};
  if (auto why = self_->trouble())
    return unwritten(*why); // what is missing now is known as lost after `recover`
  self_->reserve(campaign);
  const auto changes = self_->backend->new_batch();
  if (auto added = self_->staged.add(campaign, first, contacts, *changes); !added)
    return added;
  return self_->write_staged(campaign, *changes);
}

result<void> store::close_staging(campaign_no campaign) {
  if (self_->head(campaign) != nullptr)
    return problem{error_code::invalid_value, "campaign " + std::to_string(campaign) + " exists already", {}};
  if (auto why = self_->trouble())
    return unwritten(*why);
  if (self_->staged.lost(campaign))
    return lost_upload(campaign);
  const auto changes = self_->backend->new_batch();
  self_->staged.finish(campaign, *changes);
  self_->staged.forget(campaign);
  return self_->write_staged(campaign, *changes);
}

result<std::vector<contact_profile>> store::load_staged(
  campaign_no campaign, contact_no first, contact_no count) const {
  std::vector<contact_profile> found;
  found.reserve(count);
  profile_reader reader{*self_->backend, campaign};
  for (std::uint64_t number = first; number < std::uint64_t{first} + count; ++number) {
    auto profile = reader.read(static_cast<contact_no>(number));
    if (!profile)
      return profile.error();
    found.push_back(std::move(*profile));
  }
  return found;
}

result<void> store::extend(
  campaign_no campaign, campaign_no addition, contact_no first, std::span<const contact_profile> contacts) {
  const auto before = self_->existing(campaign);
  if (!before)
    return before.error();
  if (auto why = self_->trouble())
    return unwritten(*why);
  const auto total = static_cast<contact_no>((*before)->counters.total);
  if (first == total) {
    auto phones =
      load_last<phone>(*self_->backend, table::phone, campaign, total, keys::contacts_per_phone_row, decode_phones);
    if (!phones)
      return phones.error();
    auto profiles = load_last<contact_profile>(
      *self_->backend, table::profile, campaign, total, keys::contacts_per_profile_row, decode_profiles);
    if (!profiles)
      return profiles.error();
    self_->staged.extend(campaign, addition, total, std::move(*phones), std::move(*profiles));
  } else if (self_->staged.lost(campaign)) {
    return lost_upload(campaign);
  } else if (self_->staged.addition(campaign) != addition) {
    return problem{error_code::invalid_value,
      "campaign " + std::to_string(campaign) + ": contacts are being added to it by somebody else", {}};
  }
  const auto changes = self_->backend->new_batch();
  if (auto added = self_->staged.add(campaign, first, contacts, *changes); !added)
    return added;
  return self_->write_staged(campaign, *changes);
}

result<void> store::discard(campaign_no campaign) {
  const auto before = self_->head(campaign);
  self_->staged.forget(campaign);
  if (auto why = self_->trouble())
    return unwritten(*why); // `recover` drops it, or the next start
  const auto changes = self_->backend->new_batch();
  erase_behind(campaign, before ? before->counters.total : 0, *changes);
  auto written = self_->backend->write(*changes, false);
  if (!written)
    self_->doubt(written.error());
  return written;
}

} // namespace redial::persistence
