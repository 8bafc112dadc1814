#include "persistence/rocksdb_database.hpp"

#include "domain/ids.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <system_error>

namespace redial::persistence {

namespace {

// The data of a million contacts at rest have to fit in 64 MB of process memory, write buffers and cache included; and
// what stands in the write buffers is what the next start has to replay.
constexpr std::size_t kilobyte = 1024;
constexpr std::size_t megabyte = 1024 * kilobyte;
constexpr std::size_t quiet_write_buffer = 2 * megabyte;
constexpr std::uint64_t all_write_ahead_logs = 64 * megabyte;
constexpr int open_files = 256;

/// The campaign of a row's key. RocksDB 7.8 keeps one hint for the rows and the erased ranges of a campaign, which are
/// in two lists: a range that had one would be written into the wrong list, or into nowhere. So ranges have none: they
/// begin with the campaign's number alone (`may_erase_range`), and that is none of these keys.
class campaign_of_row final : public rocksdb::SliceTransform {
public:
  const char* Name() const override { return "redial.campaign_of_row"; }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override { return {key.data(), sizeof(campaign_no)}; }
  bool InDomain(const rocksdb::Slice& key) const override { return key.size() > sizeof(campaign_no); }
};

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
  // Keys of one campaign come nearly in order, while campaigns take turns: each goes on where it was.
  if (!erases_any_range(which))
    options.memtable_insert_with_hint_prefix_extractor = std::make_shared<const campaign_of_row>();
  switch (which) {
  case table::profile:
  case table::journal:
  case table::log:
  case table::answer:
  case table::call: options.compression = rocksdb::kLZ4Compression; break;
  case table::meta:
  case table::key:
  case table::dnc:
  case table::webhook:
  case table::delivery:
  case table::campaign: options.write_buffer_size = quiet_write_buffer; break;
  case table::call_start:
  case table::call_label:
    // Only ever scanned: nobody asks whether a key is there.
    blocks.filter_policy.reset();
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
    break;
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
  options.allow_concurrent_memtable_write = false; // there is one writer, and hints want it so
  options.db_write_buffer_size = write_buffers;
  options.max_total_wal_size = all_write_ahead_logs;
  options.wal_bytes_per_sync = megabyte; // so that the sync which ends a bulk load finds little left to write
  options.bytes_per_sync = megabyte;
  options.max_background_jobs = 2;
  options.max_open_files = open_files;
  options.max_file_opening_threads = 2;
  options.max_manifest_file_size = 16 * megabyte;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

/// Hands RocksDB's warnings to the house's log. RocksDB would write them to a file beside the data, and ends the
/// process (an assertion in Debian's build) when that file cannot grow any more.
class warnings final : public rocksdb::Logger {
public:
  explicit warnings(std::function<void(const std::string&)> tell)
    : Logger{rocksdb::InfoLogLevel::WARN_LEVEL}, tell_{std::move(tell)} {}

  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, 2048> text{};
    if (tell_ && std::vsnprintf(text.data(), text.size(), format, arguments) > 0)
      tell_("rocksdb: " + std::string{text.data()});
  }
  void LogHeader(const char*, va_list) override {}

private:
  std::function<void(const std::string&)> tell_;
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

/// @returns why nobody may work on a directory that a restore was writing to, if so.
std::optional<problem> half_restored(const rocksdb_options& options) {
  std::error_code error;
  if (options.restoring || !std::filesystem::exists(options.directory / unfinished_restore, error))
    return std::nullopt;
  return problem{error_code::storage_failed,
    "a restore to " + options.directory.string()
      + " did not come to its end: remove the directory, and restore into a fresh one",
    {}};
}

std::vector<rocksdb::ColumnFamilyDescriptor> descriptors_of(const rocksdb_options& options) {
  const auto cache = rocksdb::NewLRUCache(options.block_cache_mb * megabyte);
  const auto write_buffers = options.write_buffer_mb * megabyte;
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const auto which : all_tables)
    descriptors.emplace_back(std::string{table_name(which)}, column_options(which, cache, write_buffers));
  // RocksDB insists on a family of this name.
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, column_options(table::meta, cache, write_buffers));
  return descriptors;
}

/// Takes the lock that RocksDB takes when it opens a database to be written. @returns the descriptor that holds it, or
/// -1 where there is no lock file, or none that could be written: then nobody else can be writing either.
result<int> take_lock(const std::filesystem::path& directory) {
  const auto file = directory / "LOCK";
  const int lock = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (lock < 0 && (errno == ENOENT || errno == EROFS))
    return -1;
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (lock >= 0 && ::fcntl(lock, F_SETLK, &whole) == 0)
    return lock;
  const std::error_code why{errno, std::generic_category()};
  const bool taken = errno == EAGAIN || (errno == EACCES && lock >= 0);
  if (lock >= 0)
    ::close(lock);
  if (taken)
    return problem{error_code::storage_failed,
      "another process uses the data directory " + directory.string() + "; only one at a time can", {}};
  return problem{error_code::storage_failed, "cannot lock " + file.string() + ": " + why.message(), {}};
}

std::string reading(table where) { return "reading table " + std::string{table_name(where)}; }

/// RocksDB does not always name the file that it stumbled over, and sometimes another.
problem not_opened(const std::filesystem::path& directory, const rocksdb::Status& why) {
  auto told = failed("cannot open the data directory " + directory.string(), why);
  std::error_code error;
  for (std::filesystem::directory_iterator it{directory, error}, end; !error && it != end; it.increment(error)) {
    if (!why.IsCorruption() || it->path().extension() != ".sst")
      continue;
    rocksdb::SstFileReader reader{rocksdb::Options{}};
    if (const auto status = reader.Open(it->path().string()); !status.ok())
      told.detail += "; file " + it->path().string() + ": " + status.ToString();
  }
  return told;
}

rocksdb::ReadOptions read_at(const rocksdb::Snapshot* at) {
  rocksdb::ReadOptions options;
  options.snapshot = at;
  return options;
}

} // namespace

