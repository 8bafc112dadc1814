/// What has been measured: figures, each over some runs, as a table for people and as JSON for programs.
#pragma once

#include "bench/series.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace redial::bench {

/// One row of the table.
struct figure {
  std::string name;
  std::string unit;
  std::string aim; ///< empty where none was set
  series runs;
};

/// What has been measured so far.
class report {
public:
  /// Adds a run to the figure of this name, which is made if it is new; rows stand in the order of their making. Says
  /// so on stderr.
  void add(const std::string& name, const std::string& unit, double value, const std::string& aim = {});
  /// Remarks on what a figure is bound by: shown below the table, the latest of a name.
  void note(const std::string& name, std::string text) { notes_[name] = std::move(text); }

  const std::vector<figure>& figures() const noexcept { return figures_; }
  const std::map<std::string, std::string>& notes() const noexcept { return notes_; }

private:
  std::vector<figure> figures_;
  std::map<std::string, std::string> notes_;
};

/// Prints the figures and the notes to stdout.
void print(const report& measured);
nlohmann::json to_json(const report& measured);

/// @returns processor, cores, the file system of `data` and the load average: what figures depend on.
nlohmann::json machine_json(const std::filesystem::path& data);
/// Prints one line of it to stdout, and warns where nothing is ever synced.
void print_machine(const nlohmann::json& machine);

/// @throws std::runtime_error
void write_json(const std::filesystem::path& file, const nlohmann::json& all);

} // namespace redial::bench
