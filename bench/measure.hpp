/// The measurements themselves: each starts servers of its own on a fresh data directory, and adds to the report.
#pragma once

#include "bench/series.hpp"
#include "bench/server_process.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace redial::bench {

struct bench_options {
  std::filesystem::path program = "build/redial";       ///< the server
  std::filesystem::path directory = "build/bench-data"; ///< a data directory is made in it, anew for each server
  std::uint64_t contacts = 1'000'000;                   ///< of the long list
  std::uint64_t attempt_contacts = 300'000;             ///< of the campaign that is run for attempts per second
  std::uint64_t lines = 10'000;
  std::vector<std::pair<std::string, std::string>> settings; ///< further ones, for every server
};

/// One row of the table.
struct figure {
  std::string name;
  std::string unit;
  std::string aim; ///< empty where none was set
  series runs;
};

/// What has been measured so far.
class report {
public:
  /// Adds a run to the figure of this name, which is made if it is new; rows stand in the order of their making.
  void add(const std::string& name, const std::string& unit, double value, const std::string& aim = {});
  /// Remarks on what a figure is bound by: shown below the table, the latest of a name.
  void note(const std::string& name, std::string text) { notes_[name] = std::move(text); }

  const std::vector<figure>& figures() const noexcept { return figures_; }
  const std::map<std::string, std::string>& notes() const noexcept { return notes_; }

private:
  std::vector<figure> figures_;
  std::map<std::string, std::string> notes_;
};

/// @returns a plan for a server on a fresh data directory, calling without delay.
server_plan fresh_plan(const bench_options& options, std::vector<std::pair<std::string, std::string>> settings);

/// @returns the path of a campaign, of which `campaign` is what the server says.
std::string path_of(const nlohmann::json& campaign);

/// Durable attempts a second: a campaign with instant calls from `start` to `completed`, every commit synced.
void measure_attempts(const bench_options& options, report& into);

/// The long list: time to load it, memory at rest, time to ready with it stored, untouched and with every contact
/// called once.
void measure_long_list(const bench_options& options, report& into);

/// How long GET /v1/campaigns/{id} and GET /v1/campaigns?status=running take at rest, while 10,000 attempts a second
/// run, and while the long list is uploaded besides.
void measure_latency(const bench_options& options, report& into);

/// GET /v1/campaigns/{id} a second with one and two threads, by wrk. Says so where wrk is missing.
void measure_reads(const bench_options& options, report& into);

} // namespace redial::bench
