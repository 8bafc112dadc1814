/// The measurements themselves: each starts servers of its own on a fresh data directory, and adds to the report.
#pragma once

#include "bench/process.hpp"
#include "bench/report.hpp"
#include "bench/server_process.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace redial::bench {

struct bench_options {
  std::filesystem::path program = "build/redial";       ///< the server
  std::filesystem::path directory = "build/bench-data"; ///< a data directory is made in it, anew for each server
  std::uint64_t contacts = 1'000'000;                   ///< of the long list
  std::uint64_t attempt_contacts = 300'000;             ///< of the campaign that is run for attempts per second
  std::uint64_t lines = 10'000;
  std::uint64_t spread_campaigns = 10'000;                   ///< of many lists,
  std::uint64_t spread_contacts = 1'000;                     ///< of so many contacts each
  std::uint64_t flight = 100'000;                            ///< calls at once
  std::vector<std::pair<std::string, std::string>> settings; ///< further ones, for every server
};

/// How fast attempts were made, and at what cost.
struct attempt_pace {
  double a_second = 0;
  double processor_us = 0; ///< of all threads, for each attempt
};

/// @param pairs of the form KEY=VALUE. @throws std::runtime_error for others.
std::vector<std::pair<std::string, std::string>> settings_of(const std::vector<std::string>& pairs);

/// @returns a plan for a server on a fresh data directory, calling without delay.
server_plan fresh_plan(const bench_options& options, std::vector<std::pair<std::string, std::string>> settings);

/// @returns the path of a campaign, of which `campaign` is what the server says.
std::string path_of(const nlohmann::json& campaign);

/// @returns the memory of a process once it has been still for two seconds (RocksDB still writes and compacts after a
/// load), after half a minute at the latest.
memory_use settled_memory(pid_t process);

/// Durable attempts a second: a campaign with instant calls from `start` to `completed`, every commit synced.
attempt_pace measure_attempts(const bench_options& options, report& into);

/// The long list: time to load it, memory at rest, time to ready with it stored, untouched and with every contact
/// called once.
void measure_long_list(const bench_options& options, report& into);

/// How long GET /v1/campaigns/{id} and GET /v1/campaigns?status=running take at rest, while 10,000 attempts a second
/// run, and while the long list is uploaded besides.
void measure_latency(const bench_options& options, report& into);

/// Many lists: memory a contact at rest, time to ready with them all stored.
void measure_spread(const bench_options& options, report& into);

/// Very many calls in flight, each ringing for an hour: memory of each.
void measure_flight(const bench_options& options, report& into);

/// The long list is called once, paused until every retry is due, and resumed, with 30,000 calls a second allowed: how
/// much later each retry begins than the line pool would have let it.
void measure_retries(const bench_options& options, report& into);

/// GET /v1/campaigns/{id} a second with one and two threads, by wrk. Says so where wrk is missing.
void measure_reads(const bench_options& options, report& into);

} // namespace redial::bench
