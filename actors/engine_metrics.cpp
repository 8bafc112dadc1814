#include "actors/engine_metrics.hpp"

#include "domain/call.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace redial::actors {

namespace {

prometheus::Family<prometheus::Counter>& counters(
  prometheus::Registry& in, const std::string& name, const std::string& help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(in);
}

prometheus::Histogram& histogram(
  prometheus::Registry& in, const std::string& name, const std::string& help, std::vector<double> bounds) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(in).Add({}, std::move(bounds));
}

} // namespace

const std::vector<double>& lateness_tally::bounds() {
  static const std::vector<double> seconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30};
  return seconds;
}

void lateness_tally::add(milliseconds late) {
  const auto seconds = static_cast<double>(late.count()) / 1000;
  buckets_.resize(bounds().size() + 1);
  const auto place = std::lower_bound(bounds().begin(), bounds().end(), seconds) - bounds().begin();
  buckets_[static_cast<std::size_t>(place)] += 1;
  sum_ += seconds;
  any_ = true;
}

void lateness_tally::hand_over(prometheus::Histogram& to) {
  if (!any_)
    return;
  to.ObserveMultiple(buckets_, sum_);
  std::fill(buckets_.begin(), buckets_.end(), 0);
  sum_ = 0;
  any_ = false;
}

engine_metrics::engine_metrics()
  : started_{counters(registry_, "redial_attempts_started_total", "Attempts begun, on disk").Add({})},
    connected_{counters(registry_, "redial_attempts_connected_total", "Attempts in which a person answered").Add({})},
    not_placed_{counters(
      registry_, "redial_attempts_not_placed_total", "Attempts that the gateway turned away, and that were taken back")
                  .Add({})},
    ended_{counters(registry_, "redial_attempts_ended_total", "Attempts that have ended, by their outcome")},
    dispositions_{counters(registry_, "redial_contacts_done_total", "Contacts that are done, by their disposition")},
    commits_{counters(registry_, "redial_commits_total", "Commits to the store").Add({})},
    commits_failed_{counters(registry_, "redial_commits_failed_total", "Commits that the store refused").Add({})},
    commit_events_{histogram(
      registry_, "redial_commit_events", "Events in one commit", {1, 4, 16, 64, 256, 1024, 4096, 16384, 65536})},
    commit_seconds_{histogram(registry_, "redial_commit_duration_seconds", "Time of one commit, its sync included",
      {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5})},
    lateness_{histogram(registry_, "redial_retry_lateness_seconds",
      "From when a retry was due to when it stood in line for a line, by the engine's clock",
      lateness_tally::bounds())} {
  for (const auto outcome : all_call_outcomes)
    ended_by_[static_cast<std::size_t>(outcome)] = &ended_.Add({{"outcome", std::string{to_string(outcome)}}});
}

void engine_metrics::count(const event& e) {
  if (const auto* fact = std::get_if<contact_event>(&e))
    count(*fact);
}

void engine_metrics::count(const contact_event& e) {
  tally_.connected += e.connected ? 1 : 0;
  switch (e.change) {
  case contact_change::attempt_started: ++tally_.started; break;
  case contact_change::attempt_not_placed: ++tally_.not_placed; break;
  case contact_change::attempt_ended:
    if (e.ended)
      ++tally_.ended[static_cast<std::size_t>(e.ended->outcome)];
    break;
  default: break;
  }
  if (e.after.status == contact_status::done && e.before != contact_status::done)
    count_disposition(e.after.disposition);
}

void engine_metrics::count_disposition(const std::string& label) {
  auto known = disposition_by_.find(label);
  if (known == disposition_by_.end()) {
    const auto& told = disposition_by_.size() < max_dispositions ? label : std::string{"other"};
    known = disposition_by_.find(told);
    if (known == disposition_by_.end())
      known = disposition_by_.emplace(told, &dispositions_.Add({{"disposition", told}})).first;
  }
  known->second->Increment();
}

void engine_metrics::commit_over(std::size_t events, std::chrono::nanoseconds took, bool succeeded) {
  commits_.Increment();
  if (!succeeded)
    commits_failed_.Increment();
  commit_events_.Observe(static_cast<double>(events));
  commit_seconds_.Observe(std::chrono::duration<double>{took}.count());
  const auto done = std::exchange(tally_, {});
  const auto hand_over = [](prometheus::Counter& to, std::uint64_t count) {
    if (count > 0)
      to.Increment(static_cast<double>(count));
  };
  hand_over(started_, done.started);
  hand_over(connected_, done.connected);
  hand_over(not_placed_, done.not_placed);
  for (std::size_t i = 0; i < outcomes; ++i)
    hand_over(*ended_by_[i], done.ended[i]);
}

} // namespace redial::actors
