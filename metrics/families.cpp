#include "metrics/families.hpp"

#include <prometheus/text_serializer.h>

#include <cmath>
#include <iterator>

namespace redial::metrics {

family::family(prometheus::MetricType type, std::string_view name, std::string_view help) {
  made_.name = name;
  made_.help = help;
  made_.type = type;
}

family& family::add(double value, labels with) {
  auto& metric = made_.metric.emplace_back();
  for (const auto& [name, said] : with)
    metric.label.push_back({std::string{name}, std::string{said}});
  if (made_.type == prometheus::MetricType::Counter)
    metric.counter.value = value;
  else
    metric.gauge.value = value;
  return *this;
}

void append(families& all, families more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string to_text(const families& all) {
  families told;
  for (const auto& each : all) {
    if (!each.metric.empty())
      told.push_back(each);
  }
  return static_cast<const prometheus::Serializer&>(prometheus::TextSerializer{}).Serialize(told);
}

double quantile(const prometheus::ClientMetric::Histogram& of, double q) {
  if (of.sample_count == 0)
    return 0;
  const auto rank = q * static_cast<double>(of.sample_count);
  double from = 0;
  double before = 0;
  for (const auto& bucket : of.bucket) {
    const auto count = static_cast<double>(bucket.cumulative_count);
    if (count >= rank) {
      if (std::isinf(bucket.upper_bound))
        return from;
      return count > before ? from + (bucket.upper_bound - from) * (rank - before) / (count - before) : from;
    }
    before = count;
    if (!std::isinf(bucket.upper_bound))
      from = bucket.upper_bound;
  }
  return from;
}

} // namespace redial::metrics
