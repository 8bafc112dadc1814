/// What the engine counts while it works. What can be looked up when it is asked for is not counted here
/// (`engine_families`).
#pragma once

#include "domain/event.hpp"
#include "domain/time.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace redial::actors {

/// How late retries were taken up, gathered to be handed over together. Belongs to one thread.
class lateness_tally {
public:
  static const std::vector<double>& bounds(); ///< seconds

  void add(milliseconds late);
  void hand_over(prometheus::Histogram& to);

private:
  std::vector<double> buckets_;
  double sum_ = 0;
  bool any_ = false;
};

class engine_metrics {
public:
  engine_metrics();
  engine_metrics(const engine_metrics&) = delete;
  engine_metrics& operator=(const engine_metrics&) = delete;

  // by the store writer alone
  /// An event is committed.
  void count(const event& e);
  /// One commit is over: what was counted since the last one is handed over. @param events that it held
  void commit_over(std::size_t events, std::chrono::nanoseconds took, bool succeeded);

  // by anyone
  prometheus::Histogram& retry_lateness() noexcept { return lateness_; }

  std::vector<prometheus::MetricFamily> collect() const { return registry_.Collect(); }
  prometheus::ClientMetric::Histogram commit_events() const { return commit_events_.Collect().histogram; }
  prometheus::ClientMetric::Histogram commit_seconds() const { return commit_seconds_.Collect().histogram; }

private:
  /// Beyond so many labels of scripts, further ones are counted as "other".
  static constexpr std::size_t max_dispositions = 64;
  static constexpr std::size_t outcomes = all_call_outcomes.size();

  void count(const contact_event& e);
  void count_disposition(const std::string& label);

  prometheus::Registry registry_;
  prometheus::Counter& started_;
  prometheus::Counter& connected_;
  prometheus::Counter& not_placed_;
  prometheus::Family<prometheus::Counter>& ended_;
  prometheus::Family<prometheus::Counter>& dispositions_;
  prometheus::Counter& commits_;
  prometheus::Counter& commits_failed_;
  prometheus::Histogram& commit_events_;
  prometheus::Histogram& commit_seconds_;
  prometheus::Histogram& lateness_;

  std::array<prometheus::Counter*, outcomes> ended_by_{};
  std::map<std::string, prometheus::Counter*, std::less<>> disposition_by_;
  struct tally {
    std::uint64_t started = 0;
    std::uint64_t connected = 0;
    std::uint64_t not_placed = 0;
    std::array<std::uint64_t, outcomes> ended{};
  };
  tally tally_;
};

} // namespace redial::actors
