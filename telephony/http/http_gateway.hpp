/// The gateway that speaks the provider protocol (docs/gateway-protocol.md): everything but the wire.
#pragma once

#include "domain/result.hpp"
#include "telephony/call_gateway.hpp"
#include "telephony/http/transport.hpp"
#include "timing/timer_service.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace redial::telephony {

struct http_gateway_options {
  std::string secret;       ///< signs both directions; not empty
  std::string callback_url; ///< where the provider sends what happens
  std::string from;         ///< the caller's number, or empty: the provider's choice
  milliseconds ring_timeout{30'000};
  milliseconds max_duration{600'000};
  milliseconds result_timeout{120'000}; ///< how long a disposition may come after the end of its call
  /// A provider that answered "never heard of it" to a look-up refuses that attempt for ever.
  bool lookup_fences = true;
  /// Told, in a sentence each, what an operator should see: a provider that refuses redial itself, calls that outlive
  /// their cancellation. From any thread; must return at once. Empty: nobody is told.
  std::function<void(std::string)> log;
};

/// How often what happened, since the start. Read from any thread.
struct http_gateway_counters {
  std::atomic<std::uint64_t> placed{0};
  std::atomic<std::uint64_t> refused{0};       ///< for good: the attempt counts
  std::atomic<std::uint64_t> not_placed{0};    ///< 429, 503, unreachable: no attempt
  std::atomic<std::uint64_t> misconfigured{0}; ///< of those not placed: 401, 403, 404, 405
  std::atomic<std::uint64_t> uncertain{0};     ///< had to be looked up
  std::atomic<std::uint64_t> lookups{0};
  std::atomic<std::uint64_t> overdue{0};             ///< looked up because no end was heard of
  std::atomic<std::uint64_t> callbacks{0};           ///< of calls in progress
  std::atomic<std::uint64_t> callbacks_unmatched{0}; ///< late, unknown or of no interest: acknowledged, not applied
  std::atomic<std::uint64_t> callbacks_refused{0};   ///< wrong signature, not understood
};

class http_gateway : public call_gateway {
public:
  /// Takes a callback as it came over the wire.
  /// @param signature value of `Redial-Signature`, empty where there is none
  /// @param done called once, from any thread, also from within: nothing if all that follows from it is committed (or
  ///   nothing does: answer 2xx); `unauthorized` (401), `malformed` or `invalid_value` naming the member (400, 422),
  ///   `unavailable` (503: it was not committed, or not in time; the provider is to send it again).
  virtual void take_callback(
    std::string_view signature, std::string_view body, std::function<void(result<void>)> done) = 0;

  virtual const http_gateway_counters& counters() const noexcept = 0;
};

/// Rules: a POST is sent once and never again for one id. Nothing heard of it: look it up, again and again, until the
/// provider answers. A call without an end `max_duration` + `ring_timeout` + 30 s after its start is looked up, and
/// cancelled if it still runs; one that outlives three such cancellations ends as `unknown`, so that it cannot hold a
/// line for ever. After failures in a row the provider is left alone for a while (circuit breaker): meanwhile `place`
/// says `call_not_placed` at once.
///
/// `transport`, `time` and `timers` must outlive the gateway. `time` must run at the speed of the provider's clock.
std::unique_ptr<http_gateway> make_http_gateway(
  http_gateway_options options, http_transport& transport, const clock& time, timing::timer_service& timers);

} // namespace redial::telephony
