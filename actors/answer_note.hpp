/// Answers that are kept for their Idempotency-Key, in the same write as the effect that they tell of.
///
/// The way of a keyed request: HTTP claims its key (`service::claim_key`), reads the body, and passes an `answer_note`
/// with the command. Whoever has the effect committed adds the note's record to the same write (`add_note`,
/// answer_desk.hpp) and gives up its copy of the note before it answers. So a retry finds the stored answer exactly
/// where the effect is stored, whatever crashed in between; a refusal leaves nothing, and can be tried again.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace redial::actors {

/// An answer but for what belongs to its connection.
struct worded_answer {
  unsigned status = 200;
  std::string location; ///< empty: none
  std::string content_type;
  std::string body;

  friend bool operator==(const worded_answer&, const worded_answer&) = default;
};

/// Keeps everybody else with the same key out while it, or a copy, lives.
using key_hold = std::shared_ptr<const void>;

/// What was answered under a key before.
struct given_answer {
  worded_answer answer;
  std::string fingerprint; ///< of the request that it was the answer to
};

/// Another request with this key has not come to its end yet.
struct key_in_use {};

/// What claiming a key came to.
using key_claim = std::variant<key_hold, given_answer, key_in_use>;

/// A request that is carried out under a key.
struct keyed_request {
  std::string key;         ///< 32 bytes: SHA-256 of workspace, a zero byte, and the key as it was sent
  std::string fingerprint; ///< 32 bytes: SHA-256 of what is asked; complete when the body is
  key_hold hold;
};

/// Goes with a command that creates something. Empty where the request bears no key.
template <class T>
struct answer_note {
  std::shared_ptr<const keyed_request> request;
  std::function<worded_answer(const T& outcome)> word; ///< called by an actor, once, before the commit

  explicit operator bool() const noexcept { return request != nullptr; }
};

} // namespace redial::actors
