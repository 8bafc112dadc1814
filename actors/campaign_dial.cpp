#include "actors/campaign_class.hpp"
#include "actors/contact.hpp"
#include "domain/do_not_call.hpp"

#include <algorithm>

namespace redial::actors {

namespace {

/// A contact whose attempt was turned away lets others go first: should the gateway mean this one alone, it must not
/// keep the line pool slow for all.
constexpr milliseconds turned_away_pause{10'000};

} // namespace

contact_state campaign::state_of(contact_no number, time_point now) const {
  if (auto live = live_.find(number); live != live_.end())
    return live->second.state;
  const auto& cell = contacts_[number];
  contact_state state;
  state.status = cell.status();
  state.attempts = cell.attempts();
  state.suppressed = cell.suppressed();
  if (state.status == contact_status::waiting_retry)
    state.due = now; // asked only for contacts that have left the queue, or where the instant does not matter
  return state;
}

void campaign::take_grant(std::uint32_t lines) {
  lines_wanted_ -= std::min<std::uint64_t>(lines_wanted_, lines);
  const auto now = context_.time.now();
  ripen(now);
  std::uint32_t used = 0;
  if (may_dial_now()) {
    while (used < lines && start_next(now))
      ++used;
  }
  lines_unused_ += lines - used;
}

/// @returns false when there is nobody to call now.
bool campaign::start_next(time_point now) {
  while (!has_much_to_write()) {
    const auto number = queue_.take(contacts_);
    if (!number)
      return false;
    if (take_off_listed(*number, now))
      continue;
    auto decided =
      decide_attempt(state_, *number, state_of(*number, now), next_call_id(state_, number_, *number, now), now);
    if (!decided)
      continue; // removed, or its retry cancelled, since it was put in line
    auto profile = profiles_.get(*number);
    if (!profile) {
      fail(profile.error());
      return false;
    }
    contacts_[*number].set(decided->after);
    auto [it, fresh] = live_.try_emplace(*number);
    auto& live = it->second;
    if (!fresh)
      end_short_wait(live);
    live.state = decided->after;
    live.profile = std::move(*profile);
    live.generation = fence_.start();
    record(std::move(*decided));
    return true;
  }
  return false;
}

/// A contact whose turn has come is not dialed if its number is on the do-not-call list: it is taken off.
/// @returns whether it is.
bool campaign::take_off_listed(contact_no number, time_point now) {
  if (!dnc_->forbids(contacts_[number].number(), now))
    return false;
  auto decided = decide_listed(state_, number, state_of(number, now), now);
  if (!decided)
    return true; // nothing was ahead of it any more
  if (auto waiting = live_.find(number); waiting != live_.end()) {
    end_short_wait(waiting->second);
    caf::anon_send(waiting->second.actor, contact_retire{});
    live_.erase(waiting);
  }
  contacts_[number].set(decided->after);
  record(std::move(*decided));
  return true;
}

/// The start of the attempt is committed: now, and not before, the gateway may hear of it.
void campaign::dial(const contact_event& started) {
  auto& live = live_.at(started.contact);
  telephony::call_request request;
  request.id = started.after.call->id;
  request.attempt = started.after.attempts;
  request.campaign = state_.definition;
  request.contact = std::move(live.profile);
  if (!live.actor)
    live.actor = hire();
  caf::anon_send(live.actor, contact_dial{std::move(request), started.contact, live.generation});
}

/// @returns an actor for a contact: one that has nothing to do, else a new one.
contact_actor campaign::hire() {
  if (idle_.empty())
    return spawn_contact(system(), context_, caf::actor_cast<campaign_actor>(this));
  auto hired = std::move(idle_.back());
  idle_.pop_back();
  return hired;
}

/// The contact's actor has nothing to do any more, no timer either. As many such are kept as there are at work:
/// beginning and ending an actor is what costs most of an attempt.
void campaign::let_go(contact_actor one) {
  if (idle_.size() < live_.size() + spare_contacts)
    return idle_.push_back(std::move(one));
  caf::anon_send(one, contact_retire{});
  if (idle_.size() > live_.size() + spare_contacts) {
    caf::anon_send(idle_.back(), contact_retire{});
    idle_.pop_back();
  }
}

void campaign::on_news(
  contact_no number, call_id call, const telephony::call_news& news, const telephony::receipt& owed) {
  if (auto it = live_.find(number); it != live_.end() && it->second.state.call && it->second.state.call->id == call)
    apply(number, it->second, news);
  else
    context_.log.debug("campaign={} call={} news of a call that is not open: not applied", id(), call.to_string());
  confirm_when_safe(owed);
}

void campaign::apply(contact_no number, live_contact& live, const telephony::call_news& news) {
  const auto call = live.state.call->id;
  if (const auto* answered = std::get_if<telephony::call_answered>(&news)) {
    if (auto decided = decide_answered(number, live.state, call, answered->at))
      step(number, live, std::move(*decided));
  } else if (const auto* ended = std::get_if<telephony::call_ended>(&news)) {
    if (live.state.call->completed_at)
      on_disposition(number, live, ended->disposition, ended->at);
    else
      on_ended(number, live, *ended);
  } else if (const auto* said = std::get_if<telephony::call_disposition>(&news)) {
    on_disposition(number, live, said->label, said->at);
  } else if (const auto* refused = std::get_if<telephony::call_not_placed>(&news)) {
    on_not_placed(number, live, *refused);
  }
}

/// What happened to a contact whose call is in progress.
void campaign::step(contact_no number, live_contact& live, contact_event e) {
  note_do_not_call(e, live.state, contacts_[number].number());
  live.state = e.after;
  contacts_[number].set(e.after);
  record(std::move(e));
}

void campaign::on_not_placed(contact_no number, live_contact& live, const telephony::call_not_placed& news) {
  auto decided = decide_not_placed(*state_.definition, number, live.state, live.state.call->id, context_.time.now());
  if (!decided)
    return;
  if (decided->change == contact_change::attempt_ended) {
    step(number, live, std::move(*decided));
    return close(number, live);
  }
  auto again_at = decided->at;
  if (news.retry_after > milliseconds{0}) {
    ++lines_refused_;
    retry_after_ = std::max(retry_after_, news.retry_after);
    again_at += news.retry_after + turned_away_pause;
  }
  step(number, live, std::move(*decided));
  let_go(std::move(live.actor));
  if (live.state.status == contact_status::pending)
    queue_.give_back(again_at, number);
  else if (live.state.status == contact_status::waiting_retry)
    queue_.wait(again_at, number);
  live_.erase(number);
}

void campaign::on_ended(contact_no number, live_contact& live, const telephony::call_ended& news) {
  auto decided = decide_ended(*state_.definition, number, live.state, live.state.call->id,
    {news.outcome, news.disposition, news.at, news.result_follows});
  if (!decided)
    return;
  const bool over = decided->change == contact_change::attempt_ended;
  step(number, live, std::move(*decided));
  if (over)
    close(number, live);
  else
    await_result(number, live);
}

void campaign::on_disposition(contact_no number, live_contact& live, std::string_view label, time_point at) {
  auto decided = decide_disposition(number, live.state, live.state.call->id, label, at);
  if (!decided) {
    if (decided.error().code == error_code::invalid_value)
      context_.log.warn("campaign={} call={} its script returned a disposition that is none: not applied", id(),
        live.state.call->id.to_string());
    return;
  }
  const bool over = decided->change == contact_change::attempt_ended;
  step(number, live, std::move(*decided));
  if (over)
    close(number, live);
}

/// Nothing of the contact's call is open any more.
void campaign::close(contact_no number, live_contact& live) {
  const bool again = live.state.status == contact_status::waiting_retry;
  if (again && keeps_contacts() && !is_final(state_.status)) {
    if (context_.waiting_actors.fetch_add(1, std::memory_order_relaxed) < context_.settings.max_waiting_actors) {
      caf::anon_send(live.actor, contact_wait{*live.state.due});
      return;
    }
    context_.waiting_actors.fetch_sub(1, std::memory_order_relaxed);
  }
  let_go(std::move(live.actor));
  if (again)
    queue_.wait(*live.state.due, number);
  live_.erase(number);
}

void campaign::await_result(contact_no number, const live_contact& live) {
  results_.emplace_back(*result_due(live.state, context_.settings.result_timeout), number);
}

void campaign::give_up_results(time_point now) {
  while (!results_.empty() && results_.front().first <= now) {
    const auto number = results_.front().second;
    results_.pop_front();
    auto it = live_.find(number);
    if (it == live_.end() || !it->second.state.call)
      continue; // it came, and perhaps another call followed
    auto decided =
      decide_result_overdue(number, it->second.state, it->second.state.call->id, context_.settings.result_timeout, now);
    if (!decided)
      continue;
    step(number, it->second, std::move(*decided));
    close(number, it->second);
  }
}

void campaign::after_short_wait(contact_no number) {
  auto it = live_.find(number);
  if (it == live_.end() || it->second.state.status != contact_status::waiting_retry)
    return;
  lateness_.add(context_.time.now() - *it->second.state.due);
  queue_.ready(number);
}

/// A contact's actor has died: another takes its place. What became of its call is asked, as after a restart.
void campaign::replace_lost(const contact_lost& l) {
  context_.log.warn("campaign={} contact={} its actor died; another takes its place", id(), l.contact);
  context_.who.count_contact_death();
  if (l.asking) // whoever comes next would die of the same
    return fail({error_code::unavailable, "the gateway cannot be asked what became of a call", {}});
  std::erase_if(idle_, [&](const auto& each) { return each.address() == l.who; });
  const auto it = std::find_if(live_.begin(), live_.end(),
    [&](const auto& each) { return each.second.actor && each.second.actor.address() == l.who; });
  // What it was told for another contact since is lost with it, unread.
  const auto unplaced = it == live_.end() || it->first == l.contact ? l.generation : it->second.generation;
  if (it == live_.end()) {
    if (unplaced != 0)
      fence_.placed(unplaced);
    return;
  }
  auto& [number, live] = *it;
  live.actor = nullptr;
  if (live.state.status == contact_status::waiting_retry) {
    queue_.wait(*live.state.due, number);
    end_short_wait(live);
    live_.erase(it);
    return;
  }
  if (live.profile)
    return; // its attempt is not committed yet: an actor is found for it then
  live.actor = hire();
  caf::anon_send(live.actor, contact_lookup{live.state.call->id, number, unplaced});
}

/// A contact that waits with an actor of its own does so no longer.
void campaign::end_short_wait(live_contact& live) {
  if (live.state.status != contact_status::in_progress)
    context_.waiting_actors.fetch_sub(1, std::memory_order_relaxed);
}

} // namespace redial::actors
