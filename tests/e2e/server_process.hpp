/// The redial binary as a child process: started, spoken to through its port, killed, asked to stop.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace redial::e2e {

/// How long anything may take that normally takes moments. Generous: a sanitizer build on a busy machine is slow.
inline constexpr std::chrono::seconds patience{90};

/// The admin key of the workspace `default` on every server that a test starts.
inline const std::string admin_key = "an-admin-key-of-the-tests-and-nobody-else";

/// An empty directory of its own, gone with the object.
class scratch_directory {
public:
  scratch_directory();
  ~scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_;
};

/// One run of a program. It cannot outlive the object, nor the thread that made it: the kernel kills it with that.
class process {
public:
  /// Runs `redial arguments…` in `directory`, with `environment` ("NAME=value") added to the test's own, from which
  /// every REDIAL_… variable is taken out. Both outputs go to files in `directory`. `program`: another one to run,
  /// empty for redial.
  process(const std::filesystem::path& directory, const std::vector<std::string>& arguments,
    const std::vector<std::string>& environment = {}, const std::filesystem::path& program = {});
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  void signal(int number) const;
  /// Waits until it has ended. @returns its exit status, or minus the signal that ended it; nullopt after `limit`.
  std::optional<int> wait(std::chrono::milliseconds limit = patience);
  bool running() { return !wait(std::chrono::milliseconds{0}); }

  pid_t pid() const noexcept { return pid_; }
  /// What it has written so far.
  std::string out() const;
  std::string err() const;

private:
  std::filesystem::path out_;
  std::filesystem::path err_;
  std::string command_;
  pid_t pid_ = -1;
  int descriptor_ = -1;
  std::optional<int> status_;
};

/// Settings of a server as `KEY=VALUE`, each handed over by `--set`; flags ("--config=FILE") as they are.
using settings = std::vector<std::string>;

/// `redial serve` on a free port, its data in `directory`/data, with `admin_key` and without a limit of requests unless
/// it is told otherwise. Made once it serves.
class server_process {
public:
  /// @throws std::runtime_error if it does not come to serve; its stderr is in the message.
  server_process(
    const scratch_directory& directory, const settings& with, const std::vector<std::string>& environment = {});

  std::uint16_t port() const noexcept { return port_; }
  process& child() noexcept { return child_; }

  /// kill -9, and waits until it is gone.
  void kill();
  /// SIGTERM. @returns the exit status, or nullopt if it has not ended after `limit`.
  std::optional<int> stop(std::chrono::milliseconds limit = patience);
  /// @returns a line of /proc/PID/status in KiB, for instance of "VmHWM".
  std::uint64_t memory_kib(const std::string& line) const;

private:
  process child_;
  std::uint16_t port_ = 0;
};

} // namespace redial::e2e
