#include "bench/client.hpp"
#include "bench/contact_list.hpp"
#include "bench/measure.hpp"
#include "bench/process.hpp"
#include "bench/server_process.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace redial::bench {

namespace {

using std::chrono::milliseconds;

constexpr double retries_a_second = 30'000;

double resident(pid_t process) { return static_cast<double>(settled_memory(process).resident); }

/// Asks for the campaign until nobody is left whom it has not begun to call.
void await_all_begun(client& http, const std::string& path) {
  while (http.get(path).at("contacts").at("pending") != 0)
    std::this_thread::sleep_for(milliseconds{20});
}

/// @returns the instant as milliseconds of its day: "2026-01-31T12:34:56.789Z".
double day_ms(std::string_view instant) {
  const auto number = [&](std::size_t at, std::size_t digits) {
    double value = 0;
    for (const char c : instant.substr(at, digits))
      value = value * 10 + (c - '0');
    return value;
  };
  const auto fraction = instant.size() > 20 ? number(20, 3) : 0;
  return ((number(11, 2) * 60 + number(14, 2)) * 60 + number(17, 2)) * 1000 + fraction;
}

/// @returns when the second calls of an export began, in milliseconds of the day, in order.
std::vector<double> second_starts(std::string_view export_text) {
  constexpr std::string_view second = R"("attempt":2,)";
  constexpr std::string_view started = R"("started_at":")";
  std::vector<double> starts;
  for (auto at = export_text.find(second); at != std::string_view::npos; at = export_text.find(second, at + 1)) {
    const auto instant = export_text.find(started, at);
    if (instant == std::string_view::npos)
      throw std::runtime_error("an exported call says not when it began");
    starts.push_back(day_ms(export_text.substr(instant + started.size(), 24)));
  }
  std::sort(starts.begin(), starts.end());
  return starts;
}

} // namespace

void measure_spread(const bench_options& options, report& into) {
  const auto contacts = static_cast<double>(options.spread_campaigns) * static_cast<double>(options.spread_contacts);
  const auto count =
    readable(contacts) + " contacts in " + readable(static_cast<double>(options.spread_campaigns)) + " campaigns";
  const auto plan = fresh_plan(options, {});
  double empty = 0;
  {
    server_process server{plan};
    client http{server.port()};
    empty = resident(server.pid());
    const auto body = campaign_json({options.spread_contacts, 3, 240});
    const auto begin = std::chrono::steady_clock::now();
    for (std::uint64_t n = 0; n < options.spread_campaigns; ++n)
      http.post("/v1/campaigns", body);
    into.add(count + ", loaded one after the other", "s",
      std::chrono::duration<double>{std::chrono::steady_clock::now() - begin}.count());
    into.add("  resident bytes a contact, loaded", "B", (resident(server.pid()) - empty) / contacts, "64");
    server.stop();
  }
  server_process server{plan};
  into.add("  start to ready", "s", server.time_to_ready().count(), "5");
  into.add("  resident bytes a contact after that start", "B", (resident(server.pid()) - empty) / contacts, "64");
}

void measure_flight(const bench_options& options, report& into) {
  auto own = options;
  own.lines = options.flight;
  const auto an_hour = std::string{"3600000"};
  const server_process server{
    fresh_plan(own, {{"gateway.simulator.instant", "false"}, {"gateway.simulator.ring_min_ms", an_hour},
                      {"gateway.simulator.ring_mean_ms", an_hour}, {"gateway.simulator.ring_max_ms", an_hour}})};
  client http{server.port()};
  const auto path = path_of(http.post("/v1/campaigns", campaign_json({options.flight, 1, 240})));
  const auto before = resident(server.pid());
  const auto begin = std::chrono::steady_clock::now();
  http.patch(path, R"({"action":"start"})");
  await_all_begun(http, path);
  into.add("calls put in flight a second", "1/s",
    static_cast<double>(options.flight)
      / std::chrono::duration<double>{std::chrono::steady_clock::now() - begin}.count());
  const auto flying = http.get(path).at("contacts").at("in_progress").get<double>();
  into.add("calls in flight at once", "", flying, "100,000");
  into.add("  resident bytes each", "B", (resident(server.pid()) - before) / flying, "2,048");
}

void measure_retries(const bench_options& options, report& into) {
  std::vector<std::pair<std::string, std::string>> settings{
    {"lines.calls_per_second", std::to_string(retries_a_second)}, {"gateway.simulator.outcomes.busy", "1"}};
  // Nobody is reached, so everybody is called again.
  for (const auto* other :
    {"answered", "no_answer", "voicemail", "declined", "unreachable", "invalid_number", "network_error", "abandoned"})
    settings.emplace_back(std::string{"gateway.simulator.outcomes."} + other, "0");
  const server_process server{fresh_plan(options, std::move(settings))};
  client http{server.port()};
  const auto path = path_of(http.post("/v1/campaigns", campaign_json({options.contacts, 2, 1})));
  http.patch(path, R"({"action":"start"})");
  await_all_begun(http, path);
  http.patch(path, R"({"action":"pause"})");
  // A minute after the last call all retries are due, and have to wait: with the resumption they are due at one
  // instant.
  for (int waited = 0; waited < 61; ++waited) {
    std::this_thread::sleep_for(std::chrono::seconds{1});
    http.touch(path); // the connection is not to be closed as idle
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto resumed =
    std::chrono::duration<double, std::milli>{
      now % std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::days{1})}
      .count();
  http.patch(path, R"({"action":"resume"})");
  while (http.get(path).at("status") != "completed")
    std::this_thread::sleep_for(milliseconds{50});
  auto starts = second_starts(http.text(path + "/export?format=ndjson"));
  if (starts.size() != options.contacts)
    throw std::runtime_error(std::to_string(starts.size()) + " contacts were called again instead of all");
  std::vector<double> late;
  for (std::size_t n = 0; n < starts.size(); ++n) {
    // The line pool lets a tenth of a second's worth begin at once, the others one after the other.
    const auto allowed = std::max(0.0, static_cast<double>(n) / retries_a_second - 0.1) * 1000;
    auto since = starts[n] - resumed;
    if (since < -1'000)
      since += 86'400'000; // past midnight
    late.push_back(since - allowed);
  }
  std::sort(late.begin(), late.end());
  const auto name = readable(static_cast<double>(options.contacts)) + " retries due at one instant, lateness";
  into.add(name + ", p50", "ms", late[late.size() / 2]);
  into.add(name + ", p99", "ms", late[late.size() - 1 - late.size() / 100], "100");
  into.add(name + ", max", "ms", late.back());
}

} // namespace redial::bench
