/// How requests leave for a provider: the seam between what redial says to it (`http_gateway`) and how that travels.
#pragma once

#include "domain/time.hpp"

#include <functional>
#include <string>
#include <variant>

namespace redial::telephony {

/// One request to the provider.
struct http_request {
  enum class verb : std::uint8_t { get, post, erase };
  verb method = verb::get;
  std::string target;          ///< path and query behind the base URL, for instance "/calls?attempt_id=cal_…"
  std::string idempotency_key; ///< header Idempotency-Key, where not empty
  std::string signature;       ///< header Redial-Signature
  std::string body;            ///< JSON; empty for GET and DELETE
};

/// The provider answered.
struct http_answer {
  unsigned status = 0;
  std::string body;           ///< at most 1 MiB; a longer one counts as `http_failure::uncertain`
  milliseconds retry_after{}; ///< header Retry-After, 0 where there is none or it makes no sense
};

/// No answer came.
enum class http_failure : std::uint8_t {
  never_sent, ///< not one byte of the request left: the provider cannot have heard it
  uncertain,  ///< the provider may have heard it
};

using http_outcome = std::variant<http_answer, http_failure>;

/// Thread-safe.
class http_transport {
public:
  virtual ~http_transport() = default;

  /// Sends `request`. Never sends it twice: a connection that breaks is `uncertain`, unless nothing was written to it.
  /// @param done called once, from any thread, not from within `send`; dropped uncalled after `shut_down`.
  virtual void send(http_request request, std::function<void(http_outcome)> done) = 0;

  /// Drops what is under way. No `done` is called after it returns.
  virtual void shut_down() = 0;
};

} // namespace redial::telephony
