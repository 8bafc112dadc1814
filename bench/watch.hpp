/// A stopwatch over a server: how long, at what cost, on which threads, and how much of the machine others took.
#pragma once

#include "bench/process.hpp"

#include <chrono>
#include <map>
#include <string>

namespace redial::bench {

/// What a stretch of time came to.
struct lap {
  double wall = 0;       ///< seconds
  processor_time server; ///< of the server, within the stretch
  std::string threads;   ///< of the server, the busiest first, in percent of one core: what it is bound by
  double others = 0;     ///< cores that neither the server, nor this process, nor its children that have ended used
};

/// Begins when it is made.
class watch {
public:
  explicit watch(pid_t server);
  /// @returns what has happened since the beginning.
  lap read() const;

private:
  pid_t server_;
  std::chrono::steady_clock::time_point begin_;
  processor_time server_time_;
  double own_time_;
  double machine_time_;
  std::map<std::string, double> threads_;
};

} // namespace redial::bench
