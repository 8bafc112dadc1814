/// Tells those who wait that something was committed.
#pragma once

#include "actors/feed.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace redial::actors {

/// Thread-safe. Ringing costs one store and one load while nobody waits.
class feed_bell {
public:
  /// There are commits up to number `commit`. Calls those who wait for it.
  void ring(std::uint64_t commit);
  /// @returns the number that it was rung with last.
  std::uint64_t last() const noexcept { return last_.load(); }
  /// As `feed_service::await`.
  std::shared_ptr<void> await(feed_position after, std::function<void()> wake);
  /// @returns how many wait, those included who dropped what they were given since it last rang.
  std::size_t waiting() const noexcept { return count_.load(); }

private:
  struct waiter {
    feed_position after;
    std::function<void()> wake;
    std::atomic<bool> called{false};
  };

  bool is_behind(const feed_position& after) const noexcept {
    const auto last = last_.load();
    return last > after.commit || (last == after.commit && after.index != feed_position::end);
  }

  std::atomic<std::uint64_t> last_{0};
  std::atomic<std::size_t> count_{0};
  std::mutex mutex_;
  std::vector<std::weak_ptr<waiter>> waiters_;
};

} // namespace redial::actors
