#include "bench/measure.hpp"

#include "bench/client.hpp"
#include "bench/contact_list.hpp"
#include "bench/process.hpp"
#include "bench/server_process.hpp"
#include "bench/watch.hpp"
#include "bench/wrk.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace redial::bench {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr double million = 1e6;

double since(steady_clock::time_point begin) { return seconds{steady_clock::now() - begin}.count(); }

/// Asks for the campaign until `done` says so. @returns the last answer.
nlohmann::json poll(
  client& http, const std::string& path, milliseconds every, const std::function<bool(const nlohmann::json&)>& done) {
  for (;;) {
    auto campaign = http.get(path);
    if (done(campaign))
      return campaign;
    std::this_thread::sleep_for(every);
  }
}

/// Says what a figure is bound by, and how far to trust it.
void remark(report& into, const std::string& name, const lap& run) {
  into.note(name, "threads, % of a core: " + run.threads + "; others took " + readable(run.others) + " cores");
}

} // namespace

std::vector<std::pair<std::string, std::string>> settings_of(const std::vector<std::string>& pairs) {
  std::vector<std::pair<std::string, std::string>> settings;
  for (const auto& pair : pairs) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos)
      throw std::runtime_error("--set must be KEY=VALUE: " + pair);
    settings.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return settings;
}

memory_use settled_memory(pid_t process) {
  // Still: within a quarter of a megabyte.
  constexpr std::uint64_t still = 256 * 1024;
  auto reference = memory_of(process);
  auto moved = steady_clock::now();
  const auto begin = moved;
  while (since(moved) < 2 && since(begin) < 30) {
    std::this_thread::sleep_for(milliseconds{100});
    const auto now = memory_of(process);
    const auto apart = std::max(now.resident, reference.resident) - std::min(now.resident, reference.resident);
    if (apart > still) {
      reference = now;
      moved = steady_clock::now();
    }
  }
  return memory_of(process);
}

server_plan fresh_plan(const bench_options& options, std::vector<std::pair<std::string, std::string>> settings) {
  server_plan plan;
  plan.program = options.program;
  plan.data_dir = options.directory / "data";
  plan.log = options.directory / "server.log";
  std::filesystem::remove_all(plan.data_dir);
  plan.settings = {{"storage.sync", "true"}, {"gateway.simulator.instant", "true"}, {"lines.calls_per_second", "0"},
    {"lines.max_concurrent_calls", std::to_string(options.lines)}};
  plan.settings.insert(plan.settings.end(), settings.begin(), settings.end());
  plan.settings.insert(plan.settings.end(), options.settings.begin(), options.settings.end());
  return plan;
}

std::string path_of(const nlohmann::json& campaign) { return "/v1/campaigns/" + campaign.at("id").get<std::string>(); }

attempt_pace measure_attempts(const bench_options& options, report& into) {
  // A retry after one minute comes after a tenth of a second.
  const server_process server{fresh_plan(options, {{"clock.speed", "600"}})};
  client http{server.port()};
  const auto created = http.post("/v1/campaigns", campaign_json({options.attempt_contacts, 3, 1}));
  const auto path = path_of(created);
  settled_memory(server.pid());

  const watch began{server.pid()};
  http.patch(path, R"({"action":"start"})");
  const auto ended =
    poll(http, path, milliseconds{10}, [](const nlohmann::json& c) { return c.at("status") == "completed"; });
  const auto run = began.read();
  const auto attempts = ended.at("calls_attempted").get<double>();

  into.add("durable attempts", "1/s", attempts / run.wall, "30,000");
  into.add("processor time an attempt", "us", run.server.total() / attempts * million);
  into.add("of it in the kernel", "us", run.server.system / attempts * million);
  remark(into, "durable attempts", run);
  return {attempts / run.wall, run.server.total() / attempts * million};
}

void measure_long_list(const bench_options& options, report& into) {
  const auto contacts = static_cast<double>(options.contacts);
  const auto plan = fresh_plan(options, {});
  std::string path;
  {
    const auto body = campaign_json({options.contacts, 3, 240});
    server_process server{plan};
    client http{server.port()};
    const auto empty = settled_memory(server.pid());
    const watch began{server.pid()};
    path = path_of(http.post("/v1/campaigns", body));
    const auto load = began.read();
    into.add("load by one POST", "s", load.wall, "4");
    remark(into, "load by one POST", load);
    into.add("size of that POST", "MB", static_cast<double>(body.size()) / million);
    const auto full = settled_memory(server.pid());
    into.add("resident bytes a contact, loaded", "B",
      (static_cast<double>(full.resident) - static_cast<double>(empty.resident)) / contacts, "64");
    into.add("  anonymous alone", "B",
      (static_cast<double>(full.anonymous) - static_cast<double>(empty.anonymous)) / contacts);
    into.add("  at the peak", "B", (static_cast<double>(full.peak) - static_cast<double>(empty.resident)) / contacts);
    into.add("resident memory of the empty server", "MB", static_cast<double>(empty.resident) / million);
    server.stop();
  }
  {
    server_process server{plan};
    into.add("start to ready, scheduled", "s", server.time_to_ready().count(), "2");
    const auto memory = settled_memory(server.pid());
    into.add("resident memory after that start", "MB", static_cast<double>(memory.resident) / million);

    client http{server.port()};
    const auto begin = steady_clock::now();
    http.patch(path, R"({"action":"start"})");
    poll(http, path, milliseconds{50}, [](const nlohmann::json& c) {
      const auto& now = c.at("contacts");
      return now.at("pending") == 0 && now.at("in_progress") == 0;
    });
    into.add("attempts while all are called once", "1/s", contacts / since(begin));
    http.patch(path, R"({"action":"pause"})");
    server.kill(); // the harder start: all that is in the log has to be replayed
  }
  {
    server_process server{plan};
    into.add("start to ready, called once, after a kill", "s", server.time_to_ready().count(), "2");
    const auto memory = settled_memory(server.pid());
    into.add("resident memory after that start, called", "MB", static_cast<double>(memory.resident) / million);
    server.stop();
  }
  {
    // Opening has written the log out, and nothing has come since: what is left is reading the contacts.
    server_process server{plan};
    into.add("start to ready, called once, log empty", "s", server.time_to_ready().count(), "2");
  }
}

void measure_reads(const bench_options& options, report& into) {
  if (!have_wrk()) {
    std::cerr << "  wrk is not installed (apt-get install wrk): GETs a second are left out\n";
    return;
  }
  for (const std::string threads : {"1", "2"}) {
    const auto name = "GET of a campaign, http.threads = " + threads;
    const server_process server{fresh_plan(options, {{"http.threads", threads}})};
    client http{server.port()};
    const auto path = path_of(http.post("/v1/campaigns", campaign_json({1000, 3, 240})));
    const watch began{server.pid()};
    const auto rate = wrk_gets_a_second(server.port(), path, 10);
    const auto run = began.read();
    remark(into, name, run);
    into.add(name, "1/s", rate, "50,000");
    into.add("processor time a GET, http.threads = " + threads, "us", run.server.total() / (rate * run.wall) * million);
  }
}

} // namespace redial::bench
