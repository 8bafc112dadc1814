/// What the kernel says of a running process (Linux: /proc).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <sys/types.h>

namespace redial::bench {

/// Memory of a process, in bytes.
struct memory_use {
  std::uint64_t resident = 0;  ///< VmRSS
  std::uint64_t anonymous = 0; ///< RssAnon: resident without the pages of files, that is code and libraries
  std::uint64_t peak = 0;      ///< VmHWM
};

/// @throws std::runtime_error where the process is gone.
memory_use memory_of(pid_t process);

/// Processor time of a process since it began, in seconds.
struct processor_time {
  double user = 0;
  double system = 0;
  double total() const noexcept { return user + system; }
};

/// @throws std::runtime_error where the process is gone.
processor_time time_of(pid_t process);

/// @returns processor seconds since their begin of every thread, by number and name ("4711 caf.actor").
std::map<std::string, double> threads_of(pid_t process);

} // namespace redial::bench
