/// Figures as Prometheus reads them (text format 0.0.4), made at the moment they are asked for. Names follow
/// https://prometheus.io/docs/practices/naming/.
#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace redial::metrics {

using families = std::vector<prometheus::MetricFamily>;
using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// A family under construction: values with their labels are added one by one. Not thread-safe.
class family {
public:
  family(prometheus::MetricType type, std::string_view name, std::string_view help);
  family& add(double value, labels with = {});
  /// @returns what was added, and has it no more.
  prometheus::MetricFamily take() { return std::move(made_); }

private:
  prometheus::MetricFamily made_;
};

inline family counter(std::string_view name, std::string_view help) {
  return {prometheus::MetricType::Counter, name, help};
}
inline family gauge(std::string_view name, std::string_view help) {
  return {prometheus::MetricType::Gauge, name, help};
}

/// Appends all of `more` to `all`.
void append(families& all, families more);

/// @returns the text that answers a scrape; families without a value are left out.
std::string to_text(const families& all);

/// @returns where the share `q` (0 to 1) of what a histogram counted lies below, linear within its bucket; 0 where it
/// counted nothing, the last finite bound for what lies beyond it.
double quantile(const prometheus::ClientMetric::Histogram& of, double q);

} // namespace redial::metrics
