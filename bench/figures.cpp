/// Measures the figures of bench/README.md against the real server, prints them as a table and writes them as JSON.
#include "bench/disk_probe.hpp"
#include "bench/measure.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

using namespace redial::bench;

int main(int argc, char** argv) {
  CLI::App app{"Measures a redial server on this machine"};
  bench_options options;
  int repeat = 3;
  std::string json_file = "build/bench-figures.json";
  std::vector<std::string> only;
  std::vector<std::string> settings;
  app.add_option("server", options.program, "The server to measure")->capture_default_str();
  app.add_option("--dir", options.directory, "Directory on a real disk; data/ and server.log in it are overwritten")
    ->capture_default_str();
  app.add_option("--repeat", repeat, "Runs of each measurement")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--contacts", options.contacts, "Contacts of the long list")->capture_default_str();
  app.add_option("--attempt-contacts", options.attempt_contacts, "Contacts of the campaign that is run")
    ->capture_default_str();
  app.add_option("--lines", options.lines, "Calls in progress at a time")->capture_default_str();
  app.add_option("--json", json_file, "File for the figures")->capture_default_str();
  app.add_option("--spread", options.spread_campaigns, "Campaigns of 1,000 contacts each")->capture_default_str();
  app.add_option("--flight", options.flight, "Calls in flight at once")->capture_default_str();
  const std::vector<std::string> all{"disk", "attempts", "list", "reads", "latency", "spread", "flight", "retries"};
  app.add_option("--only", only, "What to measure: disk, attempts, list, reads, latency, spread, flight, retries")
    ->check(CLI::IsMember(all))
    ->delimiter(',');
  app.add_option("--set", settings, "A further setting of the servers: KEY=VALUE")->take_all();
  CLI11_PARSE(app, argc, argv);

  try {
    options.settings = settings_of(settings);
    const auto wanted = [&](const std::string& what) {
      return only.empty() || std::find(only.begin(), only.end(), what) != only.end();
    };
    std::filesystem::create_directories(options.directory);
    options.directory = std::filesystem::canonical(options.directory);
    options.program = std::filesystem::canonical(options.program);
    const auto machine = machine_json(options.directory);
    print_machine(machine);

    report measured;
    for (int run = 1; run <= repeat; ++run) {
      std::cerr << "run " << run << " of " << repeat << std::endl;
      if (wanted("disk"))
        measured.add("synced appends of 4 KiB, this disk", "1/s",
          synced_appends_per_second(options.directory, std::chrono::seconds{3}));
      if (wanted("attempts"))
        measure_attempts(options, measured);
      if (wanted("list"))
        measure_long_list(options, measured);
      if (wanted("reads"))
        measure_reads(options, measured);
      if (wanted("latency"))
        measure_latency(options, measured);
      if (wanted("spread"))
        measure_spread(options, measured);
      if (wanted("flight"))
        measure_flight(options, measured);
      if (wanted("retries"))
        measure_retries(options, measured);
    }
    std::filesystem::remove_all(options.directory / "data");
    print(measured);
    write_json(json_file, {{"machine", machine}, {"figures", to_json(measured)}, {"notes", measured.notes()}});
  } catch (const std::exception& e) {
    std::cerr << "bench_figures: " << e.what() << '\n';
    return 1;
  }
  return 0;
}
