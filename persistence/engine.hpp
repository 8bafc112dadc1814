/// An ordered key-value engine with atomic batches: all that the store asks of what lies below it. RocksDB is one, the
/// in-memory twin the other; one conformance suite drives both.
#pragma once

#include "domain/result.hpp"
#include "persistence/engine_figures.hpp"

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
#include <vector>

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
  // Records: rows that belong to no campaign.
  key,      ///< SHA-256 of an API key → what it opens
  dnc,      ///< workspace, phone → why it is not to be called
  webhook,  ///< workspace, webhook → where events are sent, and up to where they were
  delivery, ///< webhook, number → what came of one message
  answer,   ///< of an Idempotency-Key → the answer that was given
  // What events write beside their rows, to be found by.
  log,        ///< number of the commit → which events of which campaigns it holds
  call_start, ///< campaign, start, contact, attempt → nothing: calls by their start, the latest first
  call_label, ///< campaign, disposition, start, contact, attempt → nothing: calls by their disposition
};
inline constexpr std::array all_tables{table::meta, table::campaign, table::journal, table::phone, table::profile,
  table::contact, table::call, table::key, table::dnc, table::webhook, table::delivery, table::answer, table::log,
  table::call_start, table::call_label};

/// @returns the name of `which` on disk and in messages, for instance "journal".
std::string_view table_name(table which) noexcept;

/// @returns whether `batch::erase_range` takes any range of this table; otherwise only such that begin with the number
/// of a campaign alone. Those tables are written to all the time, and RocksDB has to know where each campaign's rows
/// go.
constexpr bool erases_any_range(table which) noexcept {
  return which != table::journal && which != table::contact && which != table::call && which != table::call_start
         && which != table::call_label;
}
constexpr bool may_erase_range(table which, std::string_view from) noexcept {
  return erases_any_range(which) || from.size() <= sizeof(std::uint64_t);
}

/// Changes to be applied together.
class batch {
public:
  virtual ~batch() = default;
  virtual void put(table where, std::string_view key, std::string_view value) = 0;
  virtual void erase(table where, std::string_view key) = 0;
  /// Erases every key in [from, to). Where not `may_erase_range`, the batch is refused as a whole when it is written.
  virtual void erase_range(table where, std::string_view from, std::string_view to) = 0;
};

/// What can be read. Thread-safe.
class reader {
public:
  virtual ~reader() = default;

  /// A failure names the table, and the file where that is what is wrong.
  virtual result<std::optional<std::string>> get(table where, std::string_view key) const = 0;

  /// Visits keys from `from` (inclusive) to `to` (exclusive) in order until `visit` returns false. Sees one instant.
  virtual result<void> scan(table where, std::string_view from, std::string_view to,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const = 0;

  /// @returns the largest entry whose key is at most `key` and at least `floor`, or nullopt.
  virtual result<std::optional<std::pair<std::string, std::string>>> last_at_most(
    table where, std::string_view key, std::string_view floor) const = 0;
};

/// Thread-safe, but for a batch, which belongs to one thread.
class engine : public reader {
public:
  virtual std::unique_ptr<batch> new_batch() = 0;

  /// Applies `changes`, all or nothing, and empties it. With `sync`, it and all that was written before is on stable
  /// storage when this returns. @returns `storage_failed` with the engine's reason; then nothing of it is visible, but
  /// it may stand in the log: nobody can tell before `recover`, and until then an engine with a `health` takes no
  /// further write.
  virtual result<void> write(batch& changes, bool sync) = 0;

  /// @returns nullopt while writes are taken, otherwise a sentence that says why they are not. Reads go on.
  virtual std::optional<std::string> health() const { return std::nullopt; }

  /// Has `trouble` called, from any thread, when `health` has turned bad without a `write` that failed (work in the
  /// background). It must return at once. An empty one ends that.
  virtual void watch(std::function<void()> trouble) { static_cast<void>(trouble); }

  /// Comes to know what is stored: after success a batch whose write failed is there as a whole or not at all, and for
  /// good, and writes are taken. Batches made before are void; not to be called while one is being written, nor from
  /// within a visit of `scan`. @returns `storage_failed` while that cannot be; to be asked again later.
  virtual result<void> recover() { return {}; }

  /// @returns what is stored at this instant, to be read while writes go on. Belongs to one thread, holds up `recover`
  /// while it lives, and must go before the engine. An engine that does not override it hands out itself: good while
  /// nothing is written.
  virtual result<std::unique_ptr<reader>> snapshot() const;

  /// Copies what is stored at this instant to the directory `to`, which must not exist, as a database of its own, on
  /// stable storage. Writes go on meanwhile. @returns `storage_failed`; then nothing is left of `to`.
  virtual result<void> checkpoint(const std::filesystem::path& to) const;

  /// @returns how it is doing. Costs a few milliseconds; nobody waits for it meanwhile.
  virtual engine_figures figures() const { return {}; }

  /// Reads every file and compares it with its checksums. @returns one sentence a fault, with file and table; stops
  /// early, with what was found so far, when `go_on` returns false.
  virtual std::vector<std::string> check_files(const std::function<bool()>& go_on) const {
    static_cast<void>(go_on);
    return {};
  }
};

struct rocksdb_options {
  std::filesystem::path directory;  ///< created if missing
  bool sync = true;                 ///< false: `write` never waits for stable storage (storage.sync)
  std::size_t block_cache_mb = 16;  ///< memory for what was read
  std::size_t write_buffer_mb = 32; ///< memory for what was written and is in no file yet, over all tables
  bool restoring = false;           ///< open it although a restore has not come to its end
  std::function<void(const std::string&)> warn{}; ///< is told RocksDB's own warnings, from any thread; may be empty
};

/// Opens (or creates) a RocksDB database. @returns `storage_failed`, saying so plainly when another process holds it,
/// or when a restore has not come to its end there.
result<std::unique_ptr<engine>> open_rocksdb(const rocksdb_options& options);

/// Opens a RocksDB database to be looked at: nothing in the directory changes, `write` refuses. Keeps other processes
/// from using it meanwhile, where they could. @returns `storage_failed` as above, also where there is no database.
result<std::unique_ptr<engine>> open_rocksdb_read_only(const rocksdb_options& options);

/// A file of this name in a data directory says that `redial restore` did not come to its end there.
inline constexpr std::string_view unfinished_restore = "RESTORE-UNFINISHED";

/// @returns an engine that keeps all in memory, for tests.
std::unique_ptr<engine> make_memory_engine();

} // namespace redial::persistence
