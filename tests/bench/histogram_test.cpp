#include "bench/histogram.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using redial::bench::histogram;

namespace {

/// Values over many powers of two, each as likely as the other.
std::vector<std::uint64_t> values_over_all_sizes(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::vector<std::uint64_t> values;
  for (std::size_t n = 0; n < count; ++n)
    values.push_back(random() >> (random() % 64));
  return values;
}

/// @returns the least value that `share` of `sorted` do not exceed.
std::uint64_t true_quantile(const std::vector<std::uint64_t>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::max(1.0, std::ceil(share * static_cast<double>(sorted.size()))));
  return sorted[std::min(rank, sorted.size()) - 1];
}

} // namespace

TEST_CASE("an empty histogram is all zeros") {
  const histogram empty;
  CHECK(empty.count() == 0);
  CHECK(empty.min() == 0);
  CHECK(empty.max() == 0);
  CHECK(empty.mean() == 0);
  CHECK(empty.quantile(0.5) == 0);
}

TEST_CASE("small values are kept exactly") {
  histogram h;
  for (std::uint64_t value = 0; value < 256; ++value)
    h.record(value);
  for (std::uint64_t value = 0; value < 256; ++value)
    CHECK(h.quantile(static_cast<double>(value + 1) / 256) == value);
}

TEST_CASE("every value is told to within 1/128 of itself, and never too low") {
  auto values = values_over_all_sizes(20'000, 1);
  for (unsigned bit = 0; bit < 64; ++bit) {
    const auto power = std::uint64_t{1} << bit;
    values.insert(values.end(), {power - 1, power, power + 1});
  }
  values.push_back(~std::uint64_t{0});
  for (const auto value : values) {
    // With a larger one behind it, so that the maximum, which is exact, does not help.
    histogram h;
    h.record(value);
    h.record(~std::uint64_t{0});
    const auto told = h.quantile(0.5);
    INFO("value " << value << " is told as " << told);
    REQUIRE(told >= value);
    REQUIRE(static_cast<double>(told - value) <= static_cast<double>(value) / 128);
  }
}

TEST_CASE("quantiles are those of the sorted values, to within 1/128") {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    auto values = values_over_all_sizes(10'007, seed);
    histogram h;
    for (const auto value : values)
      h.record(value);
    std::sort(values.begin(), values.end());
    for (const double share : {0.0, 0.001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
      const auto truth = true_quantile(values, share);
      const auto told = h.quantile(share);
      INFO("seed " << seed << ", share " << share << ": " << truth << " is told as " << told);
      CHECK(told >= truth);
      CHECK(static_cast<double>(told - truth) <= static_cast<double>(truth) / 128);
    }
    CHECK(h.quantile(1) == values.back());
    CHECK(h.min() == values.front());
    CHECK(h.max() == values.back());
    CHECK(h.count() == values.size());
  }
}

TEST_CASE("histograms add up to that of all values") {
  const auto values = values_over_all_sizes(5'000, 7);
  histogram all;
  histogram even;
  histogram odd;
  for (std::size_t n = 0; n < values.size(); ++n) {
    all.record(values[n]);
    (n % 2 == 0 ? even : odd).record(values[n]);
  }
  even.add(odd);
  CHECK(even.count() == all.count());
  CHECK(even.min() == all.min());
  CHECK(even.max() == all.max());
  for (const double share : {0.01, 0.5, 0.99, 1.0})
    CHECK(even.quantile(share) == all.quantile(share));
}

TEST_CASE("a value may be recorded many times at once") {
  histogram h;
  h.record(10, 99);
  h.record(1'000, 1);
  h.record(5, 0);
  CHECK(h.count() == 100);
  CHECK(h.min() == 10);
  CHECK(h.quantile(0.99) == 10);
  CHECK(h.quantile(1) == 1'000);
  CHECK(h.mean() == 19.9);
}
