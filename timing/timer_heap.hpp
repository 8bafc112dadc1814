/// The timers of a running redial: one thread that sleeps until the next one is due.
#pragma once

#include "timing/timer_queue.hpp"
#include "timing/timer_service.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace redial::timing {

/// Waits in real time for instants of the injected clock: a wait of one virtual hour is one real hour divided by the
/// clock's speed. The clock is read again at least once a second, so that a wall clock that was set is followed.
class timer_heap final : public timer_service {
public:
  /// Starts the timer thread. `time` must outlive this. @throws std::system_error if there is no thread to be had.
  explicit timer_heap(const clock& time);
  /// Shuts down. Must not run on the timer thread, that is: no callback may destroy its own service.
  ~timer_heap() override;

  timer_heap(const timer_heap&) = delete;
  timer_heap& operator=(const timer_heap&) = delete;

  void arm(time_point due, callback run) override;
  std::size_t size() const override;
  /// May be called repeatedly, by several threads, and from within a callback; there no further callback follows the
  /// one that called.
  void shut_down() override;

private:
  void run();
  std::chrono::nanoseconds real_time_until(time_point due) const;

  const clock& time_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  timer_queue queue_;
  std::optional<time_point> sleeping_until_; ///< set while the thread sleeps; an earlier timer must wake it
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> batch_left_{0}; ///< taken from the queue, not yet called

  std::mutex join_mutex_;
  std::thread thread_; // starts when all above is there
  const std::thread::id thread_id_{thread_.get_id()};
};

} // namespace redial::timing
