/// Measures the figures of bench/README.md against the real server, prints them as a table and writes them as JSON.
#include "bench/disk_probe.hpp"
#include "bench/measure.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iomanip>
#include <iostream>
#include <thread>

namespace {

using namespace redial::bench;

std::string processor_name() {
  std::ifstream in{"/proc/cpuinfo"};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("model name"))
      return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

void print(const report& measured) {
  std::cout << std::left << std::setw(42) << "figure" << std::right << std::setw(12) << "median" << std::setw(26)
            << "min .. max" << std::setw(10) << "aim"
            << "  unit\n";
  for (const auto& f : measured.figures()) {
    std::cout << std::left << std::setw(42) << f.name << std::right << std::setw(12) << readable(f.runs.median())
              << std::setw(26) << readable(f.runs.min()) + " .. " + readable(f.runs.max()) << std::setw(10) << f.aim
              << "  " << f.unit << '\n';
  }
  for (const auto& [name, text] : measured.notes())
    std::cout << name << ": " << text << '\n';
}

void write_json(const std::string& file, const report& measured, const nlohmann::json& machine) {
  nlohmann::json all{{"machine", machine}, {"figures", nlohmann::json::array()}, {"notes", measured.notes()}};
  for (const auto& f : measured.figures()) {
    all["figures"].push_back({{"name", f.name}, {"unit", f.unit}, {"aim", f.aim}, {"median", f.runs.median()},
      {"min", f.runs.min()}, {"max", f.runs.max()}, {"runs", f.runs.values()}});
  }
  std::ofstream out{file};
  out << all.dump(2) << '\n';
  if (!out)
    throw std::runtime_error("cannot write " + file);
}

} // namespace

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
  app.add_option("--only", only, "What to measure: disk, attempts, list, reads, latency")
    ->check(CLI::IsMember({"disk", "attempts", "list", "reads", "latency"}));
  app.add_option("--set", settings, "A further setting of the servers: KEY=VALUE")->take_all();
  CLI11_PARSE(app, argc, argv);

  try {
    for (const auto& pair : settings) {
      const auto equals = pair.find('=');
      if (equals == std::string::npos)
        throw std::runtime_error("--set must be KEY=VALUE: " + pair);
      options.settings.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
    }
    const auto wanted = [&](const std::string& what) {
      return only.empty() || std::find(only.begin(), only.end(), what) != only.end();
    };
    std::filesystem::create_directories(options.directory);
    options.directory = std::filesystem::canonical(options.directory);
    options.program = std::filesystem::canonical(options.program);
    const auto file_system = file_system_of(options.directory);
    const nlohmann::json machine{
      {"processor", processor_name()}, {"cores", std::thread::hardware_concurrency()}, {"file_system", file_system}};
    std::cout << processor_name() << ", " << std::thread::hardware_concurrency() << " cores, data on " << file_system
              << std::endl;
    if (file_system == "tmpfs")
      std::cout << "WARNING: tmpfs syncs nothing; give a --dir on a disk\n";

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
    }
    std::filesystem::remove_all(options.directory / "data");
    print(measured);
    write_json(json_file, measured, machine);
  } catch (const std::exception& e) {
    std::cerr << "bench_figures: " << e.what() << '\n';
    return 1;
  }
  return 0;
}
