/// When an actor that died is started again, and when that is given up. A function of its deaths and of time.
#pragma once

#include "domain/time.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace redial::actors {

struct restart_limits {
  milliseconds first_delay{1000};      ///< doubles with each death, up to 64 times as much
  unsigned patience = 5;               ///< so many deaths in a row, and it is given up
  milliseconds healthy_after{600'000}; ///< one that lived so long starts a new row
};

/// One actor's. Not thread-safe.
class restart_policy {
public:
  explicit restart_policy(restart_limits limits) : limits_{limits} {}

  /// It has been started.
  void started(time_point now) noexcept { since_ = now; }

  /// It died. @param own whether by a fault of its own: that the store takes no writes says nothing against it
  /// @returns after which delay it is to be started again; nullopt: it is given up.
  std::optional<milliseconds> died(time_point now, bool own) noexcept {
    if (now - since_ >= limits_.healthy_after)
      reset();
    const auto delay = limits_.first_delay * (1U << std::min(deaths_, 6U));
    ++deaths_;
    strikes_ += own ? 1 : 0;
    if (strikes_ >= limits_.patience)
      return std::nullopt;
    return delay;
  }

  /// Somebody who knows better has it tried again.
  void reset() noexcept { deaths_ = strikes_ = 0; }

  /// @returns how often it has died in this row.
  unsigned deaths() const noexcept { return deaths_; }

private:
  restart_limits limits_;
  time_point since_{};
  unsigned deaths_ = 0;
  unsigned strikes_ = 0;
};

} // namespace redial::actors
