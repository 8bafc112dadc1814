/// The seam between redial and the telephone network: who dials, and how news of a call comes back.
#pragma once

#include "domain/campaign.hpp"
#include "domain/contact.hpp"

#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace redial::telephony {

/// What a gateway needs to place one attempt.
struct call_request {
  call_id id; ///< idempotency key: a gateway never places two calls under one id
  std::uint8_t attempt = 1;
  std::shared_ptr<const campaign_definition> campaign;
  std::shared_ptr<const contact_profile> contact;
};

/// The attempt has been handed over: from here on a phone may ring.
struct call_placed {};
/// A person answered.
struct call_answered {
  time_point at{};
};
/// The call is over. The last news of a call.
struct call_ended {
  call_outcome outcome{};
  std::string disposition; ///< empty where the script returned none
  time_point at{};
};
using call_news = std::variant<call_placed, call_answered, call_ended>;

/// Called with each piece of news of one call, in order, never concurrently for one call; from any thread, also from
/// within `place` or `look_up`. Must return at once. `call_placed` comes first, `call_ended` last, each exactly once.
using call_listener = std::function<void(call_news)>;

/// What a gateway knows of a call of which redial lost sight.
enum class lookup_answer : std::uint8_t {
  running,     ///< in progress; the listener given with the question hears the rest, its end included
  ended,       ///< over; the listener given with the question has been told its `call_ended` before this answer
  never_heard, ///< no such call, and it can no longer come to be
};

/// Thread-safe. Implementations outlive every call they place and drop all listeners in `shut_down`.
class call_gateway {
public:
  virtual ~call_gateway() = default;

  /// Places a call. Never blocks; news comes through `listener`.
  virtual void place(call_request request, call_listener listener) = 0;

  /// Asks for a call by its id and, where it still runs, attaches `listener` to it in place of the former one.
  /// `answer` is called exactly once, from any thread, also from within this function.
  virtual void look_up(call_id id, call_listener listener, std::function<void(lookup_answer)> answer) = 0;

  /// @returns how many calls are in progress.
  virtual std::size_t in_flight() const = 0;

  /// Drops every listener and timer. No news comes after it returns.
  virtual void shut_down() = 0;
};

} // namespace redial::telephony
