/// Disks that run full, and what must hold of a server on one.
#pragma once

#include "tests/e2e/campaigns.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace redial::faults {

/// Runs redial with a command of `app/maintenance.hpp`, to its end.
struct command_result {
  int status = 0;
  std::string out;
  std::string err;
};
command_result run(const e2e::scratch_directory& directory, const std::vector<std::string>& arguments);

/// No file of process `pid` grows from now on: a disk without room, without a privilege.
void stop_growth(pid_t pid);
void allow_growth(pid_t pid);

/// A small file system in a directory, seen by this process and its children alone, gone with them.
/// @returns false where this machine does not allow it; says so on stdout in words that CMakeLists.txt knows.
bool mount_small_disk(const std::filesystem::path& at, const std::string& options);
/// Changes the options of one.
void remount_small_disk(const std::filesystem::path& at, const std::string& options);

/// A server dials; `fill` takes the room from its disk, `free` gives it back. Checks that meanwhile nothing is
/// accepted, nobody is dialed, reads go on and /readyz says why, that afterwards it goes on by itself, calls nobody
/// twice and loses nothing, and that the data are without fault in the end.
void live_through_a_full_disk(const e2e::scratch_directory& directory,
  const std::function<void(e2e::server_process&)>& fill, const std::function<void(e2e::server_process&)>& free);

/// Checks that no contact of a campaign has more calls than it may, and that no call stands in it twice.
void check_calls(e2e::client& http, const std::string& id, unsigned max_attempts);

} // namespace redial::faults
