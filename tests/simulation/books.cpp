#include "tests/simulation/books.hpp"

#include <algorithm>

namespace redial::simulation {

namespace {

std::string about(const std::string& campaign, phone to) { return campaign + " " + to.to_string(); }

std::vector<contact_profile> list_of(const persistence::store& store, const campaign_view& shown) {
  return store.load_profiles(shown.number, 0, static_cast<contact_no>(shown.state.counters.total)).value();
}

} // namespace

void books::created(campaign fresh) {
  auto id = fresh.id;
  campaigns_.emplace(std::move(id), std::move(fresh));
}

books::campaign* books::find(const std::string& id) {
  const auto it = campaigns_.find(id);
  return it == campaigns_.end() ? nullptr : &it->second;
}

std::uint64_t books::sent(campaign& of, campaign_action action) {
  ++moment_;
  if (action == campaign_action::start || action == campaign_action::resume) {
    of.last_release = moment_;
    of.may_dial = true;
  }
  return moment_;
}

void books::acted(campaign& of, campaign_action action, std::uint64_t sent_at) {
  ++moment_;
  if (action == campaign_action::stop)
    of.stopped = true;
  else if (action == campaign_action::pause && of.last_release < sent_at)
    of.may_dial = false;
}

void books::removed(campaign& of, const phone& who, bool was_pending) {
  ++moment_;
  of.off.insert(who);
  if (was_pending) {
    of.never.insert(who);
    if (!of.calls[who].empty())
      blame(about(of.id, who) + ": was said never to have been called, and was");
  }
}

void books::placed(const placement& call, bool creation_known) {
  const auto who = about(call.campaign, call.to);
  if (call.disposition == disposition::do_not_call)
    do_not_call.may_say(call.to);
  if (!call.disowned)
    blame(who + ": ", do_not_call.placed(call.to, call.at));
  if (call_books::is_one(call.name))
    return blame(who + ": ", one_offs.placed(call));
  auto* of = find(call.campaign);
  if (!of) {
    if (creation_known)
      blame(who + ": a call for a campaign that nobody has created");
    return;
  }
  if (of->stopped && !call.disowned)
    blame(who + ": called after the stop was answered");
  if (!of->may_dial && !call.disowned)
    blame(who + ": called although the campaign was never started, or after its pause was answered");
  if (of->off.contains(call.to) && !call.disowned)
    blame(who + ": called after its removal was answered");
  if (!of->list.may_have(call.to))
    blame(who + ": is not on the list");
  auto& former = of->calls[call.to];
  if (former.size() >= of->max_attempts)
    blame(who + ": called more often than max_attempts");
  for (const auto& one : former) {
    if (one.attempt == call.attempt)
      blame(who + ": attempt " + std::to_string(call.attempt) + " was placed twice");
    if (one.outcome == call_outcome::answered || one.outcome == call_outcome::invalid_number)
      blame(who + ": called again although that was over");
  }
  former.push_back(call);
}

void books::lost(const persistence::store& store) {
  blame({}, one_offs.lost(store));
  for (const auto& view : store.campaigns()) {
    const auto id = view->state.definition->id.to_string();
    if (auto* of = find(id))
      blame(id + ": ", of->list.lost(list_of(store, *view)));
  }
}

void books::compare(const persistence::store& store, time_point now) {
  std::set<std::string> found;
  for (const auto& view : store.campaigns()) {
    found.insert(view->state.definition->id.to_string());
    compare(store, *view);
    check_do_not_call(store, *view, now);
  }
  blame({}, do_not_call.compare(store, now));
  blame({}, one_offs.compare(store));
  for (const auto& [id, one] : campaigns_) {
    if (!found.contains(id))
      blame(id + ": was created, and is gone");
  }
}

void books::compare(const persistence::store& store, const campaign_view& shown) {
  const auto id = shown.state.definition->id.to_string();
  for (const auto& fault : store.verify(shown.number))
    blame(id + ": verify: " + fault);
  const auto* one = find(id);
  if (!one)
    return;
  blame(id + ": ", one->list.compare(list_of(store, shown)));
  if (one->stopped && !is_final(shown.state.status))
    blame(id + ": was stopped, and is " + std::string{to_string(shown.state.status)});
  if (!one->may_dial && shown.state.status == campaign_status::running)
    blame(id + ": runs, though it was not started, or its pause was answered");
  for (const auto& who : one->off) {
    const auto number = store.find_contact(shown.number, who);
    if (!number || !*number) {
      blame(about(id, who) + ": is gone from the list");
      continue;
    }
    const auto status = store.load_contact(shown.number, **number).value().state.status;
    if (status == contact_status::pending || status == contact_status::waiting_retry)
      blame(about(id, who) + ": its removal was answered, and it is " + std::string{to_string(status)});
  }
}

/// Whoever said in a call not to be called again is on the list; and nobody is taken off without having been asked to
/// be.
void books::check_do_not_call(const persistence::store& store, const campaign_view& shown, time_point now) {
  const auto id = shown.state.definition->id.to_string();
  const auto* of = find(id);
  for (contact_no number = 0; number < shown.state.counters.total; ++number) {
    const auto contact = store.load_contact(shown.number, number).value();
    const auto& state = contact.state;
    const auto who = contact.profile.phone;
    if (state.disposition == disposition::do_not_call && !contact.calls.empty()) {
      blame(id + " ", do_not_call.check_said(store, who, contact.calls.back().started_at, now));
    }
    const bool cut = state.status == contact_status::removed || state.suppressed;
    const bool asked = of != nullptr ? of->asked_off.contains(who) : !call_books::is_one(contact.profile.name);
    if (cut && !asked && !do_not_call.ever_listed(who))
      blame(about(id, who) + ": is not called any more, and nobody asked for that");
  }
}

void books::settle_accounts(const persistence::store& store, const provider& network, bool fences, time_point now) {
  compare(store, now);
  blame({}, one_offs.settle(store));
  for (const auto& view : store.campaigns())
    settle_accounts(store, *view, network, fences);
}

void books::settle_accounts(
  const persistence::store& store, const campaign_view& shown, const provider& network, bool fences) {
  const auto id = shown.state.definition->id.to_string();
  if (!is_final(shown.state.status) || shown.state.counters.in_progress != 0)
    blame(id + ": does not come to its end");
  std::map<call_id, const placement*> ledger;
  for (const auto& call : network.ledger()) {
    if (call.campaign == id)
      ledger.emplace(call.attempt_id, &call);
  }
  for (contact_no number = 0; number < shown.state.counters.total; ++number) {
    const auto contact = store.load_contact(shown.number, number).value();
    const auto who = about(id, contact.profile.phone);
    const auto status = contact.state.status;
    if (shown.state.status == campaign_status::completed && status != contact_status::done
        && status != contact_status::removed)
      blame(who + ": its campaign is completed, and it is " + std::string{to_string(status)});
    time_point earliest{};
    for (const auto& call : contact.calls) {
      const auto placed = ledger.find(call.id);
      if (placed == ledger.end()) {
        // Refused for good, or, with a provider that does not fence, perhaps never heard of.
        if (!network.refused(call.id) && (fences || call.outcome != call_outcome::unknown))
          blame(who + ": attempt " + std::to_string(call.attempt) + " counts, and was never placed");
        continue;
      }
      const auto& known = *placed->second;
      if (known.at < earliest)
        blame(who + ": called again before the retry interval was over");
      if (known.attempt != call.attempt || known.to != contact.profile.phone)
        blame(who + ": the ledger knows this call as another");
      if (call.outcome != known.outcome && call.outcome != call_outcome::unknown)
        blame(who + ": the call came to " + std::string{to_string(known.outcome)} + ", and is on record as "
              + std::string{to_string(call.outcome)});
      if (fences && call.outcome == call_outcome::unknown && !known.endless)
        blame(who + ": the provider knows what became of the call, and redial does not");
      if (!call.disposition.empty() && call.outcome == call_outcome::answered
          && call.disposition != disposition::no_disposition && call.disposition != known.disposition)
        blame(who + ": its disposition is not the one that was told");
      earliest = known.ended_at.value_or(known.at) + shown.state.definition->retry_interval;
      ledger.erase(placed);
    }
  }
  for (const auto& [call, known] : ledger)
    blame(about(id, known->to) + ": a call was placed that redial has no record of");
}

} // namespace redial::simulation
