/// Time in the hand of a test: nothing moves unless it is moved.
#pragma once

#include "timing/timer_queue.hpp"
#include "timing/timer_service.hpp"

#include <atomic>
#include <mutex>
#include <optional>

namespace redial::timing {

/// Stands still until it is set. Thread-safe.
class manual_clock final : public clock {
public:
  explicit manual_clock(time_point start = {}, double speed = 1) noexcept : now_{start}, speed_{speed} {}

  time_point now() const noexcept override { return now_.load(); }
  double speed() const noexcept override { return speed_; }

  void set(time_point now) noexcept { now_.store(now); }
  void advance(milliseconds by) noexcept { now_.store(now_.load() + by); }

private:
  std::atomic<time_point> now_;
  double speed_;
};

/// Timers that run when told to, on the thread that tells. Arming is thread-safe; one thread at a time runs.
class manual_timers final : public timer_service {
public:
  void arm(time_point due, callback run) override;
  std::size_t size() const override;
  void shut_down() override;

  /// @returns when the first timer is due, or nullopt if none waits.
  std::optional<time_point> next_due() const;

  /// Calls every timer that is due at `now`, one after the other by due time, those included that a callback arms on
  /// the way. @returns how many.
  std::size_t run_due(time_point now);

private:
  mutable std::mutex mutex_;
  timer_queue queue_;
  bool stopped_ = false;
};

} // namespace redial::timing
