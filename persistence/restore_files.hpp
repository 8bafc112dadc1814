/// The files of a backup, brought into a data directory.
#pragma once

#include "domain/result.hpp"

#include <filesystem>

namespace redial::persistence {

/// Copies the backup in `from` (never links: what is dialed from the copy must not change the backup) to the directory
/// `to`, which must be empty or absent, and syncs it. From the first file until `finish_restore`, `to` bears a mark
/// with which nobody but a restore opens it, also after a crash. @returns `storage_failed`, naming the file; what was
/// copied stays then, marked.
result<void> begin_restore(const std::filesystem::path& from, const std::filesystem::path& to);

/// Takes the mark away, once what is in `to` is safe to dial from. Synced.
result<void> finish_restore(const std::filesystem::path& to);

} // namespace redial::persistence
