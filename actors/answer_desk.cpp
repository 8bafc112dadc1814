#include "actors/answer_desk.hpp"

#include <mutex>
#include <unordered_set>

namespace redial::actors {

struct answer_desk::keys {
  std::mutex mutex;
  std::unordered_set<std::string> in_use;
};

answer_desk::answer_desk() : keys_{std::make_shared<keys>()} {}

std::size_t answer_desk::size() const {
  const std::lock_guard lock{keys_->mutex};
  return keys_->in_use.size();
}

key_hold answer_desk::seize(const std::string& key) {
  {
    const std::lock_guard lock{keys_->mutex};
    if (keys_->in_use.size() >= max_in_use || !keys_->in_use.insert(key).second)
      return nullptr;
  }
  // Holds go from whatever thread the last copy dies in, also after the desk.
  return {new std::string{key}, [keys = keys_](const std::string* held) {
            {
              const std::lock_guard lock{keys->mutex};
              keys->in_use.erase(*held);
            }
            delete held;
          }};
}

result<key_claim> answer_desk::claim(const persistence::store& store, const std::string& key, time_point now) {
  auto hold = seize(key);
  if (!hold) {
    const std::lock_guard lock{keys_->mutex};
    if (!keys_->in_use.contains(key) && keys_->in_use.size() >= max_in_use)
      return problem{error_code::overloaded, "too many requests with an Idempotency-Key are under way", {}};
    return key_claim{key_in_use{}};
  }
  // In this order. Whoever had the key before gave it up after its write had failed and the store had come to doubt it:
  // if the store is sound now, what is read is what became of that write.
  if (auto doubt = store.health())
    return problem{error_code::storage_failed, "nothing can be stored now: " + *doubt, {}};
  const auto row = store.get_record(persistence::table::answer, key);
  if (!row)
    return row.error();
  persistence::kept_answer kept;
  if (*row) {
    if (!persistence::decode_answer(**row, kept))
      return problem{error_code::storage_failed, "the answer stored for this Idempotency-Key cannot be read", {}};
    if (!is_expired(kept.created_at, now))
      return key_claim{
        given_answer{{kept.status, std::move(kept.location), std::move(kept.content_type), std::move(kept.body)},
          std::move(kept.fingerprint)}};
  }
  return key_claim{std::move(hold)};
}

} // namespace redial::actors
