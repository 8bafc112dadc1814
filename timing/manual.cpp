#include "timing/manual.hpp"

#include <utility>
#include <vector>

namespace redial::timing {

void manual_timers::arm(time_point due, callback run) {
  std::unique_lock lock{mutex_};
  if (!stopped_)
    queue_.push(due, std::move(run));
}

std::size_t manual_timers::size() const {
  std::lock_guard lock{mutex_};
  return queue_.size();
}

void manual_timers::shut_down() {
  timer_queue dropped;
  std::lock_guard lock{mutex_};
  stopped_ = true;
  std::swap(dropped, queue_);
}

std::optional<time_point> manual_timers::next_due() const {
  std::lock_guard lock{mutex_};
  return queue_.next_due();
}

std::size_t manual_timers::run_due(time_point now) {
  std::size_t count = 0;
  for (std::vector<callback> next;; next.clear(), ++count) {
    {
      std::lock_guard lock{mutex_};
      queue_.take_due(now, 1, next);
    }
    if (next.empty())
      return count;
    next.front()();
  }
}

} // namespace redial::timing
