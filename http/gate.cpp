#include "http/gate.hpp"

#include "crypto/digest.hpp"

#include <boost/beast/core/string.hpp>

namespace redial::http {

namespace beast = boost::beast;
using beast::http::field;

namespace {

constexpr std::string_view challenge = "Bearer realm=\"redial\"";

problem_details unauthorized(std::string detail, std::string_view error) {
  problem_details details;
  details.status = 401;
  details.code = "unauthorized";
  details.detail = std::move(detail);
  details.authenticate = challenge;
  if (!error.empty())
    details.authenticate.append(", error=\"").append(error).append("\"");
  return details;
}

problem_details unknown_key() {
  return unauthorized("The API key is not known, or has been revoked.", "invalid_token");
}

problem_details too_small(access_scope held, access_scope wanted) {
  problem_details details;
  details.status = 403;
  details.code = "insufficient_scope";
  details.detail = "This needs a key of the scope " + std::string{to_string(wanted)} + "; this one has "
                   + std::string{to_string(held)} + ".";
  details.authenticate = challenge;
  details.authenticate.append(", error=\"insufficient_scope\", scope=\"").append(to_string(wanted)).append("\"");
  return details;
}

problem_details too_many(const rate_quota& quota) {
  problem_details details;
  details.status = 429;
  details.code = "rate_limited";
  details.detail = "The workspace has made its " + std::to_string(quota.limit) + " requests of this minute.";
  details.retry_after = quota.retry_after;
  return details;
}

/// Whom everybody is where no key is asked for.
const actors::key_ptr& anybody() {
  static const actors::key_ptr key = std::make_shared<const api_key>(
    api_key{{}, workspace_name{default_workspace}, access_scope::admin, "no key", {}, std::nullopt, false});
  return key;
}

/// @returns what follows "Bearer", or nothing where it is another scheme.
std::string_view token_in(std::string_view authorization) {
  constexpr std::string_view scheme = "Bearer ";
  if (authorization.size() < scheme.size() || !beast::iequals(authorization.substr(0, scheme.size()), scheme))
    return {};
  authorization.remove_prefix(scheme.size());
  authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
  return authorization;
}

} // namespace

void gate::close() noexcept {
  caller_.reset();
  quota_.reset();
}

std::optional<problem_details> gate::let_in(const request_head& head, std::optional<access_scope> wanted) {
  if (auto wrong = identify(head))
    return wrong;
  quota_ = rules_.limiter.take(caller_->workspace, std::chrono::system_clock::now());
  if (quota_ && !quota_->granted)
    return too_many(*quota_);
  if (wanted && !reaches(caller_->scope, *wanted))
    return too_small(caller_->scope, *wanted);
  return std::nullopt;
}

std::optional<problem_details> gate::keep_to_operators() const {
  if (caller_ && caller_->workspace == default_workspace)
    return std::nullopt;
  problem_details details;
  details.status = 403;
  details.code = "operators_only";
  details.detail =
    "This tells of all workspaces: it needs a key of the workspace " + std::string{default_workspace} + ".";
  return details;
}

std::optional<problem_details> gate::identify(const request_head& head) {
  if (rules_.no_auth) {
    caller_ = anybody();
    return std::nullopt;
  }
  const auto given = head.count(field::authorization);
  if (given == 0)
    return unauthorized("An API key is needed: Authorization: Bearer <key>.", {});
  const auto token = token_in(head[field::authorization]);
  if (given > 1 || token.empty())
    return unauthorized("The Authorization header is to be: Bearer <key>, once.", "invalid_request");
  // The number first: what is found may be newer than it says, never older.
  const auto version = rules_.keys.version();
  if (!opened_ || version != version_ || !crypto::equal(token, token_)) {
    opened_ = rules_.keys.find(token);
    if (!opened_)
      return unknown_key();
    token_ = token;
    version_ = version;
  }
  caller_ = opened_;
  return std::nullopt;
}

std::optional<problem_details> gate::recheck() {
  if (!caller_ || rules_.no_auth)
    return std::nullopt;
  const auto version = rules_.keys.version();
  if (version == version_)
    return std::nullopt;
  opened_ = rules_.keys.find(token_);
  version_ = version;
  if (!opened_ || opened_->id != caller_->id)
    return unknown_key();
  return std::nullopt;
}

} // namespace redial::http
