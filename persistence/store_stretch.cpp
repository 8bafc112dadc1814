#include "persistence/keys.hpp"
#include "persistence/rows.hpp"
#include "persistence/store_impl.hpp"

#include <algorithm>

// Reading a stretch of a campaign's list as it lies on the disk: one scan a table, whatever the number of contacts.

namespace redial::persistence {

namespace {

/// Fills in names and fields, from contact `first` on, until there are `end - first` of them or they come to more than
/// `bytes`.
result<void> read_profiles(const reader& data, campaign_no campaign, std::uint64_t first, std::uint64_t end,
  std::size_t bytes, std::vector<contact_detail>& into) {
  std::vector<contact_profile> row;
  auto next = first - first % keys::contacts_per_profile_row;
  std::size_t taken = 0;
  auto scanned = scan_rows(data, table::profile, keys::of_contact(campaign, static_cast<contact_no>(next)),
    keys::of(campaign + 1), [&](std::string_view key, std::string_view value) {
      if (next >= end || taken > bytes)
        return visited::stop;
      if (key.size() != keys::contact_size || keys::contact_in(key) != next || !decode_profiles(value, row))
        return visited::damaged;
      for (auto& profile : row) {
        if (next >= first && next < end) {
          taken += profile.name.size() + profile.fields.size();
          auto& contact = into.emplace_back();
          contact.number = static_cast<contact_no>(next);
          contact.profile = std::move(profile);
        }
        ++next;
      }
      return visited::next;
    });
  // A row that is missing at the end shows only here; a short one in the middle, at the next.
  if (scanned && next < end && taken <= bytes)
    return missing_row(table::profile, keys::of_contact(campaign, static_cast<contact_no>(next)));
  return scanned;
}

result<void> read_phones(const reader& data, campaign_no campaign, std::vector<contact_detail>& into) {
  const std::uint64_t first = into.front().number;
  const auto end = first + into.size();
  std::vector<phone> row;
  auto next = first - first % keys::contacts_per_phone_row;
  auto scanned = scan_rows(data, table::phone, keys::of_contact(campaign, static_cast<contact_no>(next)),
    keys::of(campaign + 1), [&](std::string_view key, std::string_view value) {
      if (next >= end)
        return visited::stop;
      if (key.size() != keys::contact_size || keys::contact_in(key) != next || !decode_phones(value, row))
        return visited::damaged;
      for (const auto number : row) {
        if (next >= first && next < end)
          into[next - first].profile.phone = number;
        ++next;
      }
      return visited::next;
    });
  if (scanned && next < end)
    return missing_row(table::phone, keys::of_contact(campaign, static_cast<contact_no>(next)));
  return scanned;
}

result<void> read_states(const reader& data, campaign_no campaign, std::vector<contact_detail>& into) {
  const std::uint64_t first = into.front().number;
  return scan_rows(data, table::contact, keys::of_contact(campaign, into.front().number), keys::of(campaign + 1),
    [&](std::string_view key, std::string_view value) {
      if (key.size() != keys::contact_size)
        return visited::damaged;
      const auto number = keys::contact_in(key);
      if (number > into.back().number)
        return visited::stop;
      return decode(value, into[number - first].state) ? visited::next : visited::damaged;
    });
}

/// The states have been read before: a call that ended in between is left out, so that each contact is told as it was
/// at one instant.
result<void> read_calls(const reader& data, campaign_no campaign, std::vector<contact_detail>& into) {
  const std::uint64_t first = into.front().number;
  return scan_rows(data, table::call, keys::of_call(campaign, into.front().number, 0), keys::of(campaign + 1),
    [&](std::string_view key, std::string_view value) {
      if (key.size() != keys::call_size)
        return visited::damaged;
      const auto number = keys::contact_in(key);
      if (number > into.back().number)
        return visited::stop;
      auto& contact = into[number - first];
      const auto open = contact.state.status == contact_status::in_progress ? 1 : 0;
      if (keys::attempt_in(key) > contact.state.attempts - open)
        return visited::next;
      auto& call = contact.calls.emplace_back();
      return decode(value, call) && call.attempt == keys::attempt_in(key) ? visited::next : visited::damaged;
    });
}

} // namespace

result<std::vector<contact_detail>> store::read_contacts(
  campaign_no campaign, contact_no first, contact_no count, std::size_t bytes) const {
  const auto head = self_->existing(campaign);
  if (!head)
    return head.error();
  std::vector<contact_detail> found;
  const auto end = std::min((*head)->counters.total, std::uint64_t{first} + count);
  if (first >= end)
    return found;
  found.reserve(end - first);
  const auto& data = *self_->backend;
  auto done = read_profiles(data, campaign, first, end, bytes, found);
  if (done)
    done = read_phones(data, campaign, found);
  if (done)
    done = read_states(data, campaign, found);
  if (done)
    done = read_calls(data, campaign, found);
  if (!done)
    return done.error();
  return found;
}

} // namespace redial::persistence
