/// Leaves a provider alone that cannot be reached.
#pragma once

#include "domain/time.hpp"

#include <cstdint>
#include <mutex>
#include <variant>

namespace redial::telephony {

/// Closed: everything passes. A failure opens it for a second; when that is over, one attempt passes as a probe, and
/// the rest waits for what comes of it: a failure opens it again, for twice as long (30 s at most), anything else
/// closes it. Thread-safe.
class circuit_breaker {
public:
  static constexpr milliseconds first_pause{1'000};
  static constexpr milliseconds longest_pause{30'000};

  /// Goes with an attempt that passed, to be given back with what came of it.
  struct pass {
    std::uint64_t opened = 0; ///< how often it had been opened when the attempt passed
  };

  /// @returns a pass, or how long to wait before asking again.
  std::variant<pass, milliseconds> ask(time_point now);

  /// The attempt could not reach the provider. Those that passed together count as one failure.
  /// @returns how long the provider is left alone from `now` on.
  milliseconds failed(pass of, time_point now);

  /// The attempt reached the provider, whatever that answered.
  void reached(pass of);

private:
  milliseconds left(time_point now) const;

  std::mutex mutex_;
  std::uint64_t opened_ = 0;
  bool open_ = false;
  bool probing_ = false;
  milliseconds pause_{0};
  time_point until_{};
};

} // namespace redial::telephony
