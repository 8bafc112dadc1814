#include "bench/load/stage.hpp"

#include <iomanip>
#include <iostream>
#include <sstream>

namespace redial::bench {

namespace {

constexpr double nanoseconds_a_ms = 1e6;

double ms(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / nanoseconds_a_ms; }

} // namespace

std::string others(const tally& came) {
  std::ostringstream text;
  for (const auto& [status, times] : came.seen) {
    if (status / 100 != 2)
      text << (text.str().empty() ? "" : ", ") << times << " x " << status;
  }
  return text.str();
}

void load_results::add(const std::string& scenario, double rate, load_outcome outcome) {
  for (const auto& [kind, came] : outcome.kinds)
    std::cerr << "  " << scenario << ", " << kind << ": " << came.took.count() << " requests, p99 "
              << readable(ms(came.took.quantile(0.99))) << " ms " << others(came) << std::endl;
  runs_.push_back({scenario, rate, std::move(outcome)});
}

std::uint64_t load_results::failures() const {
  std::uint64_t sum = 0;
  for (const auto& each : runs_) {
    for (const auto& [kind, came] : each.outcome.kinds) {
      for (const auto& [status, times] : came.seen)
        sum += status == 0 || status >= 500 ? times : 0;
    }
  }
  return sum;
}

void load_results::print() const {
  if (!runs_.empty())
    std::cout << std::left << std::setw(10) << "scenario" << std::setw(30) << "request" << std::right << std::setw(8)
              << "count" << std::setw(9) << "1/s" << std::setw(9) << "p50" << std::setw(9) << "p90" << std::setw(9)
              << "p99" << std::setw(9) << "p99.9" << std::setw(9) << "max"
              << "  ms from due; not 2xx\n";
  for (const auto& each : runs_) {
    for (const auto& [kind, came] : each.outcome.kinds) {
      std::cout << std::left << std::setw(10) << each.scenario << std::setw(30) << kind << std::right << std::setw(8)
                << came.took.count() << std::setw(9)
                << readable(static_cast<double>(came.took.count()) / each.outcome.seconds);
      for (const double share : {0.5, 0.9, 0.99, 0.999})
        std::cout << std::setw(9) << readable(ms(came.took.quantile(share)));
      std::cout << std::setw(9) << readable(ms(came.took.max())) << "  " << others(came) << '\n';
    }
  }
  bench::print(figures_);
}

nlohmann::json load_results::json() const {
  auto runs = nlohmann::json::array();
  for (const auto& each : runs_) {
    for (const auto& [kind, came] : each.outcome.kinds) {
      nlohmann::json row{{"scenario", each.scenario}, {"request", kind}, {"count", came.took.count()},
        {"seconds", each.outcome.seconds}, {"rate_of_all_asked", each.rate}, {"good", came.good()},
        {"mean_ms", came.took.mean() / nanoseconds_a_ms}, {"p50_ms", ms(came.took.quantile(0.5))},
        {"p90_ms", ms(came.took.quantile(0.9))}, {"p99_ms", ms(came.took.quantile(0.99))},
        {"p999_ms", ms(came.took.quantile(0.999))}, {"max_ms", ms(came.took.max())}};
      for (const auto& [status, times] : came.seen)
        row["status"][std::to_string(status)] = times;
      runs.push_back(std::move(row));
    }
  }
  return {{"requests", runs}, {"figures", to_json(figures_)}, {"notes", figures_.notes()}};
}

stage::stage(const load_options& options, std::vector<std::pair<std::string, std::string>> settings) {
  if (options.given) {
    where_ = *options.given;
    return;
  }
  // Four uploads at once are the default, and right for long lists. Callers who do not wait for each other bring more.
  settings.emplace_back("http.max_uploads", std::to_string(options.connections));
  own_ = std::make_unique<server_process>(fresh_plan(options.own, std::move(settings)));
  where_ = {"127.0.0.1", own_->port(), admin_key};
}

std::optional<pid_t> stage::pid() const { return own_ ? std::optional{own_->pid()} : std::nullopt; }

} // namespace redial::bench
