/// The do-not-call lists in memory, because they are asked before every dial: which numbers, and until when. Reasons
/// and sources stay in the store.
#pragma once

#include "actors/packed_table.hpp"
#include "actors/record_book.hpp"
#include "domain/workspace.hpp"

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <vector>

namespace redial::actors {

/// One workspace's list: 10 to 17 bytes a number that stands there for good, 20 to 34 one that expires. Thread-safe:
/// any number of readers, and one writer (whoever commits, in the order of the commits).
class dnc_list {
public:
  /// @returns whether `number` must not be called at `now`.
  bool forbids(phone number, time_point now) const;
  /// @returns whether it has an entry, be it one that has expired.
  bool holds(phone number) const;

  /// Puts a number there until `expires_at`, or for good, whatever it had before.
  void put(phone number, std::optional<time_point> expires_at);
  void erase(phone number);
  /// Erases an entry that ends at `expires_at`, if that is the one that the number has.
  void expire(phone number, time_point expires_at);
  /// Takes over what `other` holds.
  void become(dnc_list&& other);

  /// @returns how many numbers have an entry, expired ones included.
  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }
  /// @returns how many are in force at `now`.
  std::size_t count(time_point now) const;
  /// @returns when the first of the entries that end does so.
  std::optional<time_point> next_expiry() const;
  /// @returns up to `most` of those that have ended at `now`.
  std::vector<expiring_slot> expired(time_point now, std::size_t most) const;
  /// @returns bytes held.
  std::size_t memory() const;

private:
  /// Locked each by itself, so that growing one keeps hardly anybody waiting.
  struct shard {
    mutable std::shared_mutex mutex;
    packed_table<phone_slot> lasting;
    packed_table<expiring_slot> expiring;
  };
  static constexpr std::size_t shard_count = 16;
  shard& of(phone number) noexcept { return shards_[std::hash<phone>{}(number) % shard_count]; }
  const shard& of(phone number) const noexcept { return shards_[std::hash<phone>{}(number) % shard_count]; }

  std::array<shard, shard_count> shards_;
  std::atomic<std::size_t> size_{0};
};

/// The lists of all workspaces.
class dnc_book final : public record_book {
public:
  result<void> load(const persistence::store& from) override;

  /// @returns the list of `workspace`, empty if there was none: the same object for as long as the book lives.
  std::shared_ptr<dnc_list> of(std::string_view workspace);

  /// @returns the lists that exist, by workspace.
  std::vector<std::pair<workspace_name, std::shared_ptr<dnc_list>>> all() const;

private:
  mutable std::shared_mutex mutex_; ///< guards the map, not the lists
  std::map<workspace_name, std::shared_ptr<dnc_list>, std::less<>> lists_;
};

} // namespace redial::actors
