#include "tests/domain/campaign_driver.hpp"
#include "domain/explain.hpp"
#include "tests/domain/ask_twice.hpp"

#include <algorithm>
#include <array>

namespace redial::sample {

namespace {

using namespace std::chrono_literals;

bool same_removal(const removal& a, const removal& b) {
  return a.removed == b.removed && a.already_called == b.already_called && a.retry_cancelled == b.retry_cancelled
         && a.event == b.event;
}

/// The API contract's table once more, as the driver understands it.
bool is_legal(campaign_status from, campaign_action action) {
  switch (action) {
  case campaign_action::start: return from == campaign_status::scheduled;
  case campaign_action::pause: return from == campaign_status::running;
  case campaign_action::resume: return from == campaign_status::paused;
  case campaign_action::stop: return from != campaign_status::completed && from != campaign_status::stopped;
  }
  return false;
}

campaign_definition random_definition(std::mt19937_64& random) {
  auto d = definition(static_cast<std::uint8_t>(1 + random() % 5));
  d.retry_interval = std::chrono::minutes{1 + random() % 30};
  if (random() % 2 == 0) {
    campaign_schedule s;
    if (random() % 3 != 0)
      s.start_time = epoch + std::chrono::minutes{static_cast<int>(random() % 60) - 20};
    if (random() % 2 == 0)
      s.end_time = s.start_time.value_or(epoch) + std::chrono::minutes{1 + random() % 480};
    d.schedule = s;
  }
  return d;
}

} // namespace

bool alike(const campaign_state& a, const campaign_state& b) {
  return a.definition == b.definition && a.status == b.status && a.reason == b.reason && a.started_at == b.started_at
         && a.ended_at == b.ended_at && a.counters == b.counters && a.dispositions == b.dispositions
         && a.last_seq == b.last_seq && a.last_at == b.last_at;
}

campaign_driver::campaign_driver(std::uint64_t seed) : random_{seed} {
  definition_ = std::make_shared<const campaign_definition>(random_definition(random_));
  const auto count = below(10) == 0 ? 0 : 1 + below(24);
  campaign_created created{definition_, count};
  evolve(state_, event{created});
  journal_.emplace_back(created);
  contacts_.resize(count);
  ledgers_.resize(count);
}

std::string campaign_driver::step() {
  const auto before = state_;
  std::string fault;
  const auto dice = below(100);
  const bool idle = state_.status == campaign_status::scheduled || state_.status == campaign_status::paused;
  if (dice < (idle ? 14U : 3U))
    fault = act();
  else if (dice < 18)
    fault = pass_time();
  else if (dice < 19)
    fault = join();
  else if (contacts_.empty())
    fault = act();
  else if (dice < 22)
    fault = change_list();
  else if (dice < 45)
    fault = attempt();
  else if (dice < 60)
    fault = answer();
  else if (dice < 66)
    fault = dispose();
  else if (dice < 71)
    fault = wait_for_result();
  else if (dice < 78)
    fault = take_back();
  else if (dice < 97)
    fault = end();
  else
    fault = remove();
  if (fault.empty() && is_final(before.status)
      && (state_.status != before.status || state_.reason != before.reason || state_.ended_at != before.ended_at
          || state_.counters.attempted > before.counters.attempted
          || state_.counters.pending + state_.counters.removed
               > before.counters.pending + before.counters.removed + before.counters.in_progress))
    fault = "a campaign that had ended did something else than finish its calls";
  return fault.empty() ? check_books() : fault;
}

std::string campaign_driver::act() {
  // A stop ends most of what can happen: take it seldom.
  auto action = all_campaign_actions[below(all_campaign_actions.size())];
  if (action == campaign_action::stop && below(8) != 0)
    action = campaign_action::resume;
  const auto legal = is_legal(state_.status, action);
  auto decided = ask_twice([&] { return decide(state_, action, now_); });
  if (!decided)
    return "decide(action) gave two answers to one question";
  if (decided->has_value() != legal)
    return "an action was taken or refused against the table";
  if (legal)
    return apply(**decided);
  ++covered_.refusals;
  if (decided->error().code != error_code::illegal_transition)
    return "a refused action bears another code than illegal_transition";
  return {};
}

std::string campaign_driver::pass_time() {
  constexpr std::array<milliseconds, 6> strides{0ms, 1ms, 999ms, 20s, 5min, 40min};
  now_ += strides[below(strides.size())];
  // Edges are where rules break: land exactly on the next instant of the schedule now and then.
  if (auto due = next_due(state_, now_); due && below(6) == 0)
    now_ = *due;
  // An engine may be late to ask.
  if (below(4) == 0)
    return {};
  int rounds = 0;
  while (auto e = decide_by_time(state_, now_)) {
    if (decide_by_time(state_, now_) != e)
      return "decide_by_time gave two answers to one question";
    if (auto fault = apply(*e); !fault.empty())
      return fault;
    if (++rounds > 3)
      return "decide_by_time does not come to rest";
  }
  const auto& c = state_.counters;
  if (state_.status == campaign_status::running && c.pending + c.in_progress + c.waiting_retry == 0)
    return "a campaign runs on with nobody left";
  const auto& schedule = definition_->schedule;
  if (!is_final(state_.status) && schedule && schedule->end_time && now_ >= *schedule->end_time)
    return "a campaign outlived its end time";
  if (state_.status == campaign_status::scheduled && schedule && schedule->start_time && now_ >= *schedule->start_time)
    return "a campaign slept past its start time";
  // Until the next due instant time brings nothing, and then it does.
  if (auto due = next_due(state_, now_)) {
    if (*due <= now_ || decide_by_time(state_, *due - 1ms) || !decide_by_time(state_, *due))
      return "next_due is not the instant at which something happens";
  } else if (decide_by_time(state_, now_ + 87600h)) {
    return "next_due said never, and something happened";
  }
  return {};
}

std::string campaign_driver::attempt() {
  const auto number = any_contact();
  auto& book = ledgers_[number];
  if (book.listed) {
    if (auto fault = lapse(number); !fault.empty() || book.listed)
      return fault.empty() ? listed_turn(number) : fault;
  }
  const auto& schedule = definition_->schedule;
  const bool dialing =
    state_.status == campaign_status::running && !(schedule && schedule->end_time && now_ >= *schedule->end_time);
  const bool wanted = !book.barred && !book.open && (!book.not_before || *book.not_before <= now_);
  const call_id id{0x9e3779b97f4a7c15ULL * next_call_, next_call_};
  ++next_call_;
  const auto contact = contacts_[number];
  auto decided = ask_twice([&] { return decide_attempt(state_, number, contacts_[number], id, now_); });
  if (!decided || contact != contacts_[number])
    return "decide_attempt is not pure";
  if (decided->has_value() != (dialing && wanted))
    return dialing && wanted ? "an attempt was refused that was due" : "an attempt was accepted that must not be";
  if (auto fault = check_explanation(number, dialing && wanted); !fault.empty())
    return fault;
  if (!dialing || !wanted) {
    ++covered_.refusals;
    auto expected = dialing ? error_code::not_due : error_code::not_dialing;
    return decided->error().code == expected ? std::string{} : "a refused attempt bears the wrong code";
  }
  if (book.attempts > 0)
    ++covered_.retries;
  ++book.attempts;
  book.open = id;
  book.answered = false;
  book.completed = false;
  book.said.clear();
  book.not_before.reset();
  past_calls_.push_back({number, id});
  return apply(**decided);
}

/// What `explain` says of a contact of which the driver knows whether an attempt is accepted.
std::string campaign_driver::check_explanation(contact_no number, bool accepted) const {
  const auto& contact = contacts_[number];
  const auto told = explain(state_, contact, {}, now_);
  if ((told.verdict == dial_verdict::eligible) != accepted)
    return "explain and decide_attempt do not agree";
  if (accepted != (told.eligible_at == now_ && state_.status == campaign_status::running))
    return "who is eligible is so now";
  if (told.verdict != dial_verdict::later)
    return told.eligible_at.has_value() == accepted ? std::string{} : "an instant is foretold that nobody can know";
  // With time alone it comes to pass then, and not before.
  const auto accepts_at = [&](time_point at) {
    auto state = state_;
    while (auto e = decide_by_time(state, at))
      evolve(state, event{*e});
    return decide_attempt(state, number, contact, call_id{1, 1}, at).has_value();
  };
  if (!told.eligible_at || !accepts_at(*told.eligible_at))
    return "a contact is not eligible when it was foretold to be";
  return *told.eligible_at > now_ && accepts_at(*told.eligible_at - 1ms)
           ? "a contact is eligible before it was foretold to be"
           : std::string{};
}

std::string campaign_driver::remove() {
  const auto number = any_contact();
  auto& book = ledgers_[number];
  const auto contact = contacts_[number];
  auto first = decide_removal(state_, number, contacts_[number], now_);
  auto second = decide_removal(state_, number, contacts_[number], now_);
  if (first.has_value() != second.has_value() || (first && !same_removal(*first, *second))
      || contact != contacts_[number])
    return "decide_removal is not pure";
  if (first.has_value() == is_final(state_.status))
    return "a removal was taken or refused against the campaign's status";
  if (!first) {
    ++covered_.refusals;
    return first.error().code == error_code::campaign_ended ? std::string{} : "a refused removal bears the wrong code";
  }
  const bool called = book.attempts > 0;
  const bool gone = contact.status == contact_status::removed;
  // What is still ahead of a contact: nothing if barred, else its first call or a further one.
  const bool ahead = !book.barred && (!called || book.attempts < definition_->max_attempts);
  // The last attempt is not to be made again either, should the gateway not take it.
  const bool cut = book.open && !contact.suppressed;
  if (first->removed != (!called && !gone) || first->already_called != called
      || first->retry_cancelled != (called && ahead)
      || first->event.has_value() != (first->removed || first->retry_cancelled || cut))
    return "a removal does not say truly what it came to";
  if (!first->event)
    return {};
  if (first->removed || first->retry_cancelled)
    ++(first->removed ? covered_.removals : covered_.cancelled);
  book.barred = true;
  if (book.not_before)
    book.label = "not_reachable";
  book.not_before.reset();
  return apply(*first->event);
}

std::string campaign_driver::join() {
  const auto count = below(12) == 0 ? 0 : 1 + below(4);
  const bool possible =
    count > 0 && state_.status != campaign_status::completed && state_.status != campaign_status::stopped;
  auto decided = ask_twice([&] { return decide_addition(state_, count, now_); });
  if (!decided)
    return "decide_addition gave two answers to one question";
  if (decided->has_value() != possible)
    return "contacts were added or refused against the campaign's status";
  if (!possible) {
    ++covered_.refusals;
    return {};
  }
  if ((*decided)->count != count || (*decided)->at != now_)
    return "an addition does not say truly what joins, or when";
  const auto before = state_;
  evolve(state_, event{**decided});
  if (state_.last_seq != before.last_seq + 1 || state_.status != before.status)
    return "an event did not count as one, or moved the campaign";
  contacts_.resize(contacts_.size() + count);
  ledgers_.resize(contacts_.size());
  journal_.emplace_back(**decided);
  ++covered_.events;
  ++covered_.joined;
  return {};
}

std::string campaign_driver::apply(const campaign_changed& e) {
  const auto seq = state_.last_seq;
  evolve(state_, event{e});
  if (state_.last_seq != seq + 1)
    return "an event did not count as one";
  if (is_final(state_.status))
    ++covered_.finals[state_.status];
  journal_.emplace_back(e);
  ++covered_.events;
  return {};
}

std::string campaign_driver::check_contact(contact_no number) const {
  const auto& c = contacts_[number];
  const auto& book = ledgers_[number];
  if (c.attempts != book.attempts || c.attempts > definition_->max_attempts)
    return "attempts are miscounted";
  if (c.due != book.not_before || c.due.has_value() != (c.status == contact_status::waiting_retry))
    return "due is not set exactly while waiting for a retry";
  if (c.call.has_value() != (c.status == contact_status::in_progress) || c.call.has_value() != book.open.has_value())
    return "call is not set exactly while in progress";
  if (c.call
      && (c.call->id != *book.open || c.call->answered_at.has_value() != book.answered
          || c.call->completed_at.has_value() != book.completed || c.call->disposition != book.said))
    return "the open call is not the one that was opened";
  if (c.disposition.empty() == (c.status == contact_status::done) || c.disposition != book.label)
    return "the disposition is not the one that the last call came to";
  if (c.status == contact_status::removed && c.attempts != 0)
    return "a contact that was called has been removed";
  return {};
}

std::string campaign_driver::check_books() const {
  campaign_counters recount;
  disposition_counts labels;
  recount.total = contacts_.size();
  recount.connected = connected_;
  for (contact_no i = 0; i < contacts_.size(); ++i) {
    if (auto fault = check_contact(i); !fault.empty())
      return fault + " (contact " + std::to_string(i) + ")";
    recount.attempted += ledgers_[i].attempts;
    switch (contacts_[i].status) {
    case contact_status::pending: ++recount.pending; break;
    case contact_status::in_progress: ++recount.in_progress; break;
    case contact_status::waiting_retry: ++recount.waiting_retry; break;
    case contact_status::done: ++recount.done; break;
    case contact_status::removed: ++recount.removed; break;
    }
    if (contacts_[i].status == contact_status::done)
      ++labels[contacts_[i].disposition];
  }
  const auto& c = state_.counters;
  if (!(c == recount))
    return "the counters are not a recount of the contacts";
  if (c.pending + c.in_progress + c.waiting_retry + c.done + c.removed != c.total)
    return "the counters do not sum to total";
  if (c.connected > c.attempted)
    return "more attempts connected than were begun";
  if (labels != state_.dispositions)
    return "the dispositions are not those of the contacts that are done";
  if (state_.last_seq != journal_.size())
    return "last_seq is not the number of events";
  if (is_final(state_.status) != state_.ended_at.has_value()
      || is_final(state_.status) != (state_.reason != end_reason::none))
    return "ended_at and ended_reason are not set exactly when the campaign has ended";
  return {};
}

std::string campaign_driver::replay() const {
  campaign_state state;
  std::vector<contact_state> contacts;
  for (const auto& e : journal_) {
    evolve(state, e);
    if (std::holds_alternative<campaign_created>(e) || std::holds_alternative<contacts_added>(e))
      contacts.resize(state.counters.total);
    if (const auto* moved = std::get_if<contact_event>(&e))
      contacts[moved->contact] = moved->after;
  }
  if (!alike(state, state_))
    return "the journal gives another campaign";
  if (contacts != contacts_)
    return "the journal gives other contacts";
  return {};
}

} // namespace redial::sample
