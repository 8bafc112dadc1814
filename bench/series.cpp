#include "bench/series.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace redial::bench {

double series::median() const {
  auto sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  const auto middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

double series::min() const { return *std::min_element(values_.begin(), values_.end()); }

double series::max() const { return *std::max_element(values_.begin(), values_.end()); }

std::string readable(double value) {
  std::array<char, 64> text{};
  const auto size = std::abs(value);
  const int digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  std::string out{text.data()};
  if (digits == 0) {
    for (auto at = out.size(); at > 3 && out[at - 4] != '-';) {
      at -= 3;
      out.insert(at, 1, ',');
    }
  }
  return out;
}

} // namespace redial::bench
