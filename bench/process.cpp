#include "bench/process.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

namespace redial::bench {

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || text.str().empty())
    throw std::runtime_error("cannot read " + file.string());
  return text.str();
}

std::filesystem::path proc(pid_t process) { return "/proc/" + std::to_string(process); }

/// @param stat the text of a `stat` file: fields 14 and 15 count ticks; the name in field 2 may hold spaces.
processor_time parse_stat(const std::string& stat) {
  std::istringstream fields{stat.substr(stat.rfind(')') + 1)};
  std::string skipped;
  for (int field = 3; field < 14; ++field)
    fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  return {user / ticks, system / ticks};
}

} // namespace

memory_use memory_of(pid_t process) {
  std::istringstream lines{text_of(proc(process) / "status")};
  memory_use use;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields{line};
    std::string key;
    std::uint64_t kilobytes = 0;
    fields >> key >> kilobytes;
    if (key == "VmRSS:")
      use.resident = kilobytes * 1024;
    else if (key == "RssAnon:")
      use.anonymous = kilobytes * 1024;
    else if (key == "VmHWM:")
      use.peak = kilobytes * 1024;
  }
  return use;
}

processor_time time_of(pid_t process) { return parse_stat(text_of(proc(process) / "stat")); }

std::map<std::string, double> threads_of(pid_t process) {
  std::map<std::string, double> threads;
  for (const auto& task : std::filesystem::directory_iterator{proc(process) / "task"}) {
    const auto stat = text_of(task.path() / "stat");
    const auto open = stat.find('(');
    const auto name = stat.substr(open + 1, stat.rfind(')') - open - 1);
    threads[task.path().filename().string() + " " + name] = parse_stat(stat).total();
  }
  return threads;
}

} // namespace redial::bench
