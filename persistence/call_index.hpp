/// Where calls stand in the tables that they are found by: `call_start`, and `call_label` for those with a disposition.
/// The rows are empty, their keys say all. Within a campaign, or a campaign's disposition, the latest call comes first.
#pragma once

#include "domain/ids.hpp"
#include "domain/time.hpp"
#include "persistence/engine.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace redial::persistence {

/// Which call, within its campaign.
struct indexed_call {
  time_point started_at{};
  contact_no contact = 0;
  std::uint8_t attempt = 0;

  friend bool operator==(const indexed_call&, const indexed_call&) = default;
};

/// Replaces `out` by the key of a call: campaign (8), start (8, inverted), contact (4), attempt (1).
void call_start_key(campaign_no campaign, const indexed_call& call, std::string& out);
/// The same with the label and a zero byte after the campaign. @param label is a valid one ([a-z0-9_]{1,64}).
void call_label_key(campaign_no campaign, std::string_view label, const indexed_call& call, std::string& out);

/// @returns which call a key of `where` (one of the two) stands for, or nullopt where it is none.
std::optional<indexed_call> read_index_key(table where, std::string_view key) noexcept;

/// The keys [first, behind) of a campaign's calls.
struct index_range {
  table where{};
  std::string first;
  std::string behind;
};

/// @returns where the calls of `campaign` with disposition `label` (empty: all of them) stand that began between `from`
/// and `to`, both inclusive.
index_range range_of_calls(campaign_no campaign, std::string_view label, const std::optional<time_point>& from,
  const std::optional<time_point>& to);

} // namespace redial::persistence
