/// Whether a directory that refused a write would take one now.
#pragma once

#include "domain/result.hpp"

#include <filesystem>

namespace redial::persistence {

/// Makes a file in `directory`, reserves as much room as the write-ahead logs there take (what opening the database
/// again may have to write), writes and syncs a little of it, and removes it. @returns `storage_failed` with the
/// system's reason. Blocks on the disk.
result<void> probe_space(const std::filesystem::path& directory);

} // namespace redial::persistence
