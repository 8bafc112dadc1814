#include "actors/campaign_class.hpp"

// Contacts that join the campaign: one addition at a time, its places claimed run by run, listed by one event.

namespace redial::actors {

namespace {

problem lost_turn() {
  return {error_code::unavailable, "the campaign was restarted while contacts were being added; send them again", {}};
}

} // namespace

void campaign::queue_addition(const addition_command& c) {
  if (auto possible = decide_addition(state_, 1, context_.time.now()); !possible)
    return refuse(c.done, possible.error());
  additions_.push_back(c);
  next_addition();
}

/// How many can wait is bounded by `max_uploads`.
void campaign::next_addition() {
  if (addition_ || additions_.empty())
    return;
  const auto next = std::move(additions_.front());
  additions_.pop_front();
  addition_.emplace().number = next.addition;
  // Whoever has the turn gives it back by letting go of this, however it ends.
  std::shared_ptr<const void> hold{
    static_cast<const void*>(this), [address = address(), number = next.addition](const void*) {
      if (auto self = caf::actor_cast<caf::actor>(address))
        caf::anon_send(self, addition_over{number});
    }};
  next.done(addition_turn{caf::actor_cast<caf::actor>(this), number_, std::move(hold)});
}

void campaign::claim(const claim_places& c) {
  if (!addition_ || addition_->number != c.addition)
    return c.done(lost_turn());
  const auto behind = std::uint64_t{contacts_.claimed()} + c.contacts->size();
  if (auto possible = decide_addition(state_, behind, context_.time.now()); !possible)
    return refuse(c.done, possible.error());
  claimed_places places;
  places.first = contacts_.size() + contacts_.claimed();
  places.fresh.reserve(c.contacts->size());
  for (const auto& contact : *c.contacts)
    places.fresh.push_back(contacts_.claim(contact.phone).has_value());
  c.done(std::move(places));
}

void campaign::admit(const admit_contacts& c) {
  if (!addition_ || addition_->number != c.addition)
    return c.done(lost_turn());
  const auto now = context_.time.now();
  const auto added = contacts_.claimed();
  auto decided = decide_addition(state_, std::max<std::uint64_t>(added, 1), now);
  if (!decided)
    return refuse(c.done, decided.error()); // the turn is given back with what holds it
  added_contacts outcome{added, c.duplicates, state_.counters.total + added};
  context_.log.info(
    "campaign={} request={} add: added={} duplicates={}", id(), c.trace, outcome.added, outcome.duplicates_skipped);
  std::vector<persistence::record_change> records;
  add_note(c.note, outcome, now, records);
  if (added > 0) {
    record(*decided);
    addition_->listed_by = state_.last_seq;
    addition_->records = std::move(records);
    if (c.note)
      addition_->hold = c.note.request->hold;
    answer_when_safe(false, [outcome, done = c.done](const problem* failed) {
      if (failed)
        done(*failed);
      else
        done(outcome);
    });
  } else if (c.note) {
    // Nothing joins the list, but the answer is kept all the same.
    caf::anon_send(links_.writer,
      change_request{std::make_shared<const std::vector<persistence::record_change>>(std::move(records)),
        reply_once<void>{[outcome, done = c.done, hold = c.note.request->hold](const result<void>& kept) mutable {
          hold.reset();
          if (kept)
            done(outcome);
          else
            done(kept.error());
        }}});
  } else {
    answer_when_safe(false, [outcome, done = c.done](const problem* failed) {
      if (failed)
        done(*failed);
      else
        done(outcome);
    });
  }
  settle();
}

/// Gives `append` what has to be written with the event that lists the addition's contacts, if it holds that event.
void campaign::add_placed(append_request& r) {
  if (!addition_ || addition_->listed_by == 0)
    return;
  auto& append = *r.append;
  const auto first = append.expected_seq + 1;
  if (addition_->listed_by < first || addition_->listed_by >= first + append.events.size())
    return;
  append.addition = addition_->number;
  for (auto& each : std::exchange(addition_->records, {}))
    append.also.push_back(std::move(each));
  r.holds.push_back(std::move(addition_->hold));
}

/// They are committed: from now on they may be called.
void campaign::list_added() {
  contacts_.list_claimed();
  addition_.reset();
  next_addition();
}

void campaign::drop_addition(const addition_over& o) {
  if (!addition_ || addition_->number != o.addition || addition_->listed_by != 0)
    return; // what is decided is committed, or this actor ends
  contacts_.drop_claimed();
  caf::anon_send(links_.writer, stage_request{number_, 0, nullptr, nullptr});
  addition_.reset();
  next_addition();
  settle();
}

/// Whoever waits to add contacts to a campaign that has ended waits in vain.
void campaign::refuse_additions() {
  for (const auto& waiting : std::exchange(additions_, {})) {
    if (auto possible = decide_addition(state_, 1, context_.time.now()); !possible)
      answer_when_safe(
        false, [done = waiting.done, why = possible.error()](const problem* failed) { done(failed ? *failed : why); });
  }
}

} // namespace redial::actors
