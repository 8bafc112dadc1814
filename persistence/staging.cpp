#include "persistence/staging.hpp"

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"

#include <limits>

namespace redial::persistence {

using keys::contacts_per_phone_row;
using keys::contacts_per_profile_row;

result<void> staging::add(
  campaign_no campaign, contact_no first, std::span<const contact_profile> contacts, batch& changes) {
  if (lost(campaign))
    return lost_upload(campaign);
  const auto expected = size(campaign);
  if (first != expected)
    return problem{error_code::invalid_value,
      "contacts have to be staged in order: expected number " + std::to_string(expected) + ", got "
        + std::to_string(first),
      {}};
  if (contacts.size() > std::numeric_limits<contact_no>::max() - expected)
    return problem{error_code::invalid_value, "too many contacts in one campaign", {}};
  auto& to = lists_[campaign];
  for (std::size_t i = 0; i < contacts.size();) {
    const auto left = contacts.subspan(i);
    if (to.profiles.empty() && left.size() >= contacts_per_profile_row) {
      // A whole row at once, without a copy of its contacts.
      const auto run = left.first(contacts_per_profile_row);
      put_profiles(campaign, to.size, run, changes);
      for (const auto& contact : run)
        to.phones.push_back(contact.phone);
      to.size += contacts_per_profile_row;
      i += contacts_per_profile_row;
    } else {
      to.profiles.push_back(left.front());
      to.phones.push_back(left.front().phone);
      ++to.size;
      ++i;
      if (to.profiles.size() == contacts_per_profile_row) {
        put_profiles(campaign, to.size - contacts_per_profile_row, to.profiles, changes);
        to.profiles.clear();
      }
    }
    // A phone row is a whole number of profile rows, so it never ends within one.
    if (to.phones.size() == contacts_per_phone_row) {
      put_phones(campaign, to.size - contacts_per_phone_row, to.phones, changes);
      to.phones.clear();
    }
  }
  static_assert(contacts_per_phone_row % contacts_per_profile_row == 0);
  return {};
}

void staging::extend(campaign_no campaign, campaign_no addition, contact_no total, std::vector<phone> phones,
  std::vector<contact_profile> profiles) {
  lost_.erase(campaign);
  lists_.insert_or_assign(campaign, list{addition, total, std::move(phones), std::move(profiles)});
}

campaign_no staging::addition(campaign_no campaign) const {
  const auto it = lists_.find(campaign);
  return it == lists_.end() ? 0 : it->second.addition;
}

void staging::finish(campaign_no campaign, batch& changes) {
  const auto it = lists_.find(campaign);
  if (it == lists_.end())
    return;
  const auto& from = it->second;
  if (!from.profiles.empty())
    put_profiles(campaign, from.size - static_cast<contact_no>(from.profiles.size()), from.profiles, changes);
  if (!from.phones.empty())
    put_phones(campaign, from.size - static_cast<contact_no>(from.phones.size()), from.phones, changes);
}

void staging::lose_all() {
  for (const auto& each : lists_)
    lost_.insert(each.first);
  lists_.clear();
}

problem lost_upload(campaign_no campaign) {
  return {error_code::storage_failed,
    "the contacts of campaign " + std::to_string(campaign)
      + " were being received when the store failed: they have to be sent again",
    {}};
}

std::uint64_t staging::size(campaign_no campaign) const {
  const auto it = lists_.find(campaign);
  return it == lists_.end() ? 0 : it->second.size;
}

void staging::put_phones(campaign_no campaign, contact_no first, std::span<const phone> phones, batch& changes) {
  encode_phones(phones, row_);
  changes.put(table::phone, keys::of_contact(campaign, first), row_);
}

void staging::put_profiles(
  campaign_no campaign, contact_no first, std::span<const contact_profile> profiles, batch& changes) {
  encode_profiles(profiles, row_);
  changes.put(table::profile, keys::of_contact(campaign, first), row_);
}

} // namespace redial::persistence