problem failed(std::string what, const rocksdb::Status& why) {
  what += ": ";
  what += why.ToString();
  return {error_code::storage_failed, std::move(what), {}};
}

result<std::unique_ptr<rocksdb_database>> rocksdb_database::open(
  const rocksdb_options& options, std::shared_ptr<rocksdb::EventListener> listener) {
  return guarded("opening the store", [&]() -> result<std::unique_ptr<rocksdb_database>> {
    if (auto made = make_directory(options.directory); !made)
      return made.error();
    if (auto why = half_restored(options))
      return std::move(*why);
    if (auto known = check_columns(options.directory); !known)
      return known.error();

    auto settings = database_options(options.write_buffer_mb * megabyte);
    settings.info_log = std::make_shared<warnings>(options.warn);
    settings.listeners.push_back(std::move(listener));
    std::vector<rocksdb::ColumnFamilyHandle*> columns;
    rocksdb::DB* opened = nullptr;
    const auto status =
      rocksdb::DB::Open(settings, options.directory.string(), descriptors_of(options), &columns, &opened);
    std::unique_ptr<rocksdb::DB> db{opened};
    if (auto taken = locked(options.directory, status))
      return std::move(*taken);
    if (!status.ok())
      return not_opened(options.directory, status);
    return std::unique_ptr<rocksdb_database>{new rocksdb_database{std::move(db), std::move(columns), -1}};
  });
}

