#include "persistence/engine.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice.h>
#include <rocksdb/status.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <vector>

namespace redial::persistence {

namespace {

// The data of a million contacts at rest have to fit in 64 MB of process memory, write buffers and cache included; and
// what stands in the write buffers is what the next start has to replay.
constexpr std::size_t kilobyte = 1024;
constexpr std::size_t megabyte = 1024 * kilobyte;
constexpr std::size_t quiet_write_buffer = 2 * megabyte;
constexpr std::uint64_t all_write_ahead_logs = 64 * megabyte;
constexpr int open_files = 256;

rocksdb::Slice slice(std::string_view bytes) noexcept { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) noexcept { return {bytes.data(), bytes.size()}; }
std::size_t index_of(table which) noexcept { return static_cast<std::size_t>(which); }

problem failed(std::string what, const rocksdb::Status& why) {
  what += ": ";
  what += why.ToString();
  return {error_code::storage_failed, std::move(what), {}};
}

/// RocksDB reports its own failures as statuses; what it throws comes from below it (std::bad_alloc,
/// std::system_error).
template <class F>
auto guarded(std::string_view doing, F&& f) -> decltype(f()) {
  try {
    return f();
  } catch (const std::exception& e) {
    return problem{error_code::storage_failed, std::string{doing} + ": " + e.what(), {}};
  }
}

rocksdb::ColumnFamilyOptions column_options(
  table which, const std::shared_ptr<rocksdb::Cache>& cache, std::size_t write_buffers) {
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = cache;
  blocks.block_size = 16 * kilobyte;
  // Index and filter blocks count as cache, or they would grow outside every bound.
  blocks.cache_index_and_filter_blocks = true;
  blocks.pin_l0_filter_and_index_blocks_in_cache = true;
  blocks.format_version = 5;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));

  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  options.level_compaction_dynamic_level_bytes = true;
  options.compression = rocksdb::kNoCompression;
  options.write_buffer_size = write_buffers / 4; // four tables are written to all the time
  options.max_write_buffer_number = 3;
  switch (which) {
  case table::profile:
  case table::journal:
  case table::call: options.compression = rocksdb::kLZ4Compression; break;
  case table::meta:
  case table::campaign: options.write_buffer_size = quiet_write_buffer; break;
  case table::phone:
  case table::contact: break;
  }
  return options;
}

rocksdb::DBOptions database_options(std::size_t write_buffers) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  // A crash may leave the last record of a log cut short: nobody was told of it, it is dropped. A record that is
  // damaged with others behind it is another matter: those were acknowledged, and to go on without them (as
  // point-in-time recovery does) would call people again who have been called. Then opening fails and says so.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.db_write_buffer_size = write_buffers;
  options.max_total_wal_size = all_write_ahead_logs;
  options.wal_bytes_per_sync = megabyte; // so that the sync which ends a bulk load finds little left to write
  options.bytes_per_sync = megabyte;
  options.max_background_jobs = 2;
  options.max_open_files = open_files;
  options.max_file_opening_threads = 2;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 2;
  options.max_log_file_size = megabyte;
  options.max_manifest_file_size = 16 * megabyte;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

class rocksdb_batch final : public batch {
public:
  explicit rocksdb_batch(const std::vector<rocksdb::ColumnFamilyHandle*>& columns) : columns_{columns} {}

  void put(table where, std::string_view key, std::string_view value) override {
    note(changes.Put(columns_[index_of(where)], slice(key), slice(value)));
  }
  void erase(table where, std::string_view key) override {
    note(changes.Delete(columns_[index_of(where)], slice(key)));
  }
  void erase_range(table where, std::string_view from, std::string_view to) override {
    if (from < to)
      note(changes.DeleteRange(columns_[index_of(where)], slice(from), slice(to)));
  }

  void clear() {
    changes.Clear();
    first_failure = rocksdb::Status::OK();
  }

  rocksdb::WriteBatch changes;
  rocksdb::Status first_failure; ///< of building the batch: then none of it is written

private:
  void note(const rocksdb::Status& status) {
    if (!status.ok() && first_failure.ok())
      first_failure = status;
  }
  const std::vector<rocksdb::ColumnFamilyHandle*>& columns_;
};

class rocksdb_engine final : public engine {
public:
  rocksdb_engine(std::unique_ptr<rocksdb::DB> db, std::vector<rocksdb::ColumnFamilyHandle*> columns, bool sync)
    : db_{std::move(db)}, columns_{std::move(columns)}, sync_{sync} {}

  ~rocksdb_engine() override {
    for (auto* column : columns_)
      db_->DestroyColumnFamilyHandle(column);
    // Without sync the log may still be in the process: hand it to the system, as far as that goes.
    db_->SyncWAL().PermitUncheckedError();
    db_->Close().PermitUncheckedError();
  }

  std::unique_ptr<batch> new_batch() override { return std::make_unique<rocksdb_batch>(columns_); }

  result<void> write(batch& changes, bool sync) override {
    auto& mine = static_cast<rocksdb_batch&>(changes);
    auto done = guarded("writing to the store", [&]() -> result<void> {
      if (!mine.first_failure.ok())
        return failed("preparing a write to the store", mine.first_failure);
      // After a failed write (a full disk, say) RocksDB refuses all others until it is asked to go on.
      if (suspended_.load()) {
        if (const auto status = db_->Resume(); !status.ok())
          return failed("the store cannot write since an earlier failure", status);
        suspended_ = false;
      }
      rocksdb::WriteOptions options;
      options.sync = sync && sync_;
      if (const auto status = db_->Write(options, &mine.changes); !status.ok()) {
        suspended_ = true;
        return failed("writing to the store", status);
      }
      return {};
    });
    mine.clear();
    return done;
  }

