/// Contacts on their way into the store, before their campaign exists, or before they are on its list.
#pragma once

#include "domain/contact.hpp"
#include "domain/result.hpp"
#include "persistence/engine.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace redial::persistence {

/// Cuts contacts, which come in chunks of any size, into the rows that they are stored in. Full rows are written as
/// they come about; what the last rows hold so far stays here until the campaign is created. Not thread-safe.
class staging {
public:
  /// Adds to `changes` the rows that `contacts` fill, the first of which is number `first` of `campaign`.
  /// @returns `invalid_value` where `first` does not follow what was added before, `storage_failed` where that was
  /// lost; then nothing is taken.
  result<void> add(campaign_no campaign, contact_no first, std::span<const contact_profile> contacts, batch& changes);
  /// Contacts are going to be added to a campaign of `total` contacts, after these: whatever was added for it before is
  /// forgotten. @param phones and @param profiles what its last row of either holds, if that is not full.
  /// @param addition who adds them, not 0.
  void extend(campaign_no campaign, campaign_no addition, contact_no total, std::vector<phone> phones,
    std::vector<contact_profile> profiles);
  /// @returns who adds contacts to `campaign`; 0 if nobody does.
  campaign_no addition(campaign_no campaign) const;
  /// Adds to `changes` the rows that are not full.
  void finish(campaign_no campaign, batch& changes);
  /// Forgets what was added for `campaign`; the rows written so far are the caller's.
  void forget(campaign_no campaign) {
    lists_.erase(campaign);
    lost_.erase(campaign);
  }
  /// What was added so far cannot be relied upon any more: no campaign may come of it.
  void lose_all();
  bool lost(campaign_no campaign) const { return lost_.contains(campaign); }
  /// @returns how many contacts were added for `campaign`.
  std::uint64_t size(campaign_no campaign) const;

private:
  struct list {
    campaign_no addition = 0;
    contact_no size = 0;
    std::vector<phone> phones;             ///< of the row that is not full
    std::vector<contact_profile> profiles; ///< of the row that is not full
  };

  void put_phones(campaign_no campaign, contact_no first, std::span<const phone> phones, batch& changes);
  void put_profiles(campaign_no campaign, contact_no first, std::span<const contact_profile> profiles, batch& changes);

  std::map<campaign_no, list> lists_;
  std::set<campaign_no> lost_;
  std::string row_;
};

/// @returns a `storage_failed` for a campaign whose contacts are lost.
problem lost_upload(campaign_no campaign);

} // namespace redial::persistence
