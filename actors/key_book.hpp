/// All API keys in memory, and what a change of them comes to.
#pragma once

#include "actors/key_service.hpp"
#include "actors/record_book.hpp"
#include "domain/result.hpp"
#include "persistence/record_change.hpp"

#include <atomic>
#include <map>
#include <shared_mutex>
#include <span>
#include <unordered_map>
#include <vector>

namespace redial::actors {

/// One key that is put, or taken away where there is none.
struct key_change {
  key_digest digest{};
  key_ptr key;
};

/// What is to be committed, and then applied to the book.
struct key_plan {
  std::vector<key_change> changes;
  key_ptr key;      ///< the key that it is about
  std::string text; ///< of a new key
};

/// @returns the same changes as the store takes them.
std::vector<persistence::record_change> to_records(std::span<const key_change> changes);

/// Thread-safe. The plans are made of what the book holds at that instant; two that are made at once and concern the
/// same key come to the same.
class key_book final : public record_book {
public:
  /// So many keys may a workspace have; beyond, a new one takes the place of the one that was revoked first.
  static constexpr std::size_t max_keys = 1000;

  result<void> load(const persistence::store& from) override;
  void apply(std::span<const key_change> changes);

  key_ptr find(std::string_view text) const;
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }
  std::vector<key_ptr> list(const std::optional<workspace_name>& workspace) const;

  result<key_plan> plan_creation(
    const workspace_name& workspace, access_scope scope, std::string name, time_point now, random_source& random) const;
  /// The plan of a key that has been revoked before has no changes.
  result<key_plan> plan_revocation(const workspace_name& workspace, const key_id& id, time_point now) const;
  /// The key `text` that the environment gives: an admin key of the workspace `default`. The one that it gave before,
  /// if another, is revoked. Without changes where the key is there. `invalid_value` where it cannot be a key,
  /// `unauthorized` where it was revoked, or is another key: what was taken from somebody must not come back by a
  /// restart.
  result<key_plan> plan_seed(std::string_view text, time_point now, random_source& random) const;

private:
  struct hash {
    /// The digest is as good as random.
    std::size_t operator()(const key_digest& digest) const noexcept;
  };
  struct same {
    bool operator()(const key_digest& a, const key_digest& b) const noexcept;
  };
  using book = std::unordered_map<key_digest, key_ptr, hash, same>;

  mutable std::shared_mutex mutex_;
  book keys_;
  std::atomic<std::uint64_t> version_{1};
};

} // namespace redial::actors
