/// Measures what CAF, RocksDB and Beast cost alone, and how near redial comes to that, in one run.
#include "bench/floor/floor.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <thread>

int main(int argc, char** argv) {
  using namespace redial::bench;
  CLI::App app{"Measures the floor that redial stands on: CAF, RocksDB and Beast alone on this machine"};
  floor_options options;
  int repeat = 3;
  std::string json_file = "build/bench-floor.json";
  std::vector<std::string> only;
  std::vector<std::string> settings;
  options.actor_threads = std::max(1U, std::thread::hardware_concurrency());
  app.add_option("server", options.redial.program, "The redial to compare with")->capture_default_str();
  app.add_option("--dir", options.redial.directory, "Directory on a real disk; what is in it is overwritten")
    ->capture_default_str();
  app.add_option("--repeat", repeat, "Runs of each measurement")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--contacts", options.redial.attempt_contacts, "Contacts of the campaign")->capture_default_str();
  app.add_option("--lines", options.redial.lines, "Calls in progress at a time")->capture_default_str();
  app.add_option("--events", options.commit_events, "Events that one commit holds at most")->capture_default_str();
  app.add_option("--get-seconds", options.get_seconds, "Length of each run of GETs")->capture_default_str();
  app.add_option("--only", only, "What to measure: answers, commit, messages, attempts")
    ->check(CLI::IsMember({"answers", "commit", "messages", "attempts"}))
    ->delimiter(',');
  app.add_option("--set", settings, "A further setting of redial: KEY=VALUE")->take_all();
  app.add_option("--json", json_file, "File for the figures")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  try {
    options.redial.settings = settings_of(settings);
    options.redial.settings.emplace_back("gateway.simulator.workload", "peers");
    options.in_flight = options.redial.lines;
    std::filesystem::create_directories(options.redial.directory);
    options.redial.directory = std::filesystem::canonical(options.redial.directory);
    options.redial.program = std::filesystem::canonical(options.redial.program);
    const auto wanted = [&](const std::string& what) {
      return only.empty() || std::find(only.begin(), only.end(), what) != only.end();
    };
    const auto machine = machine_json(options.redial.directory);
    print_machine(machine);

    report measured;
    for (int run = 1; run <= repeat && wanted("answers"); ++run)
      measure_answers(options, measured); // before there are threads: it forks
    const attempt_rows rows{options.redial.attempt_contacts};
    const auto attempts = static_cast<double>(rows.attempts());
    measured.note("rows", readable(static_cast<double>(rows.rows()) / attempts) + " rows and "
                            + readable(static_cast<double>(rows.bytes()) / attempts)
                            + " bytes an attempt, its journal entries included");
    for (int run = 1; run <= repeat; ++run) {
      std::cerr << "run " << run << " of " << repeat << std::endl;
      if (wanted("commit"))
        measure_commit(options, rows, measured);
      if (wanted("messages"))
        measure_messages(options, rows.attempts(), measured);
      if (wanted("attempts")) {
        const auto floor = measure_pipeline(options, rows, measured);
        const auto own = measure_attempts(options.redial, measured);
        measured.add("redial's attempts against the floor", "", own.a_second / floor.a_second, "0.5");
        measured.add("its processor time an attempt against the floor's", "", own.processor_us / floor.processor_us);
      }
    }
    std::filesystem::remove_all(options.redial.directory / "data");
    std::filesystem::remove_all(options.redial.directory / "floor-data");
    print(measured);
    write_json(json_file, {{"machine", machine}, {"figures", to_json(measured)}, {"notes", measured.notes()}});
  } catch (const std::exception& e) {
    std::cerr << "bench_floor: " << e.what() << '\n';
    return 1;
  }
  return 0;
}
