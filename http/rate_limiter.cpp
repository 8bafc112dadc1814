#include "http/rate_limiter.hpp"

#include <algorithm>
#include <mutex>

namespace redial::http {

namespace {

constexpr std::uint32_t minute_of(std::uint64_t window) noexcept { return static_cast<std::uint32_t>(window >> 32U); }
constexpr std::uint32_t count_of(std::uint64_t window) noexcept { return static_cast<std::uint32_t>(window); }
constexpr std::uint64_t window_at(std::uint32_t minute, std::uint32_t count) noexcept {
  return (std::uint64_t{minute} << 32U) | count;
}

} // namespace

std::optional<rate_quota> rate_limiter::take(std::string_view workspace, instant now) {
  if (per_minute_ == 0)
    return std::nullopt;
  const auto second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto minute = static_cast<std::uint32_t>(second / 60);
  rate_quota quota;
  quota.limit = per_minute_;
  std::shared_lock lock{mutex_};
  auto& counted = window_of(workspace, lock, minute);
  auto seen = counted.load(std::memory_order_relaxed);
  std::uint32_t begun = minute;
  for (;;) {
    // Another thread may have looked at the clock later, and begun the next minute: that one counts.
    const bool fresh = minute_of(seen) < minute;
    begun = fresh ? minute : minute_of(seen);
    const auto before = fresh ? 0 : count_of(seen);
    quota.granted = before < per_minute_;
    if (!quota.granted)
      break;
    quota.remaining = per_minute_ - before - 1;
    if (counted.compare_exchange_weak(seen, window_at(begun, before + 1), std::memory_order_relaxed))
      break;
  }
  quota.reset = (std::int64_t{begun} + 1) * 60;
  quota.retry_after = static_cast<unsigned>(std::max<std::int64_t>(quota.reset - second, 1));
  return quota;
}

std::size_t rate_limiter::remembered() const {
  const std::shared_lock lock{mutex_};
  return windows_.size();
}

/// @returns the window of a workspace, good while `lock` is held; it may be given up in between.
rate_limiter::window& rate_limiter::window_of(
  std::string_view workspace, std::shared_lock<std::shared_mutex>& lock, std::uint32_t minute) {
  if (const auto found = windows_.find(workspace); found != windows_.end())
    return *found->second;
  lock.unlock();
  {
    const std::unique_lock changing{mutex_};
    if (windows_.size() >= max_workspaces)
      std::erase_if(windows_, [&](const auto& each) { return minute_of(each.second->load()) < minute; });
    if (windows_.size() < max_workspaces)
      windows_.try_emplace(workspace_name{workspace}, std::make_unique<window>(window_at(minute, 0)));
  }
  lock.lock();
  const auto found = windows_.find(workspace);
  return found == windows_.end() ? others_ : *found->second;
}

} // namespace redial::http
