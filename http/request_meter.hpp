/// What the HTTP room counts for Prometheus: requests by route and status, and how long they took.
#pragma once

#include "http/router.hpp"
#include "metrics/families.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <chrono>
#include <unordered_map>
#include <utility>
#include <vector>

namespace redial::http {

/// The figures of all io threads. Thread-safe.
class request_figures {
public:
  request_figures();
  request_figures(const request_figures&) = delete;
  request_figures& operator=(const request_figures&) = delete;

  metrics::families collect() const { return registry_.Collect(); }

  prometheus::Counter& counter_of(const route* to, unsigned status);
  prometheus::Histogram& times_of(const route* to);

private:
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& seconds_;
};

/// One io thread's way to them: what it has counted before, it finds without a lock.
class request_meter {
public:
  explicit request_meter(request_figures& into) : into_{into} {}

  /// A request has been answered whole. @param to null where no route was found, or none was looked for
  void note(const route* to, unsigned status, std::chrono::nanoseconds took);

private:
  struct of_route {
    prometheus::Histogram* seconds = nullptr;
    std::vector<std::pair<unsigned, prometheus::Counter*>> by_status;
  };
  request_figures& into_;
  std::unordered_map<const route*, of_route> known_;
};

} // namespace redial::http
