/// Timers by the million, on redial's own clock.
#pragma once

#include "domain/time.hpp"

#include <functional>

namespace redial::timing {

/// Calls back at an instant of the injected clock, so that a clock that runs 600 times faster makes every wait 600
/// times shorter. Timers cannot be cancelled: who no longer wants one ignores it. Thread-safe.
class timer_service {
public:
  /// Runs on the timer thread; must return at once (send a message) and must not throw.
  using callback = std::function<void()>;

  virtual ~timer_service() = default;

  /// Calls `run` once, at `due` or as soon after as can be; at once (but not from within `arm`) if `due` has passed.
  /// Timers due at the same instant run in the order in which they were armed.
  virtual void arm(time_point due, callback run) = 0;

  /// @returns how many timers wait.
  virtual std::size_t size() const = 0;

  /// Drops every timer and takes no further one. No callback runs after it returns.
  virtual void shut_down() = 0;
};

} // namespace redial::timing
