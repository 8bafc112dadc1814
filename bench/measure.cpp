#include "bench/measure.hpp"

#include "bench/client.hpp"
#include "bench/contact_list.hpp"
#include "bench/process.hpp"
#include "bench/server_process.hpp"
#include "bench/watch.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>
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

/// Waits until the resident memory has not moved by more than a quarter of a megabyte for two seconds (RocksDB still
/// writes and compacts after a load), half a minute at most.
memory_use settled_memory(pid_t process) {
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

/// Says what a figure is bound by, and how far to trust it.
void remark(report& into, const std::string& name, const lap& run) {
  into.note(name, "threads, % of a core: " + run.threads + "; others took " + readable(run.others) + " cores");
}

} // namespace

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

void report::add(const std::string& name, const std::string& unit, double value, const std::string& aim) {
  auto found = std::find_if(figures_.begin(), figures_.end(), [&](const figure& f) { return f.name == name; });
  if (found == figures_.end())
    found = figures_.insert(figures_.end(), figure{name, unit, aim, {}});
  found->runs.add(value);
  std::cerr << "  " << name << ": " << readable(value) << ' ' << unit << std::endl;
}

void measure_attempts(const bench_options& options, report& into) {
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
  if (std::system("command -v wrk >/dev/null 2>&1") != 0) {
    std::cerr << "  wrk is not installed (apt-get install wrk): GETs a second are left out\n";
    return;
  }
  for (const std::string threads : {"1", "2"}) {
    const auto name = "GET of a campaign, http.threads = " + threads;
    const server_process server{fresh_plan(options, {{"http.threads", threads}})};
    client http{server.port()};
    const auto path = path_of(http.post("/v1/campaigns", campaign_json({1000, 3, 240})));
    const auto command = "wrk -t1 -c64 -d10s -H 'Authorization: Bearer " + std::string{admin_key}
                         + "' http://127.0.0.1:" + std::to_string(server.port()) + path;
    const watch began{server.pid()};
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> out{popen(command.c_str(), "r"), pclose};
    std::string text;
    std::array<char, 4096> some{};
    while (out && std::fgets(some.data(), static_cast<int>(some.size()), out.get()) != nullptr)
      text += some.data();
    out.reset(); // waits for wrk: its processor time is known from then on
    const auto run = began.read();
    remark(into, name, run);
    const std::string key = "Requests/sec:";
    const auto at = text.find(key);
    if (at == std::string::npos || text.find("Non-2xx") != std::string::npos)
      throw std::runtime_error("wrk failed:\n" + text);
    const auto rate = std::stod(text.substr(at + key.size()));
    into.add(name, "1/s", rate, "50,000");
    into.add("processor time a GET, http.threads = " + threads, "us", run.server.total() / (rate * run.wall) * million);
  }
}

} // namespace redial::bench