  result<std::optional<std::string>> get(table where, std::string_view key) const override {
    return guarded("reading from the store", [&]() -> result<std::optional<std::string>> {
      std::string value;
      const auto status = db_->Get({}, columns_[index_of(where)], slice(key), &value);
      if (status.IsNotFound())
        return std::nullopt;
      if (!status.ok())
        return failed("reading from the store", status);
      return std::optional{std::move(value)};
    });
  }

  result<void> scan(table where, std::string_view from, std::string_view to,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const override {
    if (from >= to)
      return {};
    const auto bound = slice(to);
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &bound;
    options.fill_cache = false; // one pass over a long campaign would push out what is asked for again
    const std::unique_ptr<rocksdb::Iterator> it{db_->NewIterator(options, columns_[index_of(where)])};
    for (it->Seek(slice(from)); it->Valid(); it->Next()) {
      if (!visit(view(it->key()), view(it->value())))
        break;
    }
    if (!it->status().ok())
      return failed("reading from the store", it->status());
    return {};
  }

  result<std::optional<std::pair<std::string, std::string>>> last_at_most(
    table where, std::string_view key, std::string_view floor) const override {
    using entry = std::optional<std::pair<std::string, std::string>>;
    return guarded("reading from the store", [&]() -> result<entry> {
      const std::unique_ptr<rocksdb::Iterator> it{db_->NewIterator({}, columns_[index_of(where)])};
      it->SeekForPrev(slice(key));
      if (!it->status().ok())
        return failed("reading from the store", it->status());
      if (!it->Valid() || view(it->key()) < floor)
        return entry{};
      return entry{std::pair{it->key().ToString(), it->value().ToString()}};
    });
  }

private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> columns_;
  const bool sync_;
  std::atomic<bool> suspended_ = false;
};

/// Makes `directory` unless it is there: for its owner alone, as it will hold names and phone numbers.
result<void> make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  const bool made = std::filesystem::create_directories(directory, error);
  if (!error && made)
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  if (error)
    return problem{
      error_code::storage_failed, "cannot make the data directory " + directory.string() + ": " + error.message(), {}};
  return {};
}

/// Refuses what a later version of redial has laid out, before RocksDB does it in words of its own.
result<void> check_columns(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::exists(directory / "CURRENT", error))
    return {};
  std::vector<std::string> found;
  if (const auto status = rocksdb::DB::ListColumnFamilies({}, directory.string(), &found); !status.ok())
    return failed("cannot read the data directory " + directory.string(), status);
  for (const auto& name : found) {
    const auto known = [&](table t) { return table_name(t) == name; };
    if (name != rocksdb::kDefaultColumnFamilyName && std::none_of(all_tables.begin(), all_tables.end(), known))
      return problem{error_code::storage_failed,
        "the data directory " + directory.string() + " has a table \"" + name
          + "\" that this version of redial does not know: it was written by a newer one",
        {}};
  }
  return {};
}

/// @returns a plain sentence for a lock that is taken, or nullopt for any other status.
std::optional<problem> locked(const std::filesystem::path& directory, const rocksdb::Status& status) {
  if (!status.IsIOError())
    return std::nullopt;
  const auto text = status.ToString();
  if (text.find("lock hold by current process") != std::string::npos)
    return problem{error_code::storage_failed,
      "the data directory " + directory.string() + " is in use already in this process", {}};
  if (text.find("lock file") != std::string::npos)
    return problem{error_code::storage_failed,
      "another process uses the data directory " + directory.string() + "; only one at a time can", {}};
  return std::nullopt;
}

} // namespace

result<std::unique_ptr<engine>> open_rocksdb(const rocksdb_options& options) {
  return guarded("opening the store", [&]() -> result<std::unique_ptr<engine>> {
    if (auto made = make_directory(options.directory); !made)
      return made.error();
    if (auto known = check_columns(options.directory); !known)
      return known.error();

    const auto cache = rocksdb::NewLRUCache(options.block_cache_mb * megabyte);
    const auto write_buffers = options.write_buffer_mb * megabyte;
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const auto which : all_tables)
      descriptors.emplace_back(std::string{table_name(which)}, column_options(which, cache, write_buffers));
    // RocksDB insists on a family of this name.
    descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, column_options(table::meta, cache, write_buffers));

    std::vector<rocksdb::ColumnFamilyHandle*> columns;
    rocksdb::DB* opened = nullptr;
    const auto status =
      rocksdb::DB::Open(database_options(write_buffers), options.directory.string(), descriptors, &columns, &opened);
    std::unique_ptr<rocksdb::DB> db{opened};
    if (auto taken = locked(options.directory, status))
      return std::move(*taken);
    if (!status.ok())
      return failed("cannot open the data directory " + options.directory.string(), status);
    return std::unique_ptr<engine>{std::make_unique<rocksdb_engine>(std::move(db), std::move(columns), options.sync)};
  });
}

} // namespace redial::persistence
