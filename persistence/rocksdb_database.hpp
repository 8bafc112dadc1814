/// An open RocksDB database with redial's tables: how it is opened and read. Shared by the sources of the RocksDB
/// engine, included by them alone.
#pragma once

#include "persistence/engine.hpp"

#include <rocksdb/db.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace redial::persistence {

inline rocksdb::Slice slice(std::string_view bytes) noexcept { return {bytes.data(), bytes.size()}; }
inline std::string_view view(const rocksdb::Slice& bytes) noexcept { return {bytes.data(), bytes.size()}; }
inline std::size_t index_of(table which) noexcept { return static_cast<std::size_t>(which); }

/// @returns a `storage_failed` with `what` and RocksDB's reason.
problem failed(std::string what, const rocksdb::Status& why);

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

/// Closed on destruction. Reads may run beside each other and beside writes; closing may not.
class rocksdb_database {
public:
  /// @param listener hears of what happens in the background.
  static result<std::unique_ptr<rocksdb_database>> open(
    const rocksdb_options& options, std::shared_ptr<rocksdb::EventListener> listener);
  static result<std::unique_ptr<rocksdb_database>> open_read_only(const rocksdb_options& options);

  ~rocksdb_database();
  rocksdb_database(const rocksdb_database&) = delete;
  rocksdb_database& operator=(const rocksdb_database&) = delete;

  /// A write to it has failed: it is closed without another sync, which RocksDB would take for a mistake.
  void abandon() noexcept { abandoned_ = true; }

  rocksdb::DB& db() noexcept { return *db_; }
  rocksdb::ColumnFamilyHandle* column(table which) const noexcept { return columns_[index_of(which)]; }

  result<std::optional<std::string>> get(const rocksdb::Snapshot* at, table where, std::string_view key) const;
  result<void> scan(const rocksdb::Snapshot* at, table where, std::string_view from, std::string_view to,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const;
  result<std::optional<std::pair<std::string, std::string>>> last_at_most(
    const rocksdb::Snapshot* at, table where, std::string_view key, std::string_view floor) const;
  engine_figures figures() const;
  /// As `engine::check_files`.
  std::vector<std::string> check_files(const std::function<bool()>& go_on) const;

private:
  rocksdb_database(std::unique_ptr<rocksdb::DB> db, std::vector<rocksdb::ColumnFamilyHandle*> columns, int lock)
    : db_{std::move(db)}, columns_{std::move(columns)}, lock_{lock} {}

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> columns_;
  bool abandoned_ = false;
  int lock_; ///< descriptor of the lock file, where RocksDB does not hold it itself; else -1
};

} // namespace redial::persistence
