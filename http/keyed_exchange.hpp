/// The Idempotency-Key of one request, from its head to its answer.
#pragma once

#include "crypto/hasher.hpp"
#include "http/exchange.hpp"
#include "http/head_check.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace redial::http {

/// Claims the key when the head is there, fingerprints the body as it arrives, and answers in place of the route what
/// was answered before. Used by the io thread alone.
class keyed_exchange {
public:
  /// @param head of a request whose route heeds the key
  /// @returns null where it bears none; 400 for a key that is none, 409 `idempotency_in_progress` where another request
  ///   has it, 503 where nobody can tell.
  static checked<std::unique_ptr<keyed_exchange>> open(
    const request_head& head, std::string_view workspace, actors::service& engine);

  /// Whether the body is read for its fingerprint alone.
  bool answered_before() const noexcept { return given_.has_value(); }
  /// The next bytes of the body.
  void take(std::string_view slice) { fingerprint_.add(slice); }
  /// The body is complete. @returns the answer: the stored one, or 422 `idempotency_key_reused`; nullopt where the
  /// request is to be carried out.
  std::optional<response> finish();

  /// @returns what the answer is to be stored under; its fingerprint is complete after `finish`.
  std::shared_ptr<const actors::keyed_request> request() const noexcept { return request_; }

private:
  keyed_exchange() = default;

  crypto::hasher fingerprint_;
  std::shared_ptr<actors::keyed_request> request_ = std::make_shared<actors::keyed_request>();
  std::optional<actors::given_answer> given_;
};

/// @param word gives the answer to the request; called now or by an actor, so it must not look at anything else.
template <class T, class Word>
actors::answer_note<T> note_of(const std::shared_ptr<const actors::keyed_request>& request, Word word) {
  if (!request)
    return {};
  return {request, [word = std::move(word)](const T& outcome) {
            auto answer = word(outcome);
            return actors::worded_answer{
              answer.status, std::move(answer.location), std::string{answer.content_type}, std::move(answer.body)};
          }};
}

} // namespace redial::http
