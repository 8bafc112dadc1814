/// redial itself on the workload of the peers (README.md), as one line of JSON of the same shape as each of theirs.
///
/// The real server over HTTP, every commit synced; its simulator has the workload's outcomes and takes no time, as the
/// peers' handlers do. A retry is due at once there; redial's shortest wait is a minute, so its clock runs 60,000 times
/// as fast, which makes a millisecond of it.
#include "bench/client.hpp"
#include "bench/contact_list.hpp"
#include "bench/measure.hpp"
#include "bench/process.hpp"
#include "bench/watch.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <sstream>
#include <thread>

namespace {

using namespace redial::bench;
using nlohmann::json;

constexpr const char* clock_speed = "60000";

/// @returns what `contacts` are to come to: the outcome function, written down once more, as the judge must not ask
/// whom it judges.
json expected(std::uint64_t contacts) {
  const auto hash = [](std::uint64_t x) {
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
  };
  std::uint64_t attempts = 0, interested = 0, not_interested = 0, not_reachable = 0;
  for (std::uint64_t contact = 0; contact < contacts; ++contact) {
    for (std::uint64_t attempt = 1;; ++attempt) {
      const auto p = static_cast<double>(hash(contact * 3 + attempt) >> 11U) * 0x1p-53;
      ++attempts;
      if (p < 0.4) {
        ++(p < 0.1 ? interested : not_interested);
        break;
      }
      if (attempt == 3) {
        ++not_reachable;
        break;
      }
    }
  }
  return {{"attempts", attempts}, {"connected", interested + not_interested},
    {"dispositions",
      {{"interested", interested}, {"not_interested", not_interested}, {"not_reachable", not_reachable}}}};
}

json counters_of(const json& campaign) {
  auto dispositions = campaign.at("dispositions");
  for (auto each = dispositions.begin(); each != dispositions.end();)
    each = each.value() == 0 ? dispositions.erase(each) : std::next(each);
  return {{"attempts", campaign.at("calls_attempted")}, {"connected", campaign.at("calls_connected")},
    {"dispositions", dispositions}};
}

/// @returns the same, counted from every contact and every call on record.
json recount(client& http, const std::string& path) {
  std::istringstream lines{http.text(path + "/export?format=ndjson")};
  std::uint64_t attempts = 0;
  std::uint64_t connected = 0;
  std::map<std::string, std::uint64_t> dispositions;
  for (std::string line; std::getline(lines, line);) {
    const auto contact = json::parse(line);
    attempts += contact.at("calls").size();
    for (const auto& call : contact.at("calls"))
      connected += call.at("outcome") == "answered" ? 1 : 0;
    ++dispositions[contact.at("disposition").get<std::string>()];
  }
  return {{"attempts", attempts}, {"connected", connected}, {"dispositions", dispositions}};
}

json run(const bench_options& options) {
  const server_process server{
    fresh_plan(options, {{"clock.speed", clock_speed}, {"gateway.simulator.workload", "peers"}})};
  client http{server.port()};
  const auto body = campaign_json({options.attempt_contacts, 3, 1});
  const watch loading{server.pid()};
  const auto path = path_of(http.post("/v1/campaigns", body));
  const auto load = loading.read();
  std::this_thread::sleep_for(std::chrono::seconds{1}); // the peers' processes start meanwhile

  const watch began{server.pid()};
  http.patch(path, R"({"action":"start"})");
  auto campaign = http.get(path);
  for (; campaign.at("status") != "completed"; campaign = http.get(path))
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  const auto took = began.read();

  const auto want = expected(options.attempt_contacts);
  const auto counters = counters_of(campaign);
  const auto contacts = recount(http, path);
  const bool ok = counters == want && contacts == want;
  if (!ok)
    std::cerr << "redial: totals differ from the expected ones\n"
              << json{{"counters", counters}, {"contacts", contacts}, {"want", want}}.dump() << std::endl;
  const auto attempts = counters.at("attempts").get<double>();
  const auto hundredths = [](double value) { return std::round(value * 100) / 100; };
  return {{"system", "redial"}, {"version", "redial / rocksdb"}, {"n", options.attempt_contacts},
    {"attempts", counters.at("attempts")}, {"connected", counters.at("connected")},
    {"dispositions", counters.at("dispositions")}, {"wall_s", hundredths(took.wall)},
    {"attempts_per_s", std::round(attempts / took.wall)}, {"cpu_s_client", 0},
    {"cpu_s_server", hundredths(took.server.total())},
    {"rss_peak_mb", std::round(static_cast<double>(memory_of(server.pid()).peak) / 1024 / 1024)},
    {"load_s", hundredths(load.wall)}, {"cpu_s_load", hundredths(load.server.total())}, {"ok", ok}, {"procs", 1},
    {"concurrency", options.lines}, {"call_ms", 0}, {"retry_ms", 1},
    {"settings",
      {{"clock.speed", clock_speed}, {"storage.sync", true}, {"others_took_cores", hundredths(took.others)}}}};
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs redial on the workload of the peers, and prints one line of JSON"};
  bench_options options;
  options.attempt_contacts = 20'000;
  options.lines = 1'000;
  app.add_option("server", options.program, "The server to measure")->capture_default_str();
  app.add_option("--contacts", options.attempt_contacts, "Contacts: N of the peers")->capture_default_str();
  app.add_option("--lines", options.lines, "Calls in flight at most: C of the peers")->capture_default_str();
  app.add_option("--dir", options.directory, "Directory on a real disk; data/ and server.log in it are overwritten")
    ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    std::filesystem::create_directories(options.directory);
    options.directory = std::filesystem::canonical(options.directory);
    options.program = std::filesystem::canonical(options.program);
    const auto result = run(options);
    std::filesystem::remove_all(options.directory / "data");
    std::cout << result.dump() << std::endl;
    return result.at("ok").get<bool>() ? 0 : 1;
  } catch (const std::exception& e) {
    std::cerr << "bench_peers: " << e.what() << '\n';
    return 1;
  }
}
