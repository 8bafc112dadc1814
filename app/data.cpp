#include "app/data.hpp"

#include <filesystem>

namespace redial::app {

persistence::rocksdb_options options_of(const config::storage_settings& storage) {
  persistence::rocksdb_options options;
  options.directory = storage.data_dir;
  options.block_cache_mb = storage.block_cache_mb;
  options.write_buffer_mb = storage.write_buffer_mb;
  return options;
}

bool holds_data(const config::storage_settings& storage) {
  return std::filesystem::exists(std::filesystem::path{storage.data_dir} / "CURRENT");
}

result<std::unique_ptr<persistence::store>> open_data(const config::storage_settings& storage) {
  auto backend = persistence::open_rocksdb(options_of(storage));
  if (!backend)
    return backend.error();
  return persistence::store::open(std::move(*backend));
}

} // namespace redial::app
