#include "bench/report.hpp"

#include "bench/disk_probe.hpp"

#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <thread>

namespace redial::bench {

namespace {

std::string processor_name() {
  std::ifstream in{"/proc/cpuinfo"};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("model name"))
      return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

/// @returns how many threads wanted a processor in the last minute, on average.
double load_average() {
  std::ifstream in{"/proc/loadavg"};
  double minute = 0;
  in >> minute;
  return minute;
}

} // namespace

void report::add(const std::string& name, const std::string& unit, double value, const std::string& aim) {
  auto found = std::find_if(figures_.begin(), figures_.end(), [&](const figure& f) { return f.name == name; });
  if (found == figures_.end())
    found = figures_.insert(figures_.end(), figure{name, unit, aim, {}});
  found->runs.add(value);
  std::cerr << "  " << name << ": " << readable(value) << ' ' << unit << std::endl;
}

void print(const report& measured) {
  if (measured.figures().empty())
    return;
  std::cout << std::left << std::setw(54) << "figure" << std::right << std::setw(12) << "median" << std::setw(26)
            << "min .. max" << std::setw(10) << "aim"
            << "  unit\n";
  for (const auto& f : measured.figures()) {
    std::cout << std::left << std::setw(54) << f.name << std::right << std::setw(12) << readable(f.runs.median())
              << std::setw(26) << readable(f.runs.min()) + " .. " + readable(f.runs.max()) << std::setw(10) << f.aim
              << "  " << f.unit << '\n';
  }
  for (const auto& [name, text] : measured.notes())
    std::cout << name << ": " << text << '\n';
}

nlohmann::json to_json(const report& measured) {
  auto figures = nlohmann::json::array();
  for (const auto& f : measured.figures()) {
    figures.push_back({{"name", f.name}, {"unit", f.unit}, {"aim", f.aim}, {"median", f.runs.median()},
      {"min", f.runs.min()}, {"max", f.runs.max()}, {"runs", f.runs.values()}});
  }
  return figures;
}

nlohmann::json machine_json(const std::filesystem::path& data) {
  return {{"processor", processor_name()}, {"cores", std::thread::hardware_concurrency()},
    {"file_system", file_system_of(data)}, {"load_average", load_average()}};
}

void print_machine(const nlohmann::json& machine) {
  std::cout << machine.at("processor").get<std::string>() << ", " << machine.at("cores") << " cores, load average "
            << machine.at("load_average") << ", data on " << machine.at("file_system").get<std::string>() << std::endl;
  if (machine.at("file_system") == "tmpfs")
    std::cout << "WARNING: tmpfs syncs nothing; give a --dir on a disk\n";
}

void write_json(const std::filesystem::path& file, const nlohmann::json& all) {
  if (file.has_parent_path())
    std::filesystem::create_directories(file.parent_path());
  std::ofstream out{file};
  out << all.dump(2) << '\n';
  if (!out)
    throw std::runtime_error("cannot write " + file.string());
}

} // namespace redial::bench
