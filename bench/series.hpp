/// Numbers of one kind, measured several times.
#pragma once

#include <string>
#include <vector>

namespace redial::bench {

/// What repeated runs gave, in the order of the runs.
class series {
public:
  void add(double value) { values_.push_back(value); }

  bool empty() const noexcept { return values_.empty(); }
  const std::vector<double>& values() const noexcept { return values_; }
  /// The three below ask for at least one value. Of an even number of values the median is the mean of the middle two.
  double median() const;
  double min() const;
  double max() const;

private:
  std::vector<double> values_;
};

/// @returns `value` for people: 30,512 where it is large, 3.81 where it is small.
std::string readable(double value);

} // namespace redial::bench
