#include "metrics/families.hpp"
#include "metrics/process.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <map>

using namespace redial::metrics;

namespace {

/// @param counts of each bucket, not cumulated; the last one has no bound
prometheus::ClientMetric::Histogram histogram(std::vector<double> bounds, std::vector<std::uint64_t> counts) {
  prometheus::ClientMetric::Histogram made;
  bounds.push_back(std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    made.sample_count += counts[i];
    made.bucket.push_back({made.sample_count, bounds[i]});
  }
  return made;
}

} // namespace

TEST_CASE("the share of a histogram is found within its bucket") {
  const auto even = histogram({1, 2, 4}, {10, 10, 20, 0});
  CHECK(quantile(even, 0.25) == Approx(1));
  CHECK(quantile(even, 0.125) == Approx(0.5));
  CHECK(quantile(even, 0.5) == Approx(2));
  CHECK(quantile(even, 0.75) == Approx(3));
  CHECK(quantile(even, 1) == Approx(4));
  CHECK(quantile(histogram({1, 2}, {0, 0, 5}), 0.99) == Approx(2)); // beyond the last bound: no more is known
  CHECK(quantile(histogram({1, 2}, {0, 0, 0}), 0.5) == 0);
  CHECK(quantile(histogram({1, 2, 3}, {5, 0, 5, 0}), 0.5) == Approx(1));
}

TEST_CASE("families are told as Prometheus reads them, without those that are empty") {
  families all;
  all.push_back(counter("a_total", "A").add(3).take());
  all.push_back(gauge("b", "B").add(1.5, {{"kind", "x"}}).add(-1, {{"kind", "say \"y\"\n"}}).take());
  all.push_back(gauge("c", "C").take());
  const auto text = to_text(all);
  CHECK_THAT(text, Catch::Contains("# HELP a_total A\n# TYPE a_total counter\na_total 3\n"));
  CHECK_THAT(text, Catch::Contains("# TYPE b gauge\nb{kind=\"x\"} 1.5\n"));
  CHECK_THAT(text, Catch::Contains("b{kind=\"say \\\"y\\\"\\n\"} -1\n"));
  CHECK_THAT(text, !Catch::Contains("# TYPE c"));
}

TEST_CASE("the process tells of itself") {
  std::map<std::string, double> told;
  for (const auto& each : process_families())
    told[each.name] =
      each.type == prometheus::MetricType::Counter ? each.metric.at(0).counter.value : each.metric.at(0).gauge.value;
  CHECK(told.size() == 7);
  CHECK(told["process_resident_memory_bytes"] > 1e6);
  CHECK(told["process_virtual_memory_bytes"] > told["process_resident_memory_bytes"]);
  CHECK(told["process_threads"] >= 1);
  CHECK(told["process_open_fds"] >= 3);
  CHECK(told["process_max_fds"] >= told["process_open_fds"]);
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  CHECK(told["process_start_time_seconds"] < now.count() + 1);
  CHECK(told["process_start_time_seconds"] > now.count() - 100 * 24 * 3600);
}
