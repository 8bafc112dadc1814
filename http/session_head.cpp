#include "http/session.hpp"

#include "http/media_type.hpp"

#include <boost/beast/core/string.hpp>
#include <spdlog/spdlog.h>

// What the head of a request decides: whether it is served, by which route, and what becomes of its body.

namespace redial::http {

namespace beast = boost::beast;
using beast::http::field;

void session::on_head() {
  const auto& head = parser_->get();
  if (spdlog::should_log(spdlog::level::debug))
    begun_ = std::chrono::steady_clock::now();
  http_1_0_ = head.version() == 10;
  keep_alive_ = head.keep_alive();
  head_only_ = head.method() == beast::http::verb::head;
  has_body_ = parser_->chunked() || parser_->content_length().value_or(0) > 0;
  const auto given = head["X-Request-Id"];
  if (is_sane_request_id(given))
    request_id_.assign(given.data(), given.size());
  else
    request_id_ = home_.make_request_id();
  request_.id = request_id_;
  use_ = body_use::collect;
  body_bytes_ = 0;
  refused_.reset();
  if (auto wrong = check_head(head, parser_->chunked())) {
    refuse(std::move(*wrong));
    return;
  }
  auto wrong = route_request();
  if (!wrong && has_body_)
    wrong = check_body();
  if (has_body_)
    begin_body(std::move(wrong));
  else if (wrong)
    respond(problem_response(*wrong));
  else
    end_body();
}

std::optional<problem_details> session::route_request() {
  const auto& head = parser_->get();
  const auto target = split(head.target());
  auto found = find_route(head.method(), target.path, home_.options().more_routes);
  auto* wrong = std::get_if<problem_details>(&found);
  // Strangers are not even told what there is.
  const auto wanted = wrong ? std::nullopt : scope_of(*std::get<routed>(found).to);
  if (wanted || (wrong && is_guarded(target.path))) {
    if (auto refused = gate_.let_in(head, wanted))
      return refused;
    if (!wrong && std::get<routed>(found).to->takes == admission::operate) {
      if (auto refused = gate_.keep_to_operators())
        return refused;
    }
  }
  const auto* caller = gate_.caller();
  request_.workspace = caller ? std::string_view{caller->workspace} : default_workspace;
  request_.scope = caller ? caller->scope : access_scope::read;
  if (wrong)
    return std::move(*wrong);
  auto& routed_to = std::get<routed>(found);
  route_ = routed_to.to;
  request_.path_values = std::move(routed_to.path_values);
  request_.query.assign(target.query);
  request_.signature = head["Redial-Signature"];
  request_.last_event_id = head["Last-Event-ID"];
  request_.body.clear();
  request_.body_type = media::json;
  if (route_->needs_engine) {
    if (auto why = home_.context().engine.not_serving())
      return to_details(problem{error_code::unavailable, "The engine is not ready: " + *why + ".", {}});
  }
  if (auto refused = claim_key())
    return refused;
  if (route_->open != nullptr && use_ != body_use::compare) {
    use_ = body_use::stream;
    if (!has_body_) // otherwise once it is known that the body will be read
      sink_ = route_->open(home_.context(), request_, [this] { return make_link(); });
  }
  return std::nullopt;
}

/// Of a request with an Idempotency-Key whose route heeds it.
std::optional<problem_details> session::claim_key() {
  if (!route_->heeds_key)
    return std::nullopt;
  auto opened = keyed_exchange::open(parser_->get(), request_.workspace, home_.context().engine);
  if (auto* wrong = std::get_if<problem_details>(&opened))
    return std::move(*wrong);
  keyed_ = std::move(std::get<std::unique_ptr<keyed_exchange>>(opened));
  if (!keyed_)
    return std::nullopt;
  request_.keyed = keyed_->request();
  if (keyed_->answered_before())
    use_ = body_use::compare;
  return std::nullopt;
}

void session::release_key() {
  keyed_.reset();
  request_.keyed.reset();
}

std::uint64_t session::body_limit() const noexcept {
  return route_->open != nullptr ? home_.options().body_limit : route_->body_limit;
}

std::optional<problem_details> session::check_body() {
  const auto& head = parser_->get();
  if (route_->method != verb::get) {
    const auto type = media_of(head[field::content_type]);
    if (!type || !route_->accepts.contains(*type))
      return refusal(415, "unsupported_media_type", "The body must be " + to_string(route_->accepts) + " in UTF-8.");
    request_.body_type = *type;
  }
  if (const auto coding = head[field::content_encoding]; !coding.empty() && !beast::iequals(coding, "identity"))
    return refusal(415, "unsupported_media_type", "A content coding is not supported; send the body as it is.");
  if (const auto length = parser_->content_length(); length && *length > body_limit())
    return body_too_large(body_limit());
  return std::nullopt;
}

} // namespace redial::http
