// The do-not-call list as the random driver keeps it, and what it expects to come of it.
#include "tests/domain/ask_twice.hpp"
#include "tests/domain/campaign_driver.hpp"

namespace redial::sample {

using namespace std::chrono_literals;

/// Somebody puts a number on the list, for a while or for good, or takes it off.
std::string campaign_driver::change_list() {
  auto& book = ledgers_[any_contact()];
  book.listed = !book.listed;
  book.listed_until.reset();
  if (book.listed && below(2) == 0)
    book.listed_until = now_ + milliseconds{below(3'600'000)};
  return {};
}

/// Takes a number off whose time is over.
std::string campaign_driver::lapse(contact_no number) {
  auto& book = ledgers_[number];
  const bool ended = book.listed_until && now_ >= *book.listed_until;
  if (in_force(book.listed_until, now_) == ended)
    return "an entry of the do-not-call list ends at another instant than its own";
  if (ended) {
    ++covered_.lapsed;
    book.listed = false;
  }
  return {};
}

/// The turn of a contact comes, and its number is on the list.
std::string campaign_driver::listed_turn(contact_no number) {
  auto& book = ledgers_[number];
  const bool ahead = !book.barred && !book.open && !is_final(state_.status);
  const auto contact = contacts_[number];
  std::optional<contact_event> decided = decide_listed(state_, number, contacts_[number], now_);
  if (decided != decide_listed(state_, number, contacts_[number], now_) || contact != contacts_[number])
    return "decide_listed is not pure";
  if (decided.has_value() != ahead)
    return ahead ? "a contact on the do-not-call list stays ahead" : "a contact with nothing ahead was taken off";
  if (!ahead)
    return {};
  const bool called = book.attempts > 0;
  if (!decided->listed || decided->do_not_call
      || decided->change != (called ? contact_change::retry_cancelled : contact_change::removed))
    return "a contact on the do-not-call list is not taken off by the rule of a removal";
  ++(called ? covered_.listed_waiting : covered_.listed_pending);
  book.barred = true;
  if (called)
    book.label = "not_reachable";
  book.not_before.reset();
  return apply(*decided);
}

std::string campaign_driver::apply(contact_event e, bool asks_off) {
  if (e.before != contacts_[e.contact].status)
    return "an event begins from another status than the contact's";
  note_do_not_call(e, contacts_[e.contact], phone_of(e.contact));
  if (e.do_not_call != (asks_off ? std::optional{phone_of(e.contact)} : std::nullopt))
    return asks_off ? "the number of a person who asked for it is not put on the do-not-call list"
                    : "a number is put on the do-not-call list, and nobody asked for it";
  covered_.asked_off += asks_off ? 1 : 0;
  const auto seq = state_.last_seq;
  evolve(state_, event{e});
  if (state_.last_seq != seq + 1)
    return "an event did not count as one";
  contacts_[e.contact] = e.after;
  journal_.emplace_back(e);
  ++covered_.events;
  return {};
}

} // namespace redial::sample
