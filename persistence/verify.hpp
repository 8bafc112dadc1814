/// Whether the data agree with themselves. The journal is the truth: it is replayed, and whatever else is stored is
/// held against what it leads to.
#pragma once

#include "domain/campaign.hpp"
#include "persistence/engine.hpp"

#include <functional>
#include <string>
#include <vector>

namespace redial::persistence {

/// Told one fault; returns false where nothing further needs to be looked at.
using fault_report = std::function<bool(const std::string& fault)>;

/// Replays the journal of `campaign` and compares with it: the campaign's row (status, instants, definition, every
/// counter, dispositions), the row of each contact in full, each ended call in full, each call's places in the indexes;
/// recounts every counter from these rows; checks that phones and names cover the list in the runs that the format
/// promises, and that each phone stands in it once. Reads in one pass over each table; needs 24 bytes of memory a
/// contact.
/// @param head is the campaign's row. @returns one sentence a fault, at most 100 and how many more.
std::vector<std::string> check_campaign(const reader& data, campaign_no campaign, const campaign_state& head);

/// Checks the version, that every row of every table belongs to a campaign that there is, that no two campaigns share
/// an id, and each campaign as above. Rows of lists that are still being uploaded belong to none yet: they are no
/// fault, the next start drops those that nobody finishes.
/// @param data stay as they are meanwhile: an `engine::snapshot`, or an engine that nobody writes to.
/// @returns false where `report` ended it.
bool verify_data(const reader& data, const fault_report& report);

/// Reads every file and compares it with its checksums, then checks the data as above, at one instant.
/// @param go_on is asked from time to time; false ends it early.
void verify_all(const engine& data, const fault_report& report, const std::function<bool()>& go_on);

} // namespace redial::persistence
