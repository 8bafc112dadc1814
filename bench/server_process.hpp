/// A redial server of our own: the real program, started, watched and ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace redial::bench {

using seconds = std::chrono::duration<double>;

/// The admin key that servers are started with, and the client bears.
inline constexpr const char* admin_key = "an-admin-key-of-the-measurements-only";

/// How a server is to be started.
struct server_plan {
  std::filesystem::path program;
  std::filesystem::path data_dir;
  std::filesystem::path log;                                 ///< takes its stderr, appended
  std::vector<std::pair<std::string, std::string>> settings; ///< keys of the configuration and their values
};

/// Runs from construction to destruction, on a free port, with a key as always and no limit of requests. The REDIAL_…
/// variables of this process's environment are kept from it.
class server_process {
public:
  /// Starts it and waits for the line that says it listens.
  /// @throws std::runtime_error where it ends or says something else instead; its log says why.
  explicit server_process(const server_plan& plan);
  /// Kills it, if it still runs.
  ~server_process();
  server_process(const server_process&) = delete;
  server_process& operator=(const server_process&) = delete;

  pid_t pid() const noexcept { return pid_; }
  std::uint16_t port() const noexcept { return port_; }
  /// @returns the time from before its `exec` to when it said that it listens.
  seconds time_to_ready() const noexcept { return time_to_ready_; }

  /// SIGTERM, then waits. @throws std::runtime_error where it does not end with status 0.
  void stop();
  /// SIGKILL, then waits.
  void kill();

private:
  int wait();

  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
  seconds time_to_ready_{0};
};

} // namespace redial::bench
