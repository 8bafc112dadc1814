#include "persistence/rocksdb_database.hpp"
#include "persistence/space_probe.hpp"

#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <system_error>
#include <utility>

namespace redial::persistence {

namespace {

/// How long `recover` waits for readers to be done.
constexpr std::chrono::seconds reader_patience{5};

/// Why an engine takes no writes, if so. Written by whoever finds out, RocksDB's own threads among them.
class condition final : public rocksdb::EventListener {
public:
  std::optional<std::string> what() const {
    const std::lock_guard lock{mutex_};
    return what_;
  }
  bool damaged() const {
    const std::lock_guard lock{mutex_};
    return damaged_;
  }
  /// The first fault is the one to be told: what fails after it fails because of it.
  void fault(const std::string& what, bool damage) {
    const std::lock_guard lock{mutex_};
    if (!what_)
      what_ = what;
    damaged_ = damaged_ || damage;
  }
  void clear() {
    const std::lock_guard lock{mutex_};
    what_.reset();
    damaged_ = false;
  }
  void watch(std::function<void()> trouble) {
    const std::lock_guard lock{mutex_};
    watcher_ = std::move(trouble);
  }

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) override {
    fault(error->ToString(), error->IsCorruption());
    const std::lock_guard lock{mutex_};
    if (watcher_)
      watcher_();
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* automatic) override {
    // It would go on with what this process believes; only opening it again tells what is in the log.
    *automatic = false;
  }

private:
  mutable std::mutex mutex_;
  std::optional<std::string> what_;
  bool damaged_ = false;
  std::function<void()> watcher_;
};

class rocksdb_batch final : public batch {
public:
  rocksdb_batch(const rocksdb_database* database, std::uint64_t made_in) : generation{made_in}, database_{database} {}

  void put(table where, std::string_view key, std::string_view value) override {
    if (database_)
      note(changes.Put(database_->column(where), slice(key), slice(value)));
  }
  void erase(table where, std::string_view key) override {
    if (database_)
      note(changes.Delete(database_->column(where), slice(key)));
  }
  void erase_range(table where, std::string_view from, std::string_view to) override {
    if (!may_erase_range(where, from))
      note(rocksdb::Status::InvalidArgument("a range of rows in the middle of a campaign is not erased"));
    else if (database_ && from < to)
      note(changes.DeleteRange(database_->column(where), slice(from), slice(to)));
  }

  void clear() {
    changes.Clear();
    first_failure = rocksdb::Status::OK();
  }

  rocksdb::WriteBatch changes;
  rocksdb::Status first_failure; ///< of building the batch: then none of it is written
  const std::uint64_t generation;

private:
  void note(const rocksdb::Status& status) {
    if (!status.ok() && first_failure.ok())
      first_failure = status;
  }
  const rocksdb_database* database_; ///< null: there was none open
};

class rocksdb_engine final : public engine {
public:
  rocksdb_engine(rocksdb_options options, bool read_only, std::unique_ptr<rocksdb_database> database,
    std::shared_ptr<condition> health)
    : options_{std::move(options)}, read_only_{read_only}, health_{std::move(health)}, database_{std::move(database)} {}

  ~rocksdb_engine() override {
    if (database_ && health_->what())
      database_->abandon();
  }

  std::unique_ptr<batch> new_batch() override { return std::make_unique<rocksdb_batch>(database_.get(), generation_); }

  result<void> write(batch& changes, bool sync) override {
    auto& mine = static_cast<rocksdb_batch&>(changes);
    auto done = guarded("writing to the store", [&]() -> result<void> {
      const std::shared_lock open{gate_};
      if (read_only_)
        return problem{error_code::storage_failed, "the store is open for reading only", {}};
      if (auto why = health_->what())
        return problem{error_code::storage_failed, "the store takes no writes: " + *why, {}};
      if (mine.generation != generation_)
        return problem{error_code::storage_failed, "the store was opened again while this write was prepared", {}};
      if (!mine.first_failure.ok())
        return failed("preparing a write to the store", mine.first_failure);
      rocksdb::WriteOptions options;
      options.sync = sync && options_.sync;
      if (const auto status = database_->db().Write(options, &mine.changes); !status.ok()) {
        // It may stand in the log, as a whole or in part: nothing is written behind it.
        health_->fault(status.ToString(), status.IsCorruption());
        return failed("writing to the store", status);
      }
      return {};
    });
    mine.clear();
    return done;
  }

  result<std::optional<std::string>> get(table where, std::string_view key) const override {
    const std::shared_lock open{gate_};
    if (!database_)
      return closed();
    return database_->get(nullptr, where, key);
  }

