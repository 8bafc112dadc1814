/// Lives with a redial server for an hour of steady, mixed load, and judges whether it stays as it was: memory, latency
/// and pace. Ends with 1 where it does not.
#include "bench/load/flatness.hpp"
#include "bench/load/mix.hpp"
#include "bench/load/stage.hpp"

#include <CLI/CLI.hpp>

#include <iomanip>
#include <iostream>

namespace {

using namespace redial::bench;

/// A campaign a second, 500 people each, who are called within seconds: the clock runs sixty times as fast, so a retry
/// comes after one. Nothing that was begun lasts, so that nothing has a reason to grow but the record of it.
mix_shape soak_shape() {
  mix_shape shape;
  shape.weights = {1, 120, 10, 5, 5, 2, 1, 2, 0.2};
  shape.contacts = 500;
  shape.retry_interval_minutes = 1;
  shape.known = 30;
  return shape;
}
constexpr double requests_a_second = 150;

std::vector<std::pair<std::string, std::string>> soak_settings() {
  // Workload "peers": nobody asks not to be called again, so the same share of people is called at the end.
  return {{"clock.speed", "60"}, {"gateway.simulator.instant", "false"}, {"gateway.simulator.workload", "peers"},
    {"lines.max_concurrent_calls", "5000"}};
}

void show(const soak_sample& s) {
  std::cout << std::setw(8) << readable(s.at) << std::setw(12) << readable(s.resident / 1e6) << std::setw(12)
            << readable(static_cast<double>(s.gets.quantile(0.5)) / 1e6) << std::setw(12)
            << readable(static_cast<double>(s.gets.quantile(0.99)) / 1e6) << std::setw(12)
            << readable(s.attempts_a_second) << std::setw(12) << s.campaigns << std::setw(10) << s.failures
            << std::endl;
}

nlohmann::json json_of(const std::vector<soak_sample>& samples) {
  auto rows = nlohmann::json::array();
  for (const auto& s : samples)
    rows.push_back(
      {{"at_s", s.at}, {"resident_bytes", s.resident}, {"get_p50_ms", static_cast<double>(s.gets.quantile(0.5)) / 1e6},
        {"get_p99_ms", static_cast<double>(s.gets.quantile(0.99)) / 1e6}, {"attempts_per_s", s.attempts_a_second},
        {"campaigns", s.campaigns}, {"failures", s.failures}});
  return rows;
}

std::vector<soak_sample> live(const load_options& options, double length, double every) {
  const stage on{options, soak_settings()};
  client http{on.where()};
  open_loop callers{on.where(), options.connections};
  mix day{soak_shape(), options.seed};
  std::vector<soak_sample> samples;
  std::cout << std::setw(8) << "s" << std::setw(12) << "RSS MB" << std::setw(12) << "GET p50 ms" << std::setw(12)
            << "GET p99 ms" << std::setw(12) << "attempts/s" << std::setw(12) << "campaigns" << std::setw(10)
            << "failures" << std::endl;
  const auto begin = std::chrono::steady_clock::now();
  const auto now = [&] { return std::chrono::duration<double>{std::chrono::steady_clock::now() - begin}.count(); };
  double attempts = 0;
  double last = 0;
  for (std::uint64_t window = 0; now() < length; ++window) {
    const auto came = callers.run(
      requests_a_second * options.scale, std::chrono::duration<double>{every}, options.seed + window,
      [&](std::uint64_t n) { return day.make(n); },
      [&](const ask& asked, unsigned status, const std::string& body) { day.told(asked, status, body, callers); });
    soak_sample s;
    s.at = now();
    s.resident = static_cast<double>(memory_of(*on.pid()).resident);
    for (const auto& [kind, tally] : came.kinds) {
      if (kind == "GET campaign")
        s.gets = tally.took;
      std::uint64_t failed = 0;
      for (const auto& [status, times] : tally.seen)
        failed += status == 0 || status >= 500 ? times : 0;
      if (failed > 0)
        std::cout << "          " << kind << ": " << others(tally) << std::endl;
      s.failures += failed;
    }
    const auto total = http.get("/v1/calls?limit=1").at("total").get<double>();
    s.attempts_a_second = (total - std::exchange(attempts, total)) / (s.at - std::exchange(last, s.at));
    s.campaigns = day.created();
    show(s);
    samples.push_back(std::move(s));
  }
  return samples;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Presses a redial server for a long time, and judges whether memory, latency and pace stay flat"};
  load_options options;
  flatness_bounds bounds;
  double length = 3600;
  double every = 10;
  std::string json_file = "build/bench-soak.json";
  std::vector<std::string> settings;
  app.add_option("server", options.own.program, "The server to start")->capture_default_str();
  app.add_option("--seconds", length, "How long")->capture_default_str()->check(CLI::Range(10.0, 1e7));
  app.add_option("--every", every, "Seconds between two samples")
    ->capture_default_str()
    ->check(CLI::Range(0.5, 3600.0));
  app.add_option("--scale", options.scale, "Multiplies the rate of requests")->capture_default_str();
  app
    .add_option("--dir", options.own.directory, "Directory on a real disk; data/ and server.log in it are overwritten")
    ->capture_default_str();
  app.add_option("--warm-up", bounds.warm_up_s, "Seconds at the beginning that are not judged")
    ->capture_default_str()
    ->check(CLI::Range(0.0, 1e7));
  app.add_option("--growth", bounds.bytes_a_campaign, "Bytes that each campaign of the record may cost for good")
    ->capture_default_str();
  app.add_option("--noise", bounds.noise_bytes, "Bytes that memory may have grown besides, by the end")
    ->capture_default_str();
  app.add_option("--slower", bounds.slower, "How many times the p99 of the first third that of the last may be")
    ->capture_default_str();
  app.add_option("--seed", options.seed, "Decides the instants and what is asked for")->capture_default_str();
  app.add_option("--set", settings, "A further setting of the server: KEY=VALUE")->take_all();
  app.add_option("--json", json_file, "File for the samples")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  try {
    if (const auto least = bounds.warm_up_s + fewest_judged * every; length < least)
      throw std::runtime_error{
        "--seconds: " + readable(least) + " at least, or there is nothing to judge behind the warm-up"};
    options.own.settings = settings_of(settings);
    std::filesystem::create_directories(options.own.directory);
    options.own.directory = std::filesystem::canonical(options.own.directory);
    options.own.program = std::filesystem::canonical(options.own.program);
    const auto machine = machine_json(options.own.directory);
    print_machine(machine);
    const auto samples = live(options, length, every);
    std::filesystem::remove_all(options.own.directory / "data");
    const auto verdict = judge(samples, bounds);
    for (const auto& line : verdict.findings)
      std::cout << line << '\n';
    std::cout << (verdict.flat ? "flat" : "NOT FLAT") << std::endl;
    write_json(json_file,
      {{"machine", machine}, {"samples", json_of(samples)}, {"findings", verdict.findings}, {"flat", verdict.flat}});
    return verdict.flat ? 0 : 1;
  } catch (const std::exception& e) {
    std::cerr << "bench_soak: " << e.what() << '\n';
    return 2;
  }
}
