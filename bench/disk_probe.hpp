/// What the disk can do at best: the floor under every durable figure.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace redial::bench {

/// Appends 4 KiB to a new file and syncs it (fdatasync), over and over, for `how_long`; the file is removed afterwards.
/// @returns synced appends a second. @throws std::runtime_error where `directory` cannot be written to.
double synced_appends_per_second(const std::filesystem::path& directory, std::chrono::seconds how_long);

/// @returns the type of the file system that `directory` lies on ("ext4", "tmpfs", or its magic number).
std::string file_system_of(const std::filesystem::path& directory);

} // namespace redial::bench