  result<void> scan(table where, std::string_view from, std::string_view to,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const override {
    const std::shared_lock open{gate_};
    if (!database_)
      return closed();
    return database_->scan(nullptr, where, from, to, visit);
  }

  result<std::optional<std::pair<std::string, std::string>>> last_at_most(
    table where, std::string_view key, std::string_view floor) const override {
    const std::shared_lock open{gate_};
    if (!database_)
      return closed();
    return database_->last_at_most(nullptr, where, key, floor);
  }

  std::optional<std::string> health() const override { return health_->what(); }
  void watch(std::function<void()> trouble) override { health_->watch(std::move(trouble)); }

  result<void> recover() override {
    const auto why = health_->what();
    if (!why)
      return {};
    if (health_->damaged())
      return problem{error_code::storage_failed,
        *why + " (the data are damaged: stop redial, look at them with \"redial verify\", restore a backup)", {}};
    // The data stay open for reading until there is some hope that opening them again succeeds.
    if (auto room = probe_space(options_.directory); !room)
      return room;
    const std::unique_lock closing{gate_, reader_patience};
    if (!closing)
      return problem{error_code::storage_failed, "readers do not let go of the store", {}};
    if (database_)
      database_->abandon();
    database_.reset();
    ++generation_;
    health_->clear();
    auto opened = rocksdb_database::open(options_, health_);
    if (!opened) {
      health_->fault(opened.error().detail, false);
      return opened.error();
    }
    database_ = std::move(*opened);
    return {};
  }

  result<std::unique_ptr<reader>> snapshot() const override;
  result<void> checkpoint(const std::filesystem::path& to) const override;

  engine_figures figures() const override {
    const std::shared_lock open{gate_};
    return database_ ? database_->figures() : engine_figures{};
  }

  std::vector<std::string> check_files(const std::function<bool()>& go_on) const override {
    const std::shared_lock open{gate_};
    if (!database_)
      return {closed().detail};
    return database_->check_files(go_on);
  }

private:
  class instant;

  problem closed() const {
    return {error_code::storage_failed, "the store is closed: " + health_->what().value_or("it is being opened"), {}};
  }

  const rocksdb_options options_;
  const bool read_only_;
  const std::shared_ptr<condition> health_;
  /// Shared by whoever uses the database, exclusive to whoever closes it. Readers call each other (a visitor reads):
  /// the lock of glibc lets them in again while a closer waits.
  mutable std::shared_timed_mutex gate_;
  std::unique_ptr<rocksdb_database> database_; ///< null after a failed attempt to open it again
  std::uint64_t generation_ = 0;               ///< how often it was opened again
};

class rocksdb_engine::instant final : public reader {
public:
  explicit instant(const rocksdb_engine& of)
    : open_{of.gate_}, database_{of.database_.get()}, at_{database_ ? database_->db().GetSnapshot() : nullptr} {}
  ~instant() override {
    if (at_)
      database_->db().ReleaseSnapshot(at_);
  }
  instant(const instant&) = delete;
  instant& operator=(const instant&) = delete;

  bool is_open() const noexcept { return database_ != nullptr; }

  result<std::optional<std::string>> get(table where, std::string_view key) const override {
    return database_->get(at_, where, key);
  }
  result<void> scan(table where, std::string_view from, std::string_view to,
    const std::function<bool(std::string_view key, std::string_view value)>& visit) const override {
    return database_->scan(at_, where, from, to, visit);
  }
  result<std::optional<std::pair<std::string, std::string>>> last_at_most(
    table where, std::string_view key, std::string_view floor) const override {
    return database_->last_at_most(at_, where, key, floor);
  }

private:
  std::shared_lock<std::shared_timed_mutex> open_;
  rocksdb_database* database_;
  const rocksdb::Snapshot* at_;
};

result<std::unique_ptr<reader>> rocksdb_engine::snapshot() const {
  auto taken = std::make_unique<instant>(*this);
  if (!taken->is_open())
    return closed();
  return std::unique_ptr<reader>{std::move(taken)};
}

result<void> rocksdb_engine::checkpoint(const std::filesystem::path& to) const {
  return guarded("copying the store", [&]() -> result<void> {
    const auto doing = "cannot copy the store to " + to.string();
    const std::shared_lock open{gate_};
    if (auto why = health_->what())
      return problem{error_code::storage_failed, doing + ": " + *why, {}};
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(to, error)))
      return problem{error_code::storage_failed, doing + ": it exists already", {}};
    const auto half = std::filesystem::path{to.string() + ".tmp"}; // where RocksDB gathers the files
    if (std::filesystem::exists(std::filesystem::symlink_status(half, error)))
      return problem{error_code::storage_failed, doing + ": " + half.string() + " is in the way", {}};
    if (!std::filesystem::is_directory(to.parent_path(), error))
      return problem{error_code::storage_failed, doing + ": there is no directory " + to.parent_path().string(), {}};
    rocksdb::Checkpoint* made = nullptr;
    auto status = rocksdb::Checkpoint::Create(&database_->db(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint{made};
    if (status.ok())
      status = checkpoint->CreateCheckpoint(to.string());
    if (!status.ok()) {
      std::filesystem::remove_all(half, error);
      std::filesystem::remove_all(to, error);
      return failed(doing, status);
    }
    return {};
  });
}

} // namespace

result<std::unique_ptr<engine>> open_rocksdb(const rocksdb_options& options) {
  auto health = std::make_shared<condition>();
  auto database = rocksdb_database::open(options, health);
  if (!database)
    return database.error();
  return std::unique_ptr<engine>{
    std::make_unique<rocksdb_engine>(options, false, std::move(*database), std::move(health))};
}

result<std::unique_ptr<engine>> open_rocksdb_read_only(const rocksdb_options& options) {
  auto database = rocksdb_database::open_read_only(options);
  if (!database)
    return database.error();
  return std::unique_ptr<engine>{
    std::make_unique<rocksdb_engine>(options, true, std::move(*database), std::make_shared<condition>())};
}

} // namespace redial::persistence
