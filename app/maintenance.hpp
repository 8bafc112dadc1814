/// `redial backup`, `restore` and `verify`: what is done with the data while nobody is dialed, or beside it.
#pragma once

#include "app/control.hpp"
#include "config/settings.hpp"
#include "persistence/store.hpp"

#include <filesystem>

namespace redial::app {

/// Answers the questions of `backup` and `verify` in the redial that serves. @param held outlives it.
control_handler maintenance_of(const persistence::store& held);

/// Copies the data to `to`, through the redial that serves them if one does. What was done, or why not, goes to stdout
/// and stderr. @returns the exit status.
int backup(const config::storage_settings& storage, const std::filesystem::path& to);

/// Makes the data directory, which must be empty or absent, out of the backup `from`, and safe to start: see
/// `decide_restore`. @returns the exit status.
int restore(const config::storage_settings& storage, const std::filesystem::path& from);

/// Looks for faults in the data, one line each on stdout. @returns 0 where there are none, 1 where there are.
int verify(const config::storage_settings& storage);

} // namespace redial::app
