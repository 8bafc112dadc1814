#include "timing/timer_heap.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace redial::timing {

namespace {

/// How many callbacks run between two looks at the queue.
constexpr std::size_t batch_limit = 1024;
/// The wall clock may be set while the thread sleeps.
constexpr std::chrono::nanoseconds longest_sleep = std::chrono::seconds{1};
/// The clock ticks in milliseconds: at high speeds a shorter sleep would only spin.
constexpr std::chrono::nanoseconds shortest_sleep = std::chrono::microseconds{50};

} // namespace

timer_heap::timer_heap(const clock& time) : time_{time}, thread_{[this] { run(); }} {}

timer_heap::~timer_heap() { shut_down(); }

void timer_heap::arm(time_point due, callback run) {
  std::unique_lock lock{mutex_};
  if (stopping_)
    return; // `run` is destroyed with the arguments, after the lock
  queue_.push(due, std::move(run));
  const bool wake = sleeping_until_ && due < *sleeping_until_;
  if (wake)
    sleeping_until_ = due; // whoever arms next need not wake it once more for a later one
  lock.unlock();
  if (wake)
    changed_.notify_one();
}

std::size_t timer_heap::size() const {
  std::lock_guard lock{mutex_};
  return queue_.size() + batch_left_;
}

void timer_heap::shut_down() {
  timer_queue dropped; // what callbacks hold may call back into this service when it goes: not under the lock
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
    std::swap(dropped, queue_);
  }
  changed_.notify_one();
  if (std::this_thread::get_id() == thread_id_)
    return;
  std::lock_guard joining{join_mutex_};
  if (thread_.joinable())
    thread_.join();
}

std::chrono::nanoseconds timer_heap::real_time_until(time_point due) const {
  const std::chrono::duration<double, std::nano> wait = (due - time_.now()) / time_.speed();
  // Clamped before the conversion: a due time centuries ahead does not fit into nanoseconds.
  return std::chrono::nanoseconds{static_cast<std::int64_t>(
    std::clamp(wait.count(), static_cast<double>(shortest_sleep.count()), static_cast<double>(longest_sleep.count())))};
}

void timer_heap::run() {
  std::vector<callback> batch;
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    const auto next = queue_.next_due();
    if (!next || *next > time_.now()) {
      sleeping_until_ = next.value_or(time_point::max());
      if (next)
        changed_.wait_for(lock, real_time_until(*next));
      else
        changed_.wait(lock);
      sleeping_until_.reset();
      continue;
    }
    queue_.take_due(time_.now(), batch_limit, batch);
    batch_left_ = batch.size();
    lock.unlock();
    for (auto& call : batch) {
      if (stopping_)
        break;
      --batch_left_;
      call();
      call = nullptr; // what it holds goes now, not with the whole batch
    }
    batch.clear();
    lock.lock();
    batch_left_ = 0;
  }
}

} // namespace redial::timing
