#include "actors/feed_bell.hpp"

#include <algorithm>

namespace redial::actors {

void feed_bell::ring(std::uint64_t commit) {
  // Sequentially consistent, as are those of `await`: either this sees who waits, or who waits sees this.
  last_.store(commit);
  if (count_.load() == 0)
    return;
  std::vector<std::shared_ptr<waiter>> called;
  {
    const std::lock_guard lock{mutex_};
    std::erase_if(waiters_, [&](const std::weak_ptr<waiter>& each) {
      auto held = each.lock();
      if (!held)
        return true;
      if (!is_behind(held->after))
        return false;
      called.push_back(std::move(held));
      return true;
    });
    count_.store(waiters_.size());
  }
  for (const auto& each : called) {
    if (!each->called.exchange(true))
      each->wake();
  }
}

std::shared_ptr<void> feed_bell::await(feed_position after, std::function<void()> wake) {
  auto added = std::make_shared<waiter>();
  added->after = after;
  added->wake = std::move(wake);
  if (!is_behind(after)) {
    const std::lock_guard lock{mutex_};
    // Who gave up waiting leaves an entry: swept here too, should it never ring.
    if (waiters_.size() == waiters_.capacity())
      std::erase_if(waiters_, [](const auto& each) { return each.expired(); });
    waiters_.push_back(added);
    count_.store(waiters_.size());
  }
  if (is_behind(after) && !added->called.exchange(true))
    added->wake();
  return added;
}

} // namespace redial::actors
