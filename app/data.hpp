/// The data directory, opened from the command line while nobody serves it.
#pragma once

#include "config/settings.hpp"
#include "persistence/engine.hpp"
#include "persistence/store.hpp"

#include <memory>

namespace redial::app {

persistence::rocksdb_options options_of(const config::storage_settings& storage);

/// @returns whether redial has ever kept anything there.
bool holds_data(const config::storage_settings& storage);

/// Opens the data as for serving; they are made if there are none. @returns `storage_failed` saying why not, for
/// instance because another process has them.
result<std::unique_ptr<persistence::store>> open_data(const config::storage_settings& storage);

} // namespace redial::app
