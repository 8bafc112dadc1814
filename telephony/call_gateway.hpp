/// The seam between redial and the telephone network: who dials, and how news of a call comes back.
#pragma once

#include "domain/campaign.hpp"
#include "domain/contact.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace redial::telephony {

/// What a gateway needs to place one attempt.
struct call_request {
  call_id id; ///< idempotency key: a gateway never places two calls under one id
  std::uint8_t attempt = 1;
  std::shared_ptr<const campaign_definition> campaign;
  std::shared_ptr<const contact_profile> contact;
};

/// The attempt has been handed over: a phone may ring from now on, or rings already.
struct call_placed {};

/// Nothing was placed under this id, and nothing will be: no attempt was made. The last news of a call.
struct call_not_placed {
  milliseconds retry_after{}; ///< how long the gateway wants to be left alone before the next start
};

/// A person answered.
struct call_answered {
  time_point at{};
};

/// What the conversation came to. May come before the call's end or after it.
struct call_disposition {
  std::string label;
  time_point at{};
};

/// The call is over.
struct call_ended {
  call_outcome outcome{};
  std::string disposition; ///< empty where the script returned none
  time_point at{};
  /// A `call_disposition` may still follow; otherwise this is the last news of a call.
  bool result_follows = false;
};

using call_news = std::variant<call_placed, call_not_placed, call_answered, call_disposition, call_ended>;

/// Tells the bringer of a piece of news what became of it: confirmed once all that followed from it is on disk. Copies
/// share it. Where the last copy goes without that, the bringer is told so, and brings the news again.
class receipt {
public:
  /// For news that nobody waits to see committed.
  receipt() = default;

  /// @param told called once, from any thread: true if confirmed, false if given up. Must return at once.
  explicit receipt(std::function<void(bool)> told) : owed_{std::make_shared<owed>(std::move(told))} {}

  /// The first time counts. From one thread at a time.
  void confirm() const {
    if (owed_ && owed_->told)
      std::exchange(owed_->told, nullptr)(true);
  }

  /// @returns whether anybody waits for it.
  explicit operator bool() const noexcept { return owed_ != nullptr; }

private:
  struct owed {
    explicit owed(std::function<void(bool)> f) : told{std::move(f)} {}
    owed(const owed&) = delete;
    owed& operator=(const owed&) = delete;
    ~owed() {
      if (told)
        told(false);
    }
    std::function<void(bool)> told;
  };
  std::shared_ptr<owed> owed_;
};

/// Called with each piece of news of one call, from any thread, also from within `place` or `look_up`. Must return at
/// once. Where a network repeats news or brings them out of order, the listener hears them so: whatever comes first
/// says that the call has been placed, unless it is `call_not_placed`.
using call_listener = std::function<void(call_news, receipt)>;

/// Thread-safe. Implementations outlive every call they place and drop all listeners in `shut_down`.
class call_gateway {
public:
  virtual ~call_gateway() = default;

  /// Places a call. Never blocks; news comes through `listener`. Where the gateway cannot tell at first whether the
  /// call was placed, it finds out by itself and says nothing before it knows.
  virtual void place(call_request request, call_listener listener) = 0;

  /// For a call of which redial lost sight: `listener` takes the place of the former one and hears where the call
  /// stands, `call_placed` if it is in progress, and all that follows. If it is over, `call_ended`; if nothing was
  /// placed and the id can no longer come to be, `call_not_placed`; if nobody can tell, `call_ended` with the outcome
  /// `unknown`. A gateway that cannot be reached is asked again until it answers.
  virtual void look_up(call_id id, call_listener listener) = 0;

  /// @returns how many calls are in progress.
  virtual std::size_t in_flight() const = 0;

  /// Drops every listener and timer. No news comes after it returns.
  virtual void shut_down() = 0;
};

} // namespace redial::telephony
