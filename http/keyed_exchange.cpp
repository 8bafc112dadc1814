#include "http/keyed_exchange.hpp"

#include <algorithm>

namespace redial::http {

namespace {

using boost::beast::http::field;

constexpr std::string_view header_name = "Idempotency-Key";
constexpr std::size_t longest_key = 255;
constexpr unsigned retry_soon = 1; // seconds

bool is_key(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_key
         && std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// The content type of a stored answer as text of static storage.
std::string_view static_type(std::string_view text) noexcept {
  constexpr std::string_view json = "application/json";
  return text == json ? json : "application/octet-stream";
}

} // namespace

checked<std::unique_ptr<keyed_exchange>> keyed_exchange::open(
  const request_head& head, std::string_view workspace, actors::service& engine) {
  const auto given = head.count(header_name);
  if (given == 0)
    return std::unique_ptr<keyed_exchange>{};
  const auto key = head[header_name];
  if (given > 1 || !is_key(key))
    return refusal(400, "invalid_idempotency_key",
      "Idempotency-Key must be given once, and consist of 1 to 255 printable ASCII characters.");
  auto self = std::unique_ptr<keyed_exchange>{new keyed_exchange};
  self->request_->key = crypto::hasher{}.add(workspace).add(std::string_view{"\0", 1}).add(key).finish();
  auto claim = engine.claim_key(self->request_->key);
  if (!claim)
    return to_details(claim.error());
  if (std::holds_alternative<actors::key_in_use>(*claim)) {
    auto why = refusal(409, "idempotency_in_progress", "A request with this Idempotency-Key is still in progress.");
    why.retry_after = retry_soon;
    return why;
  }
  if (auto* known = std::get_if<actors::given_answer>(&*claim))
    self->given_ = std::move(*known);
  else
    self->request_->hold = std::move(std::get<actors::key_hold>(*claim));
  self->fingerprint_.add_part(head.method_string()).add_part(head.target()).add_part(head[field::content_type]);
  return self;
}

std::optional<response> keyed_exchange::finish() {
  request_->fingerprint = fingerprint_.finish();
  if (!given_)
    return std::nullopt;
  if (given_->fingerprint != request_->fingerprint)
    return problem_response(refusal(422, "idempotency_key_reused",
      "This Idempotency-Key was used within the last 24 hours for another request (method, path, content type or body "
      "differ)."));
  response answer;
  answer.status = given_->answer.status;
  answer.content_type = static_type(given_->answer.content_type);
  answer.location = std::move(given_->answer.location);
  answer.body = std::move(given_->answer.body);
  answer.replayed = true;
  return answer;
}

} // namespace redial::http
