/// The clock of a running redial.
#pragma once

#include "domain/time.hpp"

#include <chrono>
#include <optional>

namespace redial::timing {

/// At speed 1 the system's clock, whatever it is set to. Above 1 an accelerated clock: it starts at the system's time
/// and runs `speed` times faster, steadily, whatever happens to the system's clock meanwhile. Thread-safe.
///
/// What an accelerated run stores bears times that lie ahead of real time. Were the next run to begin at the system's
/// time again, every stored retry would be far in the future and every new event older than the last: so it begins at
/// `not_before` where that is later. At speed 1 `not_before` is not heeded: there the hour that a phone rings is real.
class wall_clock final : public clock {
public:
  /// `not_before`: the latest instant that is known to have passed on this clock in an earlier run.
  /// @throws std::invalid_argument if `speed` is not a number from 1 to 1,000,000.
  explicit wall_clock(double speed = 1, std::optional<time_point> not_before = {});

  time_point now() const noexcept override;
  double speed() const noexcept override { return speed_; }

private:
  double speed_;
  time_point origin_;
  std::chrono::steady_clock::time_point started_;
};

} // namespace redial::timing
