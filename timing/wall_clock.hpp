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
/// time again, every stored retry would be far in the future and every new event older than the last: so it goes on
/// from the `former` run's anchor as if the process had never been down, or, where the speed is another, from
/// `not_before` if that is later than the system's time. At speed 1 neither is heeded: there the hour that a phone
/// rings is real.
class wall_clock final : public clock {
public:
  /// `not_before`: the latest instant that is known to have passed on this clock in an earlier run.
  /// @throws std::invalid_argument if `speed` is not a number from 1 to 1,000,000.
  explicit wall_clock(
    double speed = 1, std::optional<time_point> not_before = {}, const std::optional<clock_anchor>& former = {});

  /// @returns what a later run needs to go on from here.
  clock_anchor anchor() const noexcept { return {speed_, system_origin_, origin_}; }

  time_point now() const noexcept override;
  double speed() const noexcept override { return speed_; }

private:
  double speed_;
  time_point system_origin_;
  time_point origin_;
  std::chrono::steady_clock::time_point started_;
};

} // namespace redial::timing
