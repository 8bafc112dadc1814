/// Where everything that happens in a run comes from.
#pragma once

#include "domain/time.hpp"

#include <cstdint>
#include <random>

namespace redial::simulation {

/// Draws from a seed. Not thread-safe.
class chance {
public:
  explicit chance(std::uint64_t seed) : engine_{seed} {}

  /// @returns 0 to `bound` - 1; `bound` must not be 0.
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  /// @returns true in `percent` of 100 cases.
  bool percent(unsigned percent) { return below(100) < percent; }
  /// @returns `from` to `to`, both included.
  milliseconds between(milliseconds from, milliseconds to) {
    return from + milliseconds{static_cast<std::int64_t>(below(static_cast<std::uint64_t>((to - from).count()) + 1))};
  }

private:
  std::mt19937_64 engine_;
};

} // namespace redial::simulation
