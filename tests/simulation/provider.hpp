/// A telephony provider on the far side of a bad network, in virtual time: it speaks the real protocol with the real
/// gateway, keeps a ledger of every call that it placed, and outlives every crash of redial.
#pragma once

#include "domain/contact.hpp"
#include "telephony/http/http_gateway.hpp"
#include "tests/simulation/chance.hpp"
#include "timing/manual.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace redial::simulation {

/// Signs what both sides say.
inline constexpr std::string_view secret = "what both sides know";

/// How bad network and provider are, in percent of what happens.
struct provider_faults {
  unsigned never_sent = 0;    ///< the connection cannot be had
  unsigned request_lost = 0;  ///< nothing arrives, and nobody says so
  unsigned request_late = 0;  ///< arrives when redial has given up waiting for the answer
  unsigned answer_lost = 0;   ///< arrives, and the answer does not
  unsigned busy = 0;          ///< 429 or 503
  unsigned refused = 0;       ///< 422
  unsigned failing = 0;       ///< 500, before or after the call was placed
  unsigned callback_lost = 0; ///< for ever
  unsigned callback_late = 0; ///< up to two minutes, so that others overtake it
  unsigned callback_twice = 0;
  unsigned endless = 0;         ///< calls that go on until they are cancelled
  unsigned result_withheld = 0; ///< answered calls whose disposition is never told
};

/// One call in the ledger.
struct placement {
  call_id attempt_id;
  std::string campaign;
  phone to;
  std::string name; ///< of the contact
  unsigned attempt = 0;
  time_point at{};
  call_outcome outcome{};             ///< what it comes to
  std::string disposition;            ///< of answered calls, or empty where it is withheld
  std::optional<time_point> ended_at; ///< once it is over
  bool endless = false;               ///< goes on until it is cancelled
  /// The provider does not fence, and has said before that it never heard of this attempt: what then comes late, nobody
  /// can foresee.
  bool disowned = false;
};

class provider {
public:
  provider(std::uint64_t seed, timing::manual_clock& time, bool fences);
  ~provider();
  provider(const provider&) = delete;
  provider& operator=(const provider&) = delete;

  provider_faults faults;
  /// Told of every placed call.
  std::function<void(const placement&)> on_placed;
  /// Told of every POST at the moment at which it leaves redial.
  std::function<void(call_id attempt, const std::string& campaign, phone to)> on_posted;
  /// Told of a call whose disposition `dnd` redial has just confirmed, perhaps not for the first time.
  std::function<void(const placement&)> on_heard;
  /// Told, for the story, what the provider answers.
  std::function<void(const std::string&)> on_answered;

  /// @returns the wire of one life of redial, and cuts that of the life before.
  std::unique_ptr<telephony::http_transport> connect();
  /// Where callbacks go; null while redial is down.
  void attach(telephony::http_gateway* redial) noexcept { redial_ = redial; }
  /// Nothing that arrives before `until` is heard.
  void go_down(time_point until) { down_until_ = until; }

  std::optional<time_point> next_due() const { return timers_.next_due(); }
  void run_due() { timers_.run_due(time_.now()); }

  const std::vector<placement>& ledger() const noexcept { return ledger_; }
  bool refused(call_id id) const { return refused_.contains(id); }

private:
  struct call;
  class wire;
  struct callback;

  telephony::http_answer receive(const telephony::http_request& request);
  telephony::http_answer post(const telephony::http_request& request);
  telephony::http_answer look_up(const std::string& target);
  telephony::http_answer cancel(const std::string& target);
  void place(const std::string& key, const telephony::http_request& request);
  void happen(std::size_t number, std::string event);
  void complete(std::size_t number, bool with_result);
  void tell(const std::shared_ptr<callback>& news, milliseconds after);
  void after(milliseconds delay, std::function<void()> run);

  chance luck_;
  timing::manual_clock& time_;
  timing::manual_timers timers_;
  const bool fences_;
  telephony::http_gateway* redial_ = nullptr;
  std::shared_ptr<bool> connected_;
  time_point down_until_{};
  std::vector<placement> ledger_;
  std::vector<std::vector<std::string>> events_; // of each call in the ledger, as JSON
  std::map<std::string, std::size_t> by_key_;
  std::set<std::string> fenced_; ///< keys of which it was said that nobody ever heard of them
  std::set<call_id> refused_;
  std::uint64_t event_ids_ = 0;
};

} // namespace redial::simulation
