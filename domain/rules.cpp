#include "domain/rules.hpp"

#include <algorithm>
#include <utility>

namespace redial {

namespace {

constexpr std::string_view other_label = "other";

/// Labels that the engine itself gives keep their own count, however many a script has invented.
bool is_engine_label(std::string_view label) noexcept {
  return label == disposition::not_reachable || label == disposition::no_disposition || label == disposition::unknown;
}

std::optional<campaign_change> transition(campaign_status from, campaign_action action) noexcept {
  switch (action) {
  case campaign_action::start:
    return from == campaign_status::scheduled ? std::optional{campaign_change::started} : std::nullopt;
  case campaign_action::pause:
    return from == campaign_status::running ? std::optional{campaign_change::paused} : std::nullopt;
  case campaign_action::resume:
    return from == campaign_status::paused ? std::optional{campaign_change::resumed} : std::nullopt;
  case campaign_action::stop: return is_final(from) ? std::nullopt : std::optional{campaign_change::stopped};
  }
  return std::nullopt;
}

bool nobody_left(const campaign_counters& c) noexcept {
  return c.pending == 0 && c.in_progress == 0 && c.waiting_retry == 0;
}

std::optional<time_point> end_time(const campaign_state& state) noexcept {
  const auto& schedule = state.definition->schedule;
  return schedule ? schedule->end_time : std::nullopt;
}

std::optional<time_point> start_time(const campaign_state& state) noexcept {
  const auto& schedule = state.definition->schedule;
  return schedule ? schedule->start_time : std::nullopt;
}

std::uint64_t& counter_of(campaign_counters& c, contact_status status) noexcept {
  switch (status) {
  case contact_status::pending: return c.pending;
  case contact_status::in_progress: return c.in_progress;
  case contact_status::waiting_retry: return c.waiting_retry;
  case contact_status::done: return c.done;
  case contact_status::removed: break;
  }
  return c.removed;
}

contact_state finished(const contact_state& contact, std::string_view label) {
  contact_state after;
  after.status = contact_status::done;
  after.attempts = contact.attempts;
  after.suppressed = contact.suppressed;
  after.disposition = label;
  return after;
}

contact_event make_event(
  contact_change change, contact_no number, const contact_state& contact, contact_state after, time_point at) {
  contact_event e;
  e.change = change;
  e.contact = number;
  e.before = contact.status;
  e.after = std::move(after);
  e.at = at;
  return e;
}

bool is_open(const contact_state& contact, call_id call) noexcept {
  return contact.status == contact_status::in_progress && contact.call && contact.call->id == call;
}

/// Open, and the line still in use.
bool is_up(const contact_state& contact, call_id call) noexcept {
  return is_open(contact, call) && !contact.call->completed_at;
}

problem no_such_call(call_id call) {
  return {error_code::no_such_call, "the contact has no open call " + call.to_string(), {}};
}

/// The attempt of a call that was over before ends with `label`.
contact_event end_completed(contact_no number, const contact_state& contact, std::string_view label, time_point at) {
  const auto& call = *contact.call;
  auto e = make_event(
    contact_change::attempt_ended, number, contact, finished(contact, label), std::max(at, *call.completed_at));
  e.ended = ended_call{call.id, contact.attempts, call.started_at, call.answered_at, *call.completed_at,
    call_outcome::answered, e.after.disposition};
  e.completed_before = true;
  return e;
}

/// What a contact is left with after its call ended so at `ended_at`, under the retry rule.
contact_state after_call(
  const campaign_definition& campaign, const contact_state& contact, const call_report& report, time_point ended_at) {
  if (report.outcome == call_outcome::unknown)
    return finished(
      contact, contact.call->disposition.empty() ? disposition::unknown : std::string_view{contact.call->disposition});
  // Who has answered was reached, however the call ended: nobody is called again because a line broke.
  if (report.outcome == call_outcome::answered || contact.call->answered_at)
    return finished(contact, disposition::is_valid(report.disposition) ? std::string_view{report.disposition}
                             : contact.call->disposition.empty()       ? disposition::no_disposition
                                                                       : std::string_view{contact.call->disposition});
  if (!is_retryable(report.outcome) || contact.suppressed || contact.attempts >= campaign.max_attempts)
    return finished(contact, disposition::not_reachable);
  contact_state after;
  after.status = contact_status::waiting_retry;
  after.attempts = contact.attempts;
  after.due = ended_at + campaign.retry_interval;
  return after;
}

void remember(campaign_state& state, campaign_transition step) {
  if (state.history.size() == campaign_state::max_history)
    state.history.erase(state.history.begin());
  state.history.push_back(std::move(step));
}

} // namespace

result<campaign_changed> decide(const campaign_state& state, campaign_action action, time_point now) {
  if (auto change = transition(state.status, action)) {
    auto reason = *change == campaign_change::stopped ? end_reason::stop_action : end_reason::none;
    return campaign_changed{*change, reason, now};
  }
  std::string detail = "cannot ";
  detail += to_string(action);
  detail += " a campaign that is ";
  detail += to_string(state.status);
  auto legal = legal_actions(state.status);
  detail += legal.empty() ? "; no action leads out of this status" : "; legal now:";
  for (auto a : legal) {
    detail += a == legal.front() ? " " : ", ";
    detail += to_string(a);
  }
  return problem{error_code::illegal_transition, std::move(detail), "/action"};
}

std::optional<campaign_changed> decide_failing(const campaign_state& state, std::string why, time_point now) {
  if (is_final(state.status) || !state.pause_reason().empty())
    return std::nullopt;
  const auto at = std::max(now, state.last_at);
  if (!state.definition->single_call.empty())
    return campaign_changed{campaign_change::stopped, end_reason::stop_action, at, std::move(why)};
  return campaign_changed{campaign_change::paused, end_reason::none, at, std::move(why)};
}

std::vector<campaign_action> legal_actions(campaign_status status) {
  std::vector<campaign_action> legal;
  for (auto action : all_campaign_actions) {
    if (transition(status, action))
      legal.push_back(action);
  }
  return legal;
}

std::optional<campaign_changed> decide_by_time(const campaign_state& state, time_point now) {
  if (is_final(state.status))
    return std::nullopt;
  // Nobody left comes first: a campaign that reached everyone by its end time is completed, not cut short.
  if (state.status == campaign_status::running && nobody_left(state.counters))
    return campaign_changed{campaign_change::completed, end_reason::completed, now};
  if (auto end = end_time(state); end && now >= *end)
    return campaign_changed{campaign_change::stopped, end_reason::end_time, now};
  if (auto start = start_time(state); state.status == campaign_status::scheduled && start && now >= *start)
    return campaign_changed{campaign_change::started, end_reason::none, now};
  return std::nullopt;
}

std::optional<time_point> next_due(const campaign_state& state, time_point now) {
  if (is_final(state.status))
    return std::nullopt;
  auto due = end_time(state);
  if (due && *due <= now)
    due.reset();
  if (auto start = start_time(state); state.status == campaign_status::scheduled && start && *start > now)
    due = due ? std::min(*due, *start) : *start;
  return due;
}

bool may_dial(const campaign_state& state, time_point now) noexcept {
  if (state.status != campaign_status::running)
    return false;
  auto end = end_time(state);
  return !end || now < *end;
}

call_id next_call_id(const campaign_state& campaign, campaign_no number, contact_no contact, time_point now) noexcept {
  return call_id::make(std::max(now, campaign.last_at), number, contact, campaign.last_seq + 1);
}

result<contacts_added> decide_addition(const campaign_state& state, std::uint64_t count, time_point now) {
  if (is_final(state.status))
    return problem{error_code::campaign_ended,
      "the campaign is " + std::string{to_string(state.status)} + ": no contacts can be added to it", {}};
  if (count == 0 || count > max_contacts - state.counters.total)
    return problem{
      error_code::invalid_value, "a campaign has at most " + std::to_string(max_contacts) + " contacts", {}};
  return contacts_added{count, now};
}

result<contact_event> decide_attempt(
  const campaign_state& campaign, contact_no number, const contact_state& contact, call_id call, time_point now) {
  if (!may_dial(campaign, now))
    return problem{error_code::not_dialing, "the campaign may not dial now", {}};
  const bool ready = contact.status == contact_status::pending
                     || (contact.status == contact_status::waiting_retry && contact.due && *contact.due <= now);
  if (!ready || contact.suppressed || contact.attempts >= campaign.definition->max_attempts)
    return problem{error_code::not_due, "the contact is not to be dialed now", {}};
  contact_state after;
  after.status = contact_status::in_progress;
  after.attempts = static_cast<std::uint8_t>(contact.attempts + 1);
  after.call = open_call{call, now, std::nullopt};
  return make_event(contact_change::attempt_started, number, contact, std::move(after), now);
}

result<contact_event> decide_answered(contact_no number, const contact_state& contact, call_id call, time_point at) {
  if (!is_open(contact, call) || contact.call->answered_at)
    return no_such_call(call);
  at = std::max(at, contact.call->started_at);
  auto after = contact;
  after.call->answered_at = at;
  auto e = make_event(contact_change::attempt_answered, number, contact, std::move(after), at);
  e.connected = true;
  return e;
}

result<contact_event> decide_ended(const campaign_definition& campaign, contact_no number, const contact_state& contact,
  call_id call, const call_report& report) {
  if (!is_up(contact, call))
    return no_such_call(call);
  const auto ended_at = std::max(report.at, contact.call->answered_at.value_or(contact.call->started_at));
  if (report.result_follows && report.outcome == call_outcome::answered && contact.call->disposition.empty()
      && !disposition::is_valid(report.disposition)) {
    auto after = contact;
    after.call->completed_at = ended_at;
    const bool first_heard = !after.call->answered_at;
    if (first_heard)
      after.call->answered_at = ended_at;
    auto e = make_event(contact_change::attempt_completed, number, contact, std::move(after), ended_at);
    e.connected = first_heard;
    return e;
  }
  auto e = make_event(
    contact_change::attempt_ended, number, contact, after_call(campaign, contact, report, ended_at), ended_at);
  ended_call ended;
  ended.id = call;
  ended.attempt = contact.attempts;
  ended.started_at = contact.call->started_at;
  ended.answered_at = contact.call->answered_at;
  ended.ended_at = ended_at;
  ended.outcome = report.outcome;
  ended.disposition = e.after.disposition;
  e.disposition_before = !ended.disposition.empty() && ended.disposition == contact.call->disposition;
  if (report.outcome == call_outcome::answered && !ended.answered_at) {
    // The gateway told of the answer and of the end at once.
    ended.answered_at = ended_at;
    e.connected = true;
  }
  e.ended = std::move(ended);
  return e;
}

result<contact_event> decide_disposition(
  contact_no number, const contact_state& contact, call_id call, std::string_view label, time_point at) {
  if (!is_open(contact, call) || !contact.call->disposition.empty())
    return no_such_call(call);
  if (!disposition::is_valid(label))
    return problem{error_code::invalid_value, "a disposition consists of 1 to 64 of a-z, 0-9 and _", "/disposition"};
  if (contact.call->completed_at)
    return end_completed(number, contact, label, at);
  auto after = contact;
  after.call->disposition = label;
  return make_event(contact_change::disposition_set, number, contact, std::move(after),
    std::max(at, contact.call->answered_at.value_or(contact.call->started_at)));
}

std::optional<time_point> result_due(const contact_state& contact, milliseconds result_timeout) noexcept {
  if (!contact.call || !contact.call->completed_at)
    return std::nullopt;
  return *contact.call->completed_at + result_timeout;
}

result<contact_event> decide_result_overdue(
  contact_no number, const contact_state& contact, call_id call, milliseconds result_timeout, time_point now) {
  if (!is_open(contact, call))
    return no_such_call(call);
  if (const auto due = result_due(contact, result_timeout); !due || now < *due)
    return problem{error_code::not_due, "the disposition may still come", {}};
  return end_completed(number, contact, disposition::no_disposition, now);
}

result<contact_event> decide_not_placed(
  const campaign_definition& campaign, contact_no number, const contact_state& contact, call_id call, time_point at) {
  if (!is_up(contact, call))
    return no_such_call(call);
  if (contact.call->answered_at)
    return decide_ended(campaign, number, contact, call, {call_outcome::network_error, {}, at});
  at = std::max(at, contact.call->started_at);
  contact_state after;
  after.attempts = static_cast<std::uint8_t>(contact.attempts - 1);
  after.suppressed = contact.suppressed;
  if (after.attempts == 0) {
    after.status = contact.suppressed ? contact_status::removed : contact_status::pending;
    after.suppressed = false;
  } else if (contact.suppressed) {
    after = finished(after, disposition::not_reachable);
  } else {
    after.status = contact_status::waiting_retry;
    after.due = at;
  }
  auto e = make_event(contact_change::attempt_not_placed, number, contact, std::move(after), at);
  e.taken_back = contact.call->started_at;
  return e;
}

result<removal> decide_removal(
  const campaign_state& campaign, contact_no number, const contact_state& contact, time_point now) {
  if (is_final(campaign.status))
    return problem{error_code::campaign_ended,
      "the campaign is " + std::string{to_string(campaign.status)} + ": its contacts stay as they are", {}};
  removal r;
  auto cancel = [&](contact_state after) {
    r.retry_cancelled = true;
    r.event = make_event(contact_change::retry_cancelled, number, contact, std::move(after), now);
  };
  switch (contact.status) {
  case contact_status::pending: {
    r.removed = true;
    contact_state after;
    after.status = contact_status::removed;
    r.event = make_event(contact_change::removed, number, contact, std::move(after), now);
    break;
  }
  case contact_status::in_progress:
    r.already_called = true;
    if (!contact.suppressed) {
      // The last attempt, too: should the gateway not take it, it would be made once more.
      auto after = contact;
      after.suppressed = true;
      cancel(std::move(after));
      r.retry_cancelled = contact.attempts < campaign.definition->max_attempts;
    }
    break;
  case contact_status::waiting_retry: {
    r.already_called = true;
    auto after = finished(contact, disposition::not_reachable);
    after.suppressed = true;
    cancel(std::move(after));
    break;
  }
  case contact_status::done: r.already_called = true; break;
  case contact_status::removed: break;
  }
  return r;
}

void evolve(campaign_state& state, const event& e) {
  std::visit([&](const auto& fact) { evolve(state, fact); }, e);
}

void evolve(campaign_state& state, const campaign_created& e) {
  state.definition = e.definition;
  state.status = campaign_status::scheduled;
  state.counters.total = e.contacts;
  state.counters.pending = e.contacts;
  state.last_at = e.definition->created_at;
  state.history = {{campaign_status::scheduled, e.definition->created_at, {}}};
  ++state.last_seq;
}

void evolve(campaign_state& state, const campaign_changed& e) {
  switch (e.change) {
  case campaign_change::started:
    state.status = campaign_status::running;
    state.started_at = e.at;
    break;
  case campaign_change::paused: state.status = campaign_status::paused; break;
  case campaign_change::resumed:
    state.status = campaign_status::running;
    if (!state.started_at)
      state.started_at = e.at; // restored from a backup before it had started
    break;
  case campaign_change::stopped: state.status = campaign_status::stopped; break;
  case campaign_change::completed: state.status = campaign_status::completed; break;
  }
  if (is_final(state.status)) {
    state.ended_at = e.at;
    state.reason = e.reason;
  }
  remember(state, {state.status, e.at, e.why});
  state.last_at = std::max(state.last_at, e.at);
  ++state.last_seq;
}

void evolve(campaign_state& state, const contacts_added& e) {
  state.counters.total += e.count;
  state.counters.pending += e.count;
  state.last_at = std::max(state.last_at, e.at);
  ++state.last_seq;
}

void evolve(campaign_state& state, const contact_event& e) {
  if (e.before != e.after.status) {
    --counter_of(state.counters, e.before);
    ++counter_of(state.counters, e.after.status);
    if (e.after.status == contact_status::done) {
      auto it = state.dispositions.find(e.after.disposition);
      if (it == state.dispositions.end()) {
        const bool full =
          state.dispositions.size() >= campaign_state::max_disposition_labels && !is_engine_label(e.after.disposition);
        it = state.dispositions.try_emplace(full ? std::string{other_label} : e.after.disposition, 0).first;
      }
      ++it->second;
    }
  }
  if (e.change == contact_change::attempt_started)
    ++state.counters.attempted;
  else if (e.change == contact_change::attempt_not_placed)
    --state.counters.attempted;
  if (e.connected)
    ++state.counters.connected;
  state.last_at = std::max(state.last_at, e.at);
  ++state.last_seq;
}

} // namespace redial
