/// Which idempotency keys are in use, and what was answered under the others.
#pragma once

#include "actors/answer_note.hpp"
#include "domain/result.hpp"
#include "persistence/answer_records.hpp"
#include "persistence/store.hpp"

#include <memory>
#include <vector>

namespace redial::actors {

/// How long an answer is kept for those who ask again.
inline constexpr std::chrono::hours answers_kept{24};

/// Thread-safe. What it holds is bounded by `max_in_use` keys of 32 bytes.
class answer_desk {
public:
  static constexpr std::size_t max_in_use = 20'000;

  answer_desk();

  /// Claims `key` for a request. One point read of the store: mostly a look at a filter in memory.
  /// @returns the hold, or what was answered before, or that another request has the key. `overloaded` where too many
  /// keys are in use; `storage_failed` where nobody can tell, because a write is in doubt: what the request before this
  /// one did may become known only when the store is back.
  result<key_claim> claim(const persistence::store& store, const std::string& key, time_point now);

  /// Takes `key` without looking at what is stored. @returns null where it is in use, or too many are.
  key_hold seize(const std::string& key);

  /// @returns how many keys are in use.
  std::size_t size() const;

private:
  struct keys;
  std::shared_ptr<keys> keys_;
};

/// @returns whether an answer of `created_at` counts no more.
constexpr bool is_expired(time_point created_at, time_point now) noexcept { return created_at + answers_kept <= now; }

/// Adds the record of what the request of `note` is answered, if it has a key: to what is committed with `outcome`.
template <class T>
void add_note(
  const answer_note<T>& note, const T& outcome, time_point now, std::vector<persistence::record_change>& also) {
  if (!note)
    return;
  auto words = note.word(outcome);
  also.push_back({persistence::table::answer, note.request->key,
    persistence::encode_answer({note.request->fingerprint, words.status, std::move(words.location),
      std::move(words.content_type), std::move(words.body), now})});
}

} // namespace redial::actors
