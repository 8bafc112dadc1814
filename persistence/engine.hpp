/// An ordered key-value engine with atomic batches: all that the store asks of what lies below it. RocksDB is one, the
/// in-memory twin the other; one conformance suite drives both.
#pragma once

#include "domain/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace redial::persistence {

/// Key spaces, kept apart (RocksDB: column families). Order is that of unsigned bytes.
enum class table : std::uint8_t {
  meta,     ///< format version
  campaign, ///< campaign → definition and summary
  journal,  ///< campaign, first sequence number → events of one append
  phone,    ///< campaign, first contact → packed phones of a run of contacts
  profile,  ///< campaign, first contact → names and custom fields of a run of contacts
  contact,  ///< campaign, contact → moving state; absent while the contact is as it was created
  call,     ///< campaign, contact, attempt → ended call
};
inline constexpr std::array all_tables{
  table::meta, table::campaign, table::journal, table::phone, table::profile, table::contact, table::call};

/// @returns the name of `which` on disk and in messages, for instance "journal".
std::string_view table_name(table which) noexcept;

/// Changes to be applied together.
class batch {
public:
  virtual ~batch() = default;
  virtual void put(table where, std::string_view key, std::string_view value) = 0;
  virtual void erase(table where, std::string_view key) = 0;
  /// Erases every key in [from, to).
  virtual void erase_range(table where, std::string_view from, std::string_view to) = 0;
};

/// Thread-safe, but for a batch, which belongs to one thread.
class engine {
public:
  virtual ~engine() = default;

  virtual std::unique_ptr<batch> new_batch() = 0;

  /// Applies `changes`, all or nothing, and empties it. With `sync`, it and all that was written before is on stable
  /// storage when this returns. @returns `storage_failed` with the engine's reason; then nothing of it is visible.
  virtual result<void> write(batch& changes, bool sync) = 0;

  virtual result<std::optional<std::string>> get(table where, std::string_view key) const = 0;

  /// Visits keys from `from` (inclusive) to `to` (exclusive) in order until `visit` returns false. Sees one instant.
  virtual result<void> scan(table where, std::string_view from, std::string_view to,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const = 0;

  /// @returns the largest entry whose key is at most `key` and at least `floor`, or nullopt.
  virtual result<std::optional<std::pair<std::string, std::string>>> last_at_most(
    table where, std::string_view key, std::string_view floor) const = 0;
};

struct rocksdb_options {
  std::filesystem::path directory;  ///< created if missing
  bool sync = true;                 ///< false: `write` never waits for stable storage (storage.sync)
  std::size_t block_cache_mb = 16;  ///< memory for what was read
  std::size_t write_buffer_mb = 32; ///< memory for what was written and is in no file yet, over all tables
};

/// Opens (or creates) a RocksDB database. @returns `storage_failed`, saying so plainly when another process holds it.
result<std::unique_ptr<engine>> open_rocksdb(const rocksdb_options& options);

/// @returns an engine that keeps all in memory, for tests.
std::unique_ptr<engine> make_memory_engine();

} // namespace redial::persistence
