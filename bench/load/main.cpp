/// Presses a redial server with callers who come at fixed instants, whatever the answers: a table of latencies, and
/// JSON.
#include "bench/load/stage.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <iostream>

namespace {

using namespace redial::bench;

struct scenario {
  const char* name;
  void (*run)(const load_options&, load_results&);
};
constexpr std::array scenarios{scenario{"many", load_many}, scenario{"million", load_million},
  scenario{"polling", load_polling}, scenario{"patch", load_patch}, scenario{"delete", load_delete},
  scenario{"day", load_day}};

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Presses a redial server, and measures how long its answers take from when each was due"};
  load_options options;
  std::string url;
  std::string key;
  std::string json_file = "build/bench-load.json";
  std::vector<std::string> only;
  std::vector<std::string> settings;
  std::vector<std::string> names;
  for (const auto& each : scenarios)
    names.emplace_back(each.name);
  app.add_option("server", options.own.program, "The server to start, one for each scenario")->capture_default_str();
  app.add_option("--url", url, "Press the server at http://HOST:PORT instead; its rate limit must be off");
  app.add_option("--key", key, "API key for it, scope write")->envname("REDIAL_KEY");
  app
    .add_option("--dir", options.own.directory, "Directory on a real disk; data/ and server.log in it are overwritten")
    ->capture_default_str();
  app.add_option("--only", only, "Scenarios: many, million, polling, patch, delete, day")
    ->check(CLI::IsMember(names))
    ->delimiter(',');
  app.add_option("--seconds", options.seconds, "Length of each storm; the day is three times as long")
    ->capture_default_str()
    ->check(CLI::PositiveNumber);
  app.add_option("--scale", options.scale, "Multiplies all rates")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--connections", options.connections, "Connections of the callers")
    ->capture_default_str()
    ->check(CLI::Range(1, 10'000));
  app.add_option("--contacts", options.contacts, "Contacts of the long list")
    ->capture_default_str()
    ->check(CLI::Range(1'000, 3'000'000));
  app.add_option("--pauses", options.pauses, "Pauses of a campaign that dials 30,000 a second")->capture_default_str();
  app.add_option("--seed", options.seed, "Decides the instants and what is asked for")->capture_default_str();
  app.add_option("--set", settings, "A further setting of the servers: KEY=VALUE")->take_all();
  app.add_option("--json", json_file, "File for the results")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  try {
    options.own.settings = settings_of(settings);
    if (!url.empty()) {
      options.given = target_of(url, key);
    } else {
      std::filesystem::create_directories(options.own.directory);
      options.own.directory = std::filesystem::canonical(options.own.directory);
      options.own.program = std::filesystem::canonical(options.own.program);
    }
    const auto machine = machine_json(url.empty() ? options.own.directory : ".");
    print_machine(machine);
    load_results results;
    for (const auto& each : scenarios) {
      if (!only.empty() && std::find(only.begin(), only.end(), each.name) == only.end())
        continue;
      std::cerr << each.name << std::endl;
      each.run(options, results);
    }
    if (url.empty())
      std::filesystem::remove_all(options.own.directory / "data");
    results.print();
    auto all = results.json();
    all["machine"] = machine;
    write_json(json_file, all);
    if (const auto failures = results.failures(); failures > 0) {
      std::cerr << failures << " requests were not answered, or with 5xx\n";
      return 1;
    }
  } catch (const std::exception& e) {
    std::cerr << "bench_load: " << e.what() << '\n';
    return 1;
  }
  return 0;
}
