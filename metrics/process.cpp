#include "metrics/process.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <sys/resource.h>
#include <unistd.h>

namespace redial::metrics {

namespace {

/// Fields of /proc/self/stat behind the program's name, which may hold anything.
struct process_stat {
  double cpu_ticks = 0;
  double threads = 0;
  double start_ticks = 0;
  double virtual_bytes = 0;
  double resident_pages = 0;
};

bool read(process_stat& to) {
  std::ifstream file{"/proc/self/stat"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos)
    return false;
  std::istringstream fields{text.substr(name_end + 1)};
  std::string skipped;
  const auto skip = [&](int count) {
    while (count-- > 0)
      fields >> skipped;
  };
  double user = 0;
  double system = 0;
  skip(11); // state to cmajflt
  fields >> user >> system;
  skip(4); // cutime to nice
  fields >> to.threads;
  skip(1); // itrealvalue
  fields >> to.start_ticks >> to.virtual_bytes >> to.resident_pages;
  to.cpu_ticks = user + system;
  return static_cast<bool>(fields);
}

/// @returns when the system booted, in seconds since the epoch; 0 where that is not told.
double boot_time() {
  std::ifstream file{"/proc/stat"};
  for (std::string word; file >> word;) {
    if (double at = 0; word == "btime" && file >> at)
      return at;
  }
  return 0;
}

} // namespace

families process_families() {
  families told;
  if (process_stat stat; read(stat)) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    told.push_back(
      counter("process_cpu_seconds_total", "Processor time used, user and system").add(stat.cpu_ticks / ticks).take());
    told.push_back(gauge("process_resident_memory_bytes", "Memory in use").add(stat.resident_pages * page).take());
    told.push_back(gauge("process_virtual_memory_bytes", "Address space in use").add(stat.virtual_bytes).take());
    told.push_back(gauge("process_threads", "Threads").add(stat.threads).take());
    if (const auto boot = boot_time(); boot != 0)
      told.push_back(gauge("process_start_time_seconds", "When the process began, seconds since the epoch")
                       .add(boot + stat.start_ticks / ticks)
                       .take());
  }
  std::error_code error;
  const auto open = std::distance(std::filesystem::directory_iterator{"/proc/self/fd", error}, {});
  if (!error)
    told.push_back(gauge("process_open_fds", "Open file descriptors").add(static_cast<double>(open)).take());
  if (rlimit limit{}; getrlimit(RLIMIT_NOFILE, &limit) == 0)
    told.push_back(
      gauge("process_max_fds", "File descriptors that may be open").add(static_cast<double>(limit.rlim_cur)).take());
  return told;
}

} // namespace redial::metrics
