#include "bench/contact_list.hpp"
#include "bench/load/stage.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <stdexcept>
#include <thread>

namespace redial::bench {

namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr std::uint64_t campaigns = 200;
constexpr double busy_attempts_a_second = 30'000;
const auto pause_body = std::make_shared<const std::string>(R"({"action":"pause"})");
const auto resume_body = std::make_shared<const std::string>(R"({"action":"resume"})");

/// Each campaign is paused and resumed by turns; one whose former action is under way is left alone.
void storm(const load_options& options, load_results& into) {
  const stage on{options, {{"gateway.simulator.overrides", R"([{suffix = "99", outcome = "no_answer"}])"}}};
  client http{on.where()};
  struct campaign {
    std::string path;
    bool running = true;
    bool asked = false;
  };
  std::vector<campaign> all(campaigns);
  for (std::uint64_t n = 0; n < campaigns; ++n) {
    // Nobody answers the phones that end in 99: the campaign waits for a retry that is a week away.
    all[n].path = path_of(http.post("/v1/campaigns", campaign_json({1, 3, 10'080, n * 100 + 99})));
    http.patch(all[n].path, R"({"action":"start"})");
  }
  open_loop callers{on.where(), options.connections};
  const auto rate = 1'000 * options.scale;
  into.add("patch", rate,
    callers.run(
      rate, std::chrono::duration<double>{options.seconds}, options.seed,
      [&](std::uint64_t n) -> ask {
        auto& one = all[n % campaigns];
        if (one.asked)
          return {};
        one.asked = true;
        return {one.running ? "PATCH pause" : "PATCH resume", boost::beast::http::verb::patch, one.path,
          one.running ? pause_body : resume_body, n % campaigns};
      },
      [&](const ask& asked, unsigned status, const std::string&) {
        auto& one = all[asked.tag];
        one.asked = false;
        if (status == 200)
          one.running = !one.running;
      }));
}

/// @returns milliseconds since 1970 of an RFC 3339 instant with milliseconds and Z.
double instant_of(const std::string& text) {
  std::tm parts{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr)
    throw std::runtime_error("no instant: " + text);
  const auto fraction = *rest == '.' ? std::stod(std::string{"0"} + rest) : 0;
  return (static_cast<double>(timegm(&parts)) + fraction) * 1000;
}

double now_in_ms() { return std::chrono::duration<double, std::milli>{system_clock::now().time_since_epoch()}.count(); }

/// Calls follow each other at 30,000 a second; from the request that pauses them to the last that was begun (by the
/// instant on its record, in whole milliseconds), and to the answer, after which nothing is dialed.
void pauses(const load_options& options, load_results& into) {
  const stage on{options,
    {{"lines.calls_per_second", std::to_string(busy_attempts_a_second)}, {"gateway.simulator.workload", "peers"}}};
  client http{on.where()};
  const auto path = path_of(http.post("/v1/campaigns", campaign_json({options.contacts, 3, 10'080})));
  const auto latest = "/v1/calls?limit=1&campaign_id=" + path.substr(path.rfind('/') + 1);
  histogram to_last_dial;
  histogram to_answer;
  http.patch(path, R"({"action":"start"})");
  std::this_thread::sleep_for(std::chrono::seconds{1});
  double attempts = 0;
  double busy = 0;
  unsigned dialed_after = 0;
  auto running_since = steady_clock::now();
  auto before = http.get(path).at("calls_attempted").get<double>();
  unsigned made = 0;
  for (; made < options.pauses; ++made) {
    std::this_thread::sleep_for(std::chrono::milliseconds{50 + 7 * (made % 10)});
    const auto asked = now_in_ms();
    const auto begin = steady_clock::now();
    const auto paused = http.patch(path, *pause_body);
    const auto answered = steady_clock::now();
    to_answer.record(static_cast<std::uint64_t>((answered - begin) / std::chrono::nanoseconds{1}));
    const auto last = http.get(latest);
    const auto late = instant_of(last.at("data").at(0).at("started_at").get<std::string>()) - asked;
    to_last_dial.record(static_cast<std::uint64_t>(std::max(late, 0.0) * 1e6));
    const auto count = paused.at("calls_attempted").get<double>();
    attempts += count - before;
    busy += std::chrono::duration<double>{answered - running_since}.count();
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    if (http.get(path).at("calls_attempted").get<double>() > count)
      ++dialed_after;
    before = count;
    running_since = steady_clock::now();
    const auto resumed = http.patch(path, *resume_body);
    if (resumed.at("contacts").at("pending").get<double>() < busy_attempts_a_second)
      break; // nobody is left to be called
  }
  auto& figures = into.figures();
  const auto in_ms = [](std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e6; };
  figures.add("attempts a second while being paused and resumed", "1/s", attempts / busy, "30,000");
  figures.add("pause to the last new dial on record, p50", "ms", in_ms(to_last_dial.quantile(0.5)));
  figures.add("pause to the last new dial on record, p99", "ms", in_ms(to_last_dial.quantile(0.99)), "10");
  figures.add("pause to its answer, p50", "ms", in_ms(to_answer.quantile(0.5)));
  figures.add("pause to its answer, p99", "ms", in_ms(to_answer.quantile(0.99)), "10");
  figures.add("pauses", "", made);
  figures.add("pauses after whose answer somebody was dialed", "", dialed_after, "0");
}

} // namespace

void load_patch(const load_options& options, load_results& into) {
  storm(options, into);
  pauses(options, into);
}

} // namespace redial::bench
