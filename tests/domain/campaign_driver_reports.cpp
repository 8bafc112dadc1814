// What the random driver has a gateway say, and what it expects to come of it.
#include "tests/domain/ask_twice.hpp"
#include "tests/domain/campaign_driver.hpp"

#include <array>

namespace redial::sample {

using namespace std::chrono_literals;

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
  return apply(e, book.label == "dnd" && book.said != "dnd");
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
    return apply(**decided, label == "dnd");
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
  return apply(e, book.label == "dnd");
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

} // namespace redial::sample
