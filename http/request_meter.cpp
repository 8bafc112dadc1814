#include "http/request_meter.hpp"

#include <algorithm>

namespace redial::http {

namespace {

/// Seconds. A list of a million contacts may take some.
const std::vector<double> bounds{
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};

std::string path_of(const route* to) { return to ? std::string{to->path} : "none"; }
std::string method_of(const route* to) { return to ? std::string{boost::beast::http::to_string(to->method)} : "none"; }

} // namespace

request_figures::request_figures()
  : requests_{prometheus::BuildCounter()
                .Name("redial_http_requests_total")
                .Help("Requests answered, by route and status")
                .Register(registry_)},
    seconds_{prometheus::BuildHistogram()
               .Name("redial_http_request_duration_seconds")
               .Help("From the first byte of a request to the last of its answer")
               .Register(registry_)} {}

prometheus::Counter& request_figures::counter_of(const route* to, unsigned status) {
  return requests_.Add({{"route", path_of(to)}, {"method", method_of(to)}, {"code", std::to_string(status)}});
}

prometheus::Histogram& request_figures::times_of(const route* to) {
  return seconds_.Add({{"route", path_of(to)}, {"method", method_of(to)}}, bounds);
}

void request_meter::note(const route* to, unsigned status, std::chrono::nanoseconds took) {
  auto& of = known_[to];
  if (!of.seconds)
    of.seconds = &into_.times_of(to);
  auto counted =
    std::find_if(of.by_status.begin(), of.by_status.end(), [status](const auto& each) { return each.first == status; });
  if (counted == of.by_status.end())
    counted = of.by_status.insert(counted, {status, &into_.counter_of(to, status)});
  counted->second->Increment();
  of.seconds->Observe(std::chrono::duration<double>{took}.count());
}

} // namespace redial::http
