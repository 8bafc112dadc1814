/// What came of the last messages of one webhook.
#pragma once

#include "domain/webhook.hpp"
#include "persistence/store.hpp"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace redial::actors {

/// Bounded: beyond `most`, the oldest that are over are forgotten. Knows which of them are not stored as they are. Not
/// thread-safe.
class delivery_log {
public:
  delivery_log(webhook_id of, std::size_t most) : of_{std::move(of)}, most_{most} {}

  /// Becomes what is stored. @param next the number of the next delivery
  result<void> load(const persistence::store& from, std::uint64_t next);

  /// @returns the delivery of `event` that is not over, a new one if there is none.
  delivery& open(const notice_id& event, notice_type type);
  /// @returns the delivery, or null where it is forgotten.
  delivery* find(std::uint64_t number);
  /// It was changed; if it is over by now, another of the same event will be a new one.
  void changed(const delivery& what);
  /// None is delivered any more.
  void give_up_all(const std::string& why);

  std::uint64_t next_number() const noexcept { return next_; }
  std::uint64_t size() const noexcept { return all_.size(); }
  /// @returns up to `limit`, newest first, without the first `offset`.
  std::vector<delivery> newest(std::uint64_t offset, std::size_t limit) const;

  /// Adds what is not stored yet; what came of it is told next.
  void save(std::vector<persistence::record_change>& changes);
  void stored();
  void not_stored();
  /// Adds what takes all of it away.
  void erase(std::vector<persistence::record_change>& changes) const;

private:
  void forget_oldest();

  webhook_id of_;
  std::size_t most_;
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, delivery> all_;
  std::map<notice_id, std::uint64_t> open_;
  std::set<std::uint64_t> unsaved_; ///< those that are in `all_` are to be written, the others erased
  std::set<std::uint64_t> saving_;
};

} // namespace redial::actors
