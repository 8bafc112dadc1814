/// How many requests a minute a workspace may make.
#pragma once

#include "domain/workspace.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string_view>

namespace redial::http {

/// What a workspace has left in the minute under way.
struct rate_quota {
  bool granted = true;
  std::uint32_t limit = 0;
  std::uint32_t remaining = 0;
  std::int64_t reset = 0;   ///< when the next minute begins, in seconds since the Unix epoch
  unsigned retry_after = 0; ///< seconds until then, at least 1
};

/// Counts in fixed windows of a minute of the real clock. Thread-safe: a request costs a shared lock and one atomic
/// step. Remembers no more than `max_workspaces`: those that have made no request in the present minute are forgotten
/// when there would be more, and if all of them have, the rest share one count.
class rate_limiter {
public:
  static constexpr std::size_t max_workspaces = 10'000;
  using instant = std::chrono::system_clock::time_point;

  /// @param per_minute 0 for no limit
  explicit rate_limiter(std::uint32_t per_minute) : per_minute_{per_minute} {}

  /// Counts one request. @returns nullopt where there is no limit.
  std::optional<rate_quota> take(std::string_view workspace, instant now);

  std::size_t remembered() const;

private:
  /// The minute in the upper half, the requests in it in the lower one.
  using window = std::atomic<std::uint64_t>;
  window& window_of(std::string_view workspace, std::shared_lock<std::shared_mutex>& lock, std::uint32_t minute);

  std::uint32_t per_minute_;
  mutable std::shared_mutex mutex_;
  std::map<workspace_name, std::unique_ptr<window>, std::less<>> windows_;
  window others_{0};
};

} // namespace redial::http
