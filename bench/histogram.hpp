/// How often which value was measured: a log-linear histogram in the manner of HdrHistogram, of fixed size however many
/// values it takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace redial::bench {

/// Values are kept to within 1/128 of themselves over all of 64 bits, those below 256 exactly. Not thread-safe.
class histogram {
public:
  static constexpr unsigned precision_bits = 7; ///< each power of two is cut into 2^7 steps

  histogram();

  void record(std::uint64_t value, std::uint64_t times = 1);
  /// Adds all that `other` has taken.
  void add(const histogram& other);

  std::uint64_t count() const noexcept { return count_; }
  /// The three below are exact, and 0 where nothing was recorded.
  std::uint64_t min() const noexcept { return count_ == 0 ? 0 : min_; }
  std::uint64_t max() const noexcept { return max_; }
  double mean() const noexcept;

  /// @returns the least value that `share` (0 to 1) of those recorded do not exceed, rounded up by less than 1/128 of
  /// itself and never beyond `max`; 0 where nothing was recorded.
  std::uint64_t quantile(double share) const;

private:
  static std::size_t step_of(std::uint64_t value) noexcept;
  static std::uint64_t highest_in(std::size_t step) noexcept;

  std::vector<std::uint64_t> steps_;
  std::uint64_t count_ = 0;
  std::uint64_t min_ = ~std::uint64_t{0};
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

} // namespace redial::bench
