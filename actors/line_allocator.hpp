/// Who gets the next free line: the arithmetic of the line pool, without actors or timers.
#pragma once

#include "domain/explain.hpp"
#include "domain/ids.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace redial::actors {

/// What the operator allows (config section `lines`).
struct line_limits {
  std::uint32_t max_concurrent_calls = 100; ///< calls in progress at once, over all campaigns
  double calls_per_second = 10;             ///< attempts begun a second, over all campaigns; 0: no limit
};

/// Max-min fair: a free line goes to the campaign that wants one and holds the fewest. Attempts per second are a token
/// bucket that holds a tenth of a second's worth, and at least one. Deterministic, not thread-safe.
class line_allocator {
public:
  struct grant {
    campaign_no campaign = 0;
    std::uint32_t lines = 0;
  };

  line_allocator(line_limits limits, time_point now);

  /// `campaign` wants `lines` more lines than it holds; replaces what it wanted before.
  void want(campaign_no campaign, std::uint32_t lines);
  /// Calls of `campaign` are over: their lines are free.
  void release(campaign_no campaign, std::uint32_t lines);
  /// Granted lines that were not used: the lines are free and their starts did not happen.
  void give_back(campaign_no campaign, std::uint32_t lines);
  /// Lines that are in use already (found by recovery), even beyond the limit.
  void adopt(campaign_no campaign, std::uint32_t lines);
  /// The gateway turned `attempts` starts away: none begins within `retry_after` from `now`, and from then on no more
  /// calls at once than it had taken, a tenth more each second.
  void slow_down(std::uint32_t attempts, time_point now, milliseconds retry_after);
  /// `campaign` wants nothing and holds nothing any more.
  void leave(campaign_no campaign);

  /// Hands out what can be handed out at `now`; a campaign appears at most once.
  std::vector<grant> allocate(time_point now);

  /// @returns when `allocate` can hand out more although nothing else happens: demand and lines are there, only the
  /// rate, or a gateway that asked for patience, holds them back.
  std::optional<time_point> next_start(time_point now) const;

  std::uint32_t in_use() const noexcept { return in_use_; }
  line_figures figures() const noexcept {
    return {in_use_, window_, held_until_, static_cast<std::uint32_t>(queue_.size()), wanted_};
  }
  /// @returns how many campaigns want lines.
  std::size_t waiting() const noexcept { return queue_.size(); }

private:
  struct standing {
    std::uint32_t held = 0;
    std::uint32_t wanted = 0;
  };
  using place = std::pair<std::uint32_t, campaign_no>; // lines held, campaign

  void update(campaign_no campaign, standing& s, std::uint32_t held, std::uint32_t wanted);
  void refill(time_point now);
  void widen(time_point now);
  std::uint32_t free_lines() const noexcept { return in_use_ < window_ ? window_ - in_use_ : 0; }
  bool limited() const noexcept { return limits_.calls_per_second > 0; }
  double burst() const noexcept;

  line_limits limits_;
  std::uint32_t in_use_ = 0;
  std::uint64_t wanted_ = 0; // by all together
  std::uint32_t window_;     // calls at once that the gateway is trusted to take, at most the limit
  time_point held_until_{};  // no start before
  time_point widened_at_{};
  double tokens_ = 0;
  time_point refilled_at_;
  std::unordered_map<campaign_no, standing> standings_;
  std::set<place> queue_; // campaigns that want lines, by lines held
};

} // namespace redial::actors
