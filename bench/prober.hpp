/// How long answers take while the server is at something else: requests at fixed instants, whatever became of those
/// before them, so that a stall counts for every request that it would have held up (no coordinated omission).
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace redial::bench {

/// Asks for one path from construction to `stop`, on some connections of its own, one thread each.
class prober {
public:
  /// @param rate requests a second, over all connections together
  prober(std::uint16_t port, std::string path, double rate, unsigned connections = 8);
  ~prober();
  prober(const prober&) = delete;
  prober& operator=(const prober&) = delete;

  /// Ends it. @returns the time from when each request was due to the last byte of its answer, in milliseconds, sorted.
  /// @throws std::runtime_error where an answer was not 2xx.
  std::vector<double> stop();

private:
  struct asker {
    std::vector<double> took;
    std::string failed;
    std::thread thread;
  };
  std::atomic<bool> stop_{false};
  std::vector<asker> askers_;
};

/// @returns the value below which `share` (0 to 1) of `sorted` lies. Asks for at least one value.
double quantile(const std::vector<double>& sorted, double share);

} // namespace redial::bench
