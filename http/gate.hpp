/// Who sends a request: asked before anything else of it is looked at.
#pragma once

#include "actors/key_service.hpp"
#include "http/head_check.hpp"
#include "http/problem.hpp"
#include "http/rate_limiter.hpp"

#include <optional>
#include <string>

namespace redial::http {

/// What all gates of a server share.
struct gate_rules {
  gate_rules(const actors::key_service& who, bool everybody, std::uint32_t requests_per_minute)
    : keys{who}, no_auth{everybody}, limiter{requests_per_minute} {}
  const actors::key_service& keys;
  bool no_auth; ///< everybody is an admin of the workspace `default`
  rate_limiter limiter;
};

/// One connection's: remembers who spoke on it last, so that the next request with the same key costs no hash. Belongs
/// to an io thread.
class gate {
public:
  explicit gate(gate_rules& rules) : rules_{rules} {}

  /// A request begins: nobody has been let in.
  void close() noexcept;
  /// Lets the sender of a request in.
  /// @param wanted how far the key must reach, nullopt where any will do
  /// @returns nullopt, or 401, 429 or 403. Known callers are counted for the limit, whatever becomes of the request.
  std::optional<problem_details> let_in(const request_head& head, std::optional<access_scope> wanted);

  /// @returns 403 where the caller, who has been let in, is not of the workspace `default`: operators are.
  std::optional<problem_details> keep_to_operators() const;

  /// @returns the caller's key, or null where nobody has been let in.
  const api_key* caller() const noexcept { return caller_.get(); }
  /// @returns what the caller has left, where there is a limit.
  const std::optional<rate_quota>& quota() const noexcept { return quota_; }
  /// @returns 401 if the caller's key has been revoked since it was let in.
  std::optional<problem_details> recheck();

private:
  std::optional<problem_details> identify(const request_head& head);

  gate_rules& rules_;
  std::string token_;      ///< the last one that opened
  actors::key_ptr opened_; ///< what it opened, as of `version_`
  std::uint64_t version_ = 0;
  actors::key_ptr caller_;
  std::optional<rate_quota> quota_;
};

} // namespace redial::http
