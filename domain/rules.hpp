/// The rules of a campaign: `decide` may refuse and changes nothing, `evolve` never refuses and does no I/O.
/// All of them are deterministic functions of their arguments and safe to call from any thread.
#pragma once

#include "domain/event.hpp"
#include "domain/result.hpp"

#include <optional>
#include <vector>

namespace redial {

// -- campaign -------------------------------------------------------------------------------------------------------

/// The transition table of the API contract: start from scheduled, pause from running, resume from paused, stop from
/// any of the three; nothing from completed or stopped (a stop is final: seed contract).
/// @returns the event, or `illegal_transition` with the status and the legal actions in its detail.
result<campaign_changed> decide(const campaign_state& state, campaign_action action, time_point now);

/// @returns the actions that `decide` accepts from `status`, in the order start, pause, resume, stop.
std::vector<campaign_action> legal_actions(campaign_status status);

/// The campaign's actor cannot go on: redial itself pauses it, and says why. The frame of a one-off call, which nobody
/// could resume, it stops. @param why a sentence for the caller.
/// @returns the event; nullopt where the campaign is over, or paused for such a reason already.
std::optional<campaign_changed> decide_failing(const campaign_state& state, std::string why, time_point now);

/// What time alone brings about, to be asked after every change and at `next_due`: a scheduled campaign whose
/// `start_time` has come starts, a live one whose `end_time` has come stops, a running one with nobody left completes.
/// @returns the next such event, or nullopt. Ask again after evolving: one may follow from another.
std::optional<campaign_changed> decide_by_time(const campaign_state& state, time_point now);

/// @returns the next instant after `now` at which `decide_by_time` may have something to say, if time alone can bring
/// it.
std::optional<time_point> next_due(const campaign_state& state, time_point now);

/// @returns whether a new attempt may begin at `now`: running, and before `end_time`.
bool may_dial(const campaign_state& state, time_point now) noexcept;

/// Adds `count` contacts, at least one, to the end of the list. @returns `campaign_ended` where the campaign is
/// completed or stopped, `invalid_value` where the list would have more than `max_contacts`.
result<contacts_added> decide_addition(const campaign_state& state, std::uint64_t count, time_point now);

/// So many contacts a campaign may have: every one has a number, and there is one number more.
inline constexpr std::uint64_t max_contacts = ~contact_no{0};

// -- contact --------------------------------------------------------------------------------------------------------

/// @returns the id of the attempt that `contact` of the campaign begins at `now` as the campaign's next event. Its
/// instant never goes back within the campaign, whatever the clock does: see `call_id`.
call_id next_call_id(const campaign_state& campaign, campaign_no number, contact_no contact, time_point now) noexcept;

/// Begins an attempt. Refused unless the campaign may dial, the contact is pending or its retry is due, it is not
/// suppressed, and it has attempts left.
result<contact_event> decide_attempt(
  const campaign_state& campaign, contact_no number, const contact_state& contact, call_id call, time_point now);

/// A person answered call `call`. Refused as `no_such_call` unless it is the contact's open call, or if it was
/// answered already (a repeated report). An `at` before the call's start (another machine's clock) counts as its start.
result<contact_event> decide_answered(contact_no number, const contact_state& contact, call_id call, time_point at);

/// How a gateway says that a call is over.
struct call_report {
  call_outcome outcome{};
  std::string disposition; ///< what the script returned, or empty; labels that are not valid count as none
  time_point at{};
  bool result_follows = false; ///< the disposition may still come by itself
};

/// Call `call` is over. Answered (at some time, whatever ended the call): done, with the script's disposition, or
/// `no_disposition`. Unknown: done, never dialed again by itself.
/// Otherwise another attempt after the retry interval, unless the number is invalid, the attempts are used up (then
/// `not_reachable`, seed contract) or the contact is suppressed. Ends are taken in every status of the campaign: calls
/// in progress finish and count (seed contract). A report whose `at` lies before the call's start or answer counts as
/// of that instant. With `result_follows`, an answered call that has no disposition yet only gives its line back
/// (`attempt_completed`): the attempt ends with `decide_disposition` or `decide_result_overdue`.
/// Refused as `no_such_call` unless `call` is the contact's open call and not completed yet.
result<contact_event> decide_ended(const campaign_definition& campaign, contact_no number, const contact_state& contact,
  call_id call, const call_report& report);

/// The script of call `call` returned `label`. Before the call's end it is kept for then (the first counts), after it
/// the attempt ends with it. Refused as `no_such_call` unless `call` is the contact's open call, or if it has its
/// disposition already; as `invalid_value` for a label that is none.
result<contact_event> decide_disposition(
  contact_no number, const contact_state& contact, call_id call, std::string_view label, time_point at);

/// @returns until when the disposition of the contact's open call is waited for, or nullopt where none is awaited.
std::optional<time_point> result_due(const contact_state& contact, milliseconds result_timeout) noexcept;

/// The disposition of call `call` did not come: the attempt ends with `no_disposition`. Refused as `no_such_call`
/// unless `call` is the contact's open call, as `not_due` before `result_due`.
result<contact_event> decide_result_overdue(
  contact_no number, const contact_state& contact, call_id call, milliseconds result_timeout, time_point now);

/// The gateway did not place call `call`, and never will: the attempt is taken back. The contact is pending again, or,
/// called before, waits for its retry, which is due. A suppressed one is removed, or, called before, done. A call that
/// was answered cannot be taken back: it ends as one that broke off.
/// Refused as `no_such_call` unless `call` is the contact's open call and not completed yet.
result<contact_event> decide_not_placed(
  const campaign_definition& campaign, contact_no number, const contact_state& contact, call_id call, time_point at);

/// @returns whether an attempt that ended so is worth another one.
constexpr bool is_retryable(call_outcome outcome) noexcept {
  return outcome != call_outcome::answered && outcome != call_outcome::invalid_number
         && outcome != call_outcome::unknown;
}

/// What removing one contact comes to (DELETE …/contacts of the API contract).
struct removal {
  bool removed = false;               ///< it was pending
  bool already_called = false;        ///< it stays on the record
  bool retry_cancelled = false;       ///< and an attempt that it still had ahead is off
  std::optional<contact_event> event; ///< absent where nothing changes
};

/// Takes a contact off the list, or cancels what it still has ahead. Removing twice changes nothing the second time.
/// @returns `campaign_ended` where the campaign is completed or stopped.
result<removal> decide_removal(
  const campaign_state& campaign, contact_no number, const contact_state& contact, time_point now);

// -- evolve ---------------------------------------------------------------------------------------------------------

/// Applies `e` to the campaign: status, counters, dispositions, `last_seq` + 1.
void evolve(campaign_state& state, const event& e);
void evolve(campaign_state& state, const campaign_created& e);
void evolve(campaign_state& state, const campaign_changed& e);
void evolve(campaign_state& state, const contact_event& e);
void evolve(campaign_state& state, const contacts_added& e);

} // namespace redial
