/// Why a contact is not being dialed: every rule that stands between it and a call, asked one by one.
#pragma once

#include "domain/campaign.hpp"
#include "domain/contact.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redial {

/// In the order in which they are asked.
enum class dial_rule : std::uint8_t {
  campaign_running,    ///< the campaign's status is running
  start_time,          ///< its start time has come
  end_time,            ///< its end time has not
  on_list,             ///< the contact was not taken off
  do_not_call,         ///< its number is not on the workspace's list of numbers that are not to be called
  not_suppressed,      ///< its further attempts were not cancelled
  no_call_in_progress, ///< it is not being called now
  not_done,            ///< nothing final has come of it yet
  attempts_left,       ///< it was called less often than `max_attempts`
  retry_due,           ///< the wait for its next attempt is over
  line_free,           ///< a line is free: not of the contact, but what it waits for next
};

std::string_view to_string(dial_rule rule) noexcept;

struct rule_verdict {
  dial_rule rule{};
  bool passes = false;
  std::string detail; ///< a sentence without a full stop

  friend bool operator==(const rule_verdict&, const rule_verdict&) = default;
};

/// What the verdicts come to.
enum class dial_verdict : std::uint8_t {
  eligible, ///< its next attempt begins when a line is free and its turn has come
  later,    ///< it will be eligible by the mere passing of time
  blocked,  ///< somebody has to do something first, or its present call has to end; nobody knows when
  never,    ///< it will not be dialed in this campaign any more
};

std::string_view to_string(dial_verdict verdict) noexcept;

struct explanation {
  dial_verdict verdict{};
  /// The first instant at which it is eligible: the present one if it is; absent if that is never, or unknown.
  std::optional<time_point> eligible_at;
  std::vector<rule_verdict> rules;
};

/// How the line pool stands.
struct line_figures {
  std::uint32_t in_use = 0;
  std::uint32_t allowed = 0;           ///< calls at once, at present
  time_point held_until{};             ///< no call begins before: the gateway asked for patience
  std::uint32_t campaigns_waiting = 0; ///< for a line
  std::uint64_t wanted = 0;            ///< lines that these could use beside those that they hold
};

/// What lies outside of campaign and contact.
struct dial_surroundings {
  std::optional<bool> do_not_call; ///< whether the number is on the list; nullopt: there is none to ask
  std::optional<line_figures> lines;
};

/// Asks every rule at `now`. Eligible exactly where `decide_attempt` accepts and the number is not on the list of those
/// that are not to be called. Whose turn it is among those that are eligible is not a rule: that a contact lets others
/// go first for a while because the gateway has turned it away is the campaign's order of dialing
/// (`turned_away_pause`), on no record, and not told here. Pure.
explanation explain(
  const campaign_state& campaign, const contact_state& contact, const dial_surroundings& around, time_point now);

} // namespace redial
