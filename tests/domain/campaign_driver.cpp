#include "tests/domain/campaign_driver.hpp"

#include <algorithm>
#include <array>

namespace redial::sample {

namespace {

using namespace std::chrono_literals;

/// Asks a rule twice. @returns its answer, or nullopt where the second answer is another one.
template <class Rule>
auto ask_twice(Rule rule) -> std::optional<decltype(rule())> {
  auto first = rule();
  auto second = rule();
  if (first.has_value() != second.has_value())
    return std::nullopt;
  if (first.has_value() ? !(*first == *second) : !(first.error() == second.error()))
    return std::nullopt;
  return first;
}

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
  else if (contacts_.empty())
    fault = act();
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

campaign_driver::call_place campaign_driver::any_call() {
  if (past_calls_.empty() || below(12) == 0)
    return {any_contact(), call_id{1, next_call_ + 1000}};
  // Mostly an open call, else any former one (a report told again), sometimes with another's contact.
  auto place = past_calls_[below(past_calls_.size())];
  for (int tries = 0; tries < 8 && ledgers_[place.contact].open != place.id; ++tries)
    place = past_calls_[below(past_calls_.size())];
  if (below(20) == 0)
    place.contact = any_contact();
  return place;
}

std::string campaign_driver::answer() {
  const auto [number, id] = any_call();
  auto& book = ledgers_[number];
  const bool wanted = book.open == id && !book.answered;
  const auto contact = contacts_[number];
  auto decided = ask_twice([&] { return decide_answered(number, contacts_[number], id, now_); });
  if (!decided || contact != contacts_[number])
    return "decide_answered is not pure";
  if (decided->has_value() != wanted)
    return wanted ? "an answer was refused" : "an answer of a wrong or answered call was accepted";
  if (!wanted) {
    ++covered_.refusals;
    return decided->error().code == error_code::no_such_call ? std::string{} : "a refused answer bears the wrong code";
  }
  book.answered = true;
  ++connected_;
  ++covered_.answers;
  return apply(**decided);
}

std::string campaign_driver::any_label() {
  constexpr std::array<std::string_view, 6> labels{"interested", "not_interested", "dnd", "", "Not A Label", "other"};
  if (below(3) == 0)
    return "label_" + std::to_string(below(40));
  return std::string{labels[below(labels.size())]};
}

std::string campaign_driver::end() {
  const auto [number, id] = any_call();
  auto& book = ledgers_[number];
  const bool wanted = book.open == id && !book.completed;
  call_report report;
  report.outcome = all_call_outcomes[below(all_call_outcomes.size())];
  // Half of them are not reached, so that retries are common.
  if (below(2) == 0)
    report.outcome = call_outcome::no_answer;
  report.disposition = any_label();
  report.at = now_ - milliseconds{below(10) == 0 ? below(5000) : 0};
  report.result_follows = below(2) == 0;
  const auto contact = contacts_[number];
  auto decided = ask_twice([&] { return decide_ended(*definition_, number, contacts_[number], id, report); });
  if (!decided || contact != contacts_[number])
    return "decide_ended is not pure";
  if (decided->has_value() != wanted)
    return wanted ? "the end of an open call was refused" : "the end of a wrong or ended call was accepted";
  if (!wanted) {
    ++covered_.refusals;
    return decided->error().code == error_code::no_such_call ? std::string{} : "a refused end bears the wrong code";
  }
  const auto& e = **decided;
  const bool valid = disposition::is_valid(report.disposition);
  if (report.result_follows && report.outcome == call_outcome::answered && !valid && book.said.empty()) {
    if (e.change != contact_change::attempt_completed || e.ended || e.connected == book.answered)
      return "an answered call whose disposition is still to come did not just give its line back";
    connected_ += book.answered ? 0 : 1;
    book.answered = true;
    book.completed = true;
    book.completed_at = *e.after.call->completed_at;
    ++covered_.completions;
    return apply(e);
  }
  if (!e.ended || e.completed_before || e.ended->id != id || e.ended->attempt != book.attempts
      || e.ended->outcome != report.outcome)
    return "the record of an ended call is not that of the call";
  if (e.ended->ended_at < e.ended->started_at || (e.ended->answered_at && *e.ended->answered_at > e.ended->ended_at))
    return "a call ended before it began";
  const bool answered = report.outcome == call_outcome::answered;
  if (answered && !book.answered) {
    book.answered = true;
    ++connected_;
  }
  if (book.answered != e.ended->answered_at.has_value())
    return "the record of a call does not say truly whether it was answered";
  if (is_final(state_.status))
    ++covered_.late_ends;
  book.open.reset();
  if (book.answered || report.outcome == call_outcome::unknown || report.outcome == call_outcome::invalid_number
      || book.attempts >= definition_->max_attempts)
    book.barred = true;
  if (book.barred) {
    const auto said = valid && report.outcome != call_outcome::unknown ? report.disposition : book.said;
    book.label = report.outcome == call_outcome::unknown ? (book.said.empty() ? "unknown" : book.said)
                 : !book.answered                        ? "not_reachable"
                 : said.empty()                          ? "no_disposition"
                                                         : said;
  } else {
    book.not_before = e.ended->ended_at + definition_->retry_interval;
  }
  return apply(e);
}

std::string campaign_driver::dispose() {
  const auto [number, id] = any_call();
  auto& book = ledgers_[number];
  const auto label = any_label();
  const bool open = book.open == id && book.said.empty();
  const auto contact = contacts_[number];
  auto decided = ask_twice([&] { return decide_disposition(number, contacts_[number], id, label, now_); });
  if (!decided || contact != contacts_[number])
    return "decide_disposition is not pure";
  if (decided->has_value() != (open && disposition::is_valid(label)))
    return "a disposition was taken or refused wrongly";
  if (!decided->has_value()) {
    ++covered_.refusals;
    return decided->error().code == (open ? error_code::invalid_value : error_code::no_such_call)
             ? std::string{}
             : "a refused disposition bears the wrong code";
  }
  ++covered_.dispositions;
  if (!book.completed) {
    book.said = label;
    return apply(**decided);
  }
  book.label = label;
  return finish_completed(**decided);
}

std::string campaign_driver::wait_for_result() {
  constexpr milliseconds patience{120'000};
  const auto [number, id] = any_call();
  auto& book = ledgers_[number];
  const bool awaited = book.open == id && book.completed;
  const bool over = awaited && now_ >= book.completed_at + patience;
  auto decided = ask_twice([&] { return decide_result_overdue(number, contacts_[number], id, patience, now_); });
  if (!decided || decided->has_value() != over)
    return "the wait for a disposition ended too early or too late";
  if (result_due(contacts_[number], patience).has_value() != (book.open && book.completed))
    return "result_due is not set exactly while a disposition is awaited";
  if (!over)
    return {};
  ++covered_.overdue;
  book.label = "no_disposition";
  return finish_completed(**decided);
}

std::string campaign_driver::finish_completed(const contact_event& e) {
  auto& book = ledgers_[e.contact];
  if (e.change != contact_change::attempt_ended || !e.completed_before || !e.ended || e.ended->id != *book.open
      || e.ended->ended_at != book.completed_at || e.ended->outcome != call_outcome::answered || e.connected)
    return "a call whose disposition was awaited did not end as it was completed";
  book.open.reset();
  book.completed = false;
  book.barred = true;
  return apply(e);
}

std::string campaign_driver::take_back() {
  const auto [number, id] = any_call();
  auto& book = ledgers_[number];
  // An answered call cannot be taken back; what then becomes of it is `end`'s.
  const bool wanted = book.open == id && !book.completed;
  if (wanted && book.answered)
    return {};
  auto decided = ask_twice([&] { return decide_not_placed(*definition_, number, contacts_[number], id, now_); });
  if (!decided || decided->has_value() != wanted)
    return "an attempt was taken back that was none, or not taken back";
  if (!wanted) {
    ++covered_.refusals;
    return decided->error().code == error_code::no_such_call ? std::string{} : "a refused take-back bears a wrong code";
  }
  ++covered_.taken_back;
  book.open.reset();
  book.said.clear();
  if (--book.attempts > 0) {
    if (book.barred)
      book.label = "not_reachable";
    else
      book.not_before = (*decided)->at;
  }
  return apply(**decided);
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

std::string campaign_driver::apply(const contact_event& e) {
  if (e.before != contacts_[e.contact].status)
    return "an event begins from another status than the contact's";
  const auto seq = state_.last_seq;
  evolve(state_, event{e});
  if (state_.last_seq != seq + 1)
    return "an event did not count as one";
  contacts_[e.contact] = e.after;
  journal_.emplace_back(e);
  ++covered_.events;
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
  std::map<std::string, std::uint64_t, std::less<>> labels;
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
  std::vector<contact_state> contacts(contacts_.size());
  for (const auto& e : journal_) {
    evolve(state, e);
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
