#include "actors/campaign_class.hpp"
#include "actors/contact.hpp"

#include <algorithm>

namespace redial::actors {

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
  queue_.ripen(now);
  std::uint32_t used = 0;
  if (may_dial_now()) {
    while (used < lines && start_next(now))
      ++used;
  }
  lines_unused_ += lines - used;
}

/// @returns false when there is nobody to call now.
bool campaign::start_next(time_point now) {
  while (auto number = queue_.take(contacts_)) {
    auto decided = decide_attempt(state_, *number, state_of(*number, now), call_id::make(context_.random), now);
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

/// The start of the attempt is committed: now, and not before, the gateway may hear of it.
void campaign::dial(const contact_event& started) {
  auto& live = live_.at(started.contact);
  telephony::call_request request;
  request.id = started.after.call->id;
  request.attempt = started.after.attempts;
  request.campaign = state_.definition;
  request.contact = std::move(live.profile);
  if (!live.actor)
    live.actor =
      spawn_contact(system(), context_, caf::actor_cast<campaign_actor>(this), started.contact, keeps_contacts());
  caf::anon_send(live.actor, contact_dial{std::move(request), live.generation});
}

void campaign::on_news(contact_no number, call_id call, const telephony::call_news& news) {
  auto it = live_.find(number);
  if (it == live_.end() || !it->second.state.call || it->second.state.call->id != call) {
    context_.log.debug("campaign={} call={} news of a call that is not open: not applied", id(), call.to_string());
    return;
  }
  auto& live = it->second;
  if (const auto* answered = std::get_if<telephony::call_answered>(&news)) {
    if (auto decided = decide_answered(number, live.state, call, answered->at)) {
      live.state = decided->after;
      record(std::move(*decided));
    }
  } else if (const auto* ended = std::get_if<telephony::call_ended>(&news)) {
    on_ended(number, live, *ended);
  }
}

void campaign::on_ended(contact_no number, live_contact& live, const telephony::call_ended& news) {
  auto decided = decide_ended(
    *state_.definition, number, live.state, live.state.call->id, {news.outcome, news.disposition, news.at});
  if (!decided)
    return;
  live.state = decided->after;
  contacts_[number].set(live.state);
  record(std::move(*decided));
  const bool again = live.state.status == contact_status::waiting_retry;
  if (keeps_contacts()) {
    if (again && !is_final(state_.status)
        && context_.waiting_actors.fetch_add(1, std::memory_order_relaxed) < context_.settings.max_waiting_actors) {
      caf::anon_send(live.actor, contact_wait{*live.state.due});
      return;
    }
    if (again && !is_final(state_.status))
      context_.waiting_actors.fetch_sub(1, std::memory_order_relaxed);
    caf::anon_send(live.actor, contact_retire{});
  }
  if (again)
    queue_.wait(*live.state.due, number);
  live_.erase(number);
}

void campaign::after_short_wait(contact_no number) {
  auto it = live_.find(number);
  if (it == live_.end() || it->second.state.status != contact_status::waiting_retry)
    return;
  queue_.ready(number);
}

/// A contact that waits with an actor of its own does so no longer.
void campaign::end_short_wait(live_contact& live) {
  if (live.state.status != contact_status::in_progress)
    context_.waiting_actors.fetch_sub(1, std::memory_order_relaxed);
}

} // namespace redial::actors
