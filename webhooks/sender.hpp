/// How messages leave for webhooks: the seam between what is to be told (couriers) and how that travels.
#pragma once

#include "domain/result.hpp"
#include "domain/time.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace redial::webhooks {

/// One attempt to deliver one message.
struct message {
  std::string url;
  std::string secret; ///< "whsec_…"
  std::string id;     ///< the same at every attempt
  std::shared_ptr<const std::string> body;
};

/// What came of it.
struct answer {
  unsigned status = 0;        ///< of the receiver's answer; 0: there was none
  std::string error;          ///< why there was none
  milliseconds retry_after{}; ///< real time: header Retry-After, 0 where there is none
};

/// Thread-safe.
class sender {
public:
  virtual ~sender() = default;

  /// @returns `invalid_value`, saying why, for a URL that nothing is ever sent to: not well-formed, in the clear where
  /// that is not allowed, or to an address that is not allowed. Names are looked up only when something is sent.
  virtual result<void> check(std::string_view url) const = 0;

  /// @param done called once, from any thread, not from within `send`; dropped uncalled after `shut_down`.
  virtual void send(message what, std::function<void(answer)> done) = 0;

  /// Drops what is under way. No `done` is called after it returns.
  virtual void shut_down() = 0;
};

} // namespace redial::webhooks
