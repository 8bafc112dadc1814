/// The commit log: which events each commit held, in the order of the commits. It is the one order of events over all
/// campaigns; the events themselves stand in the journals alone.
#pragma once

#include "domain/ids.hpp"
#include "domain/time.hpp"
#include "persistence/engine.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace redial::persistence {

/// Events `first_seq` to `first_seq + count - 1` of a campaign.
struct event_run {
  campaign_no campaign = 0;
  std::uint64_t first_seq = 0;
  std::uint64_t count = 0;

  friend bool operator==(const event_run&, const event_run&) = default;
};

/// One commit that held events. Numbers begin with 1 and have no gaps.
struct commit_entry {
  std::uint64_t number = 0;
  time_point at{};             ///< the latest instant of any event up to here; never goes back
  std::vector<event_run> runs; ///< of each campaign one at most

  friend bool operator==(const commit_entry&, const commit_entry&) = default;
};

/// Replaces `out` by the row of `entry`; its number is the row's key.
void encode(const commit_entry& entry, std::string& out);
/// @returns false where `bytes` is no such row. `out.number` stays as it is.
[[nodiscard]] bool decode(std::string_view bytes, commit_entry& out);

/// @returns the last commit, one with number 0 where there is none, or `storage_failed`.
result<commit_entry> last_commit_in(const reader& data);

} // namespace redial::persistence