result<std::unique_ptr<rocksdb_database>> rocksdb_database::open_read_only(const rocksdb_options& options) {
  return guarded("opening the store", [&]() -> result<std::unique_ptr<rocksdb_database>> {
    std::error_code error;
    if (!std::filesystem::exists(options.directory / "CURRENT", error))
      return problem{error_code::storage_failed,
        options.directory.string() + " holds no data of redial" + (error ? ": " + error.message() : ""), {}};
    if (auto why = half_restored(options))
      return std::move(*why);
    if (auto known = check_columns(options.directory); !known)
      return known.error();
    auto lock = take_lock(options.directory);
    if (!lock)
      return lock.error();
    auto settings = database_options(options.write_buffer_mb * megabyte);
    settings.info_log = std::make_shared<warnings>(options.warn);
    std::vector<rocksdb::ColumnFamilyHandle*> columns;
    rocksdb::DB* opened = nullptr;
    const auto status =
      rocksdb::DB::OpenForReadOnly(settings, options.directory.string(), descriptors_of(options), &columns, &opened);
    std::unique_ptr<rocksdb::DB> db{opened};
    if (!status.ok()) {
      if (*lock >= 0)
        ::close(*lock);
      return not_opened(options.directory, status);
    }
    return std::unique_ptr<rocksdb_database>{new rocksdb_database{std::move(db), std::move(columns), *lock}};
  });
}

rocksdb_database::~rocksdb_database() {
  for (auto* column : columns_)
    db_->DestroyColumnFamilyHandle(column);
  // Without sync the log may still be in the process: hand it to the system, as far as that goes.
  if (!abandoned_)
    db_->SyncWAL().PermitUncheckedError();
  db_->Close().PermitUncheckedError();
  db_.reset();
  if (lock_ >= 0)
    ::close(lock_);
}

result<std::optional<std::string>> rocksdb_database::get(
  const rocksdb::Snapshot* at, table where, std::string_view key) const {
  return guarded(reading(where), [&]() -> result<std::optional<std::string>> {
    std::string value;
    const auto status = db_->Get(read_at(at), columns_[index_of(where)], slice(key), &value);
    if (status.IsNotFound())
      return std::nullopt;
    if (!status.ok())
      return failed(reading(where), status);
    return std::optional{std::move(value)};
  });
}

result<void> rocksdb_database::scan(const rocksdb::Snapshot* at, table where, std::string_view from,
  std::string_view to, const std::function<bool(std::string_view key, std::string_view value)>& visit) const {
  if (from >= to)
    return {};
  const auto bound = slice(to);
  auto options = read_at(at);
  options.iterate_upper_bound = &bound;
  options.fill_cache = false; // one pass over a long campaign would push out what is asked for again
  const std::unique_ptr<rocksdb::Iterator> it{db_->NewIterator(options, columns_[index_of(where)])};
  for (it->Seek(slice(from)); it->Valid(); it->Next()) {
    if (!visit(view(it->key()), view(it->value())))
      break;
  }
  if (!it->status().ok())
    return failed(reading(where), it->status());
  return {};
}

result<std::optional<std::pair<std::string, std::string>>> rocksdb_database::last_at_most(
  const rocksdb::Snapshot* at, table where, std::string_view key, std::string_view floor) const {
  using entry = std::optional<std::pair<std::string, std::string>>;
  return guarded(reading(where), [&]() -> result<entry> {
    const std::unique_ptr<rocksdb::Iterator> it{db_->NewIterator(read_at(at), columns_[index_of(where)])};
    it->SeekForPrev(slice(key));
    if (!it->status().ok())
      return failed(reading(where), it->status());
    if (!it->Valid() || view(it->key()) < floor)
      return entry{};
    return entry{std::pair{it->key().ToString(), it->value().ToString()}};
  });
}

std::vector<std::string> rocksdb_database::check_files(const std::function<bool()>& go_on) const {
  // What compaction replaces meanwhile stays until it has been looked at. A database that is open read-only has no
  // compaction, and refuses this.
  const bool held = db_->DisableFileDeletions().ok();
  std::vector<rocksdb::LiveFileMetaData> files;
  db_->GetLiveFilesMetaData(&files);
  std::vector<std::string> faults;
  for (const auto& file : files) {
    if (!go_on())
      break;
    const auto path = file.db_path + file.name;
    rocksdb::SstFileReader reader{rocksdb::Options{}};
    auto status = reader.Open(path);
    if (status.ok())
      status = reader.VerifyChecksum();
    if (!status.ok())
      faults.push_back("table " + file.column_family_name + ", file " + path + ": " + status.ToString());
  }
  if (held)
    db_->EnableFileDeletions(false).PermitUncheckedError();
  return faults;
}

} // namespace redial::persistence
