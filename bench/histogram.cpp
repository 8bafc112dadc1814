#include "bench/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace redial::bench {

namespace {

constexpr std::size_t steps_a_power = std::size_t{1} << histogram::precision_bits;
/// Values below 2 * steps_a_power have a step each; every further power of two has steps_a_power of them.
constexpr std::size_t all_steps = (64 - histogram::precision_bits + 1) * steps_a_power;

} // namespace

histogram::histogram() : steps_(all_steps) {}

std::size_t histogram::step_of(std::uint64_t value) noexcept {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  const auto shift = width > precision_bits + 1 ? width - precision_bits - 1 : 0U;
  return (std::size_t{shift} << precision_bits) + static_cast<std::size_t>(value >> shift);
}

std::uint64_t histogram::highest_in(std::size_t step) noexcept {
  if (step < 2 * steps_a_power)
    return step;
  const auto shift = static_cast<unsigned>(step >> precision_bits) - 1;
  const auto lowest = std::uint64_t{step - (std::size_t{shift} << precision_bits)} << shift;
  return lowest + ((std::uint64_t{1} << shift) - 1);
}

void histogram::record(std::uint64_t value, std::uint64_t times) {
  if (times == 0)
    return;
  steps_[step_of(value)] += times;
  count_ += times;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
  sum_ += static_cast<double>(value) * static_cast<double>(times);
}

void histogram::add(const histogram& other) {
  for (std::size_t i = 0; i < all_steps; ++i)
    steps_[i] += other.steps_[i];
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

double histogram::mean() const noexcept { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

std::uint64_t histogram::quantile(double share) const {
  const auto wanted = std::max(1.0, std::ceil(share * static_cast<double>(count_)));
  double seen = 0;
  for (std::size_t i = 0; i < all_steps; ++i) {
    seen += static_cast<double>(steps_[i]);
    if (seen >= wanted)
      return std::min(highest_in(i), max_);
  }
  return max_;
}

} // namespace redial::bench
