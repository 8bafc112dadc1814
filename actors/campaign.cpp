#include "actors/campaign_class.hpp"
#include "actors/contact.hpp"

#include <algorithm>
#include <iterator>

namespace redial::actors {

campaign::behavior_type campaign::make_behavior() {
  load();
  return heed([this](const act_command& c) { act(c); }, [this](const remove_command& c) { remove(c); },
    [this](const listed_notice& n) { clear(n); }, [this](const addition_command& c) { queue_addition(c); },
    [this](const claim_places& c) { claim(c); }, [this](const admit_contacts& c) { admit(c); },
    [this](const addition_over& o) { drop_addition(o); }, [this](const append_done& d) { committed(d); },
    [this](const lines_grant& g) {
      take_grant(g.lines);
      settle();
    },
    [this](const contact_placed& p) {
      fence_.placed(p.generation);
      answer_pending();
    },
    [this](const contact_news& n) {
      if (n.generation != 0)
        fence_.placed(n.generation);
      on_news(n.contact, n.call, n.news, n.done);
      settle();
    },
    [this](const contact_burst& b) {
      fence_.placed(b.generation);
      for (const auto& news : *b.news)
        on_news(b.contact, b.call, news, {});
      settle();
    },
    [this](const contact_due& d) {
      after_short_wait(d.contact);
      settle();
    },
    [this](const contact_lost& l) {
      replace_lost(l);
      settle();
    },
    [this](tick) {
      armed_.reset();
      settle();
    },
    [this](const drain&) {
      draining_ = true;
      settle();
    },
    [this](retire) { quit(); }, [this](const inspect_command& c) { c.done(insight(c.offset, c.limit)); });
}

void campaign::load() {
  auto head = context_.store.find(number_);
  if (!head)
    return fail({error_code::storage_failed, "the store does not know campaign number " + std::to_string(number_), {}});
  state_ = std::move(*head);
  committed_seq_ = state_.last_seq;
  dnc_ = context_.dnc.of(state_.definition->workspace);
  if (given_) {
    contacts_ = std::move(*given_);
    given_.reset();
  } else {
    auto loaded = context_.store.load_contacts(number_);
    if (!loaded)
      return fail(loaded.error());
    contacts_ = std::move(loaded->table);
    for (const auto& w : loaded->waiting)
      queue_.wait(w.due, w.contact);
    for (auto& open : loaded->open) {
      auto& live = live_[open.contact];
      live.state = std::move(open.state);
      live.actor = hire();
      if (live.state.call->completed_at) {
        await_result(open.contact, live);
      } else {
        // It may have been on its way to the gateway when the process ended: it has to be waited for like any other.
        live.generation = fence_.start();
        ++lines_adopted_;
      }
      caf::anon_send(live.actor, contact_lookup{live.state.call->id, open.contact, live.generation});
    }
    std::sort(results_.begin(), results_.end());
    if (!live_.empty())
      context_.log.info("campaign={} asks the gateway for {} calls that were in progress", id(), live_.size());
  }
  caf::anon_send(links_.registry, campaign_ready{number_});
  settle();
}

void campaign::on_exit() {
  const problem gone{
    error_code::unavailable, "the campaign is being restarted; the effect of this command is not known", {}};
  for (auto& p : pending_)
    p.finish(&gone);
  pending_.clear();
  confirmations_.clear();
  additions_.clear();
  addition_.reset();
  results_.clear();
  for (auto& [number, live] : live_)
    end_short_wait(live);
  live_.clear();
  idle_.clear();
  queue_.clear();
  profiles_.clear();
  contacts_ = {};
  links_ = {};
}

// -- commands -------------------------------------------------------------------------------------------------------

void campaign::act(const act_command& c) {
  auto decided = decide(state_, c.action, context_.time.now());
  if (!decided)
    return refuse(c.done, decided.error());
  context_.log.info("campaign={} request={} {}", id(), c.trace, to_string(c.action));
  record(*decided);
  // Only what ends dialing has to wait for the dials that were decided before it.
  const bool fenced = c.action == campaign_action::pause || c.action == campaign_action::stop;
  answer_when_safe(fenced, [this, done = c.done](const problem* failed) {
    if (failed)
      done(*failed);
    else
      done(context_.board.find(state_.definition->id));
  });
  settle();
}

void campaign::remove(const remove_command& c) {
  const auto now = context_.time.now();
  removal_summary summary;
  for (auto number : *c.phones) {
    auto contact = contacts_.find(number);
    if (!contact) {
      ++summary.not_found;
      continue;
    }
    auto decided = decide_removal(state_, *contact, state_of(*contact, now), now);
    if (!decided)
      return refuse(c.done, decided.error()); // for every contact alike, so nothing has been recorded
    if (!decided->removed && !decided->already_called)
      ++summary.not_found; // removed before: it is on the list no more
    summary.removed += decided->removed ? 1 : 0;
    summary.already_called += decided->already_called ? 1 : 0;
    summary.retries_cancelled += decided->retry_cancelled ? 1 : 0;
    if (!decided->event)
      continue;
    contacts_[*contact].set(decided->event->after);
    if (auto live = live_.find(*contact); live != live_.end()) {
      live->second.state = decided->event->after;
      if (live->second.state.status != contact_status::in_progress) {
        end_short_wait(live->second);
        caf::anon_send(live->second.actor, contact_retire{});
        live_.erase(live);
      }
    }
    record(std::move(*decided->event));
  }
  context_.log.info("campaign={} request={} remove: removed={} already_called={} not_found={} retries_cancelled={}",
    id(), c.trace, summary.removed, summary.already_called, summary.not_found, summary.retries_cancelled);
  answer_when_safe(true, [done = c.done, summary](const problem* failed) {
    if (failed)
      done(*failed);
    else
      done(summary);
  });
  settle();
}

/// Numbers have come onto the list, and `start_next` dials none of them any more. What it had decided before may still
/// be on its way to the gateway: only then is there something to wait for.
void campaign::clear(const listed_notice& n) {
  const bool under_way = std::any_of(live_.begin(), live_.end(), [&](const auto& each) {
    return each.second.state.status == contact_status::in_progress && !fence_.cleared(each.second.generation)
           && (!n.phones || std::binary_search(n.phones->begin(), n.phones->end(), contacts_[each.first].number()));
  });
  if (!under_way)
    return n.done(boost::system::in_place_value);
  answer_when_safe(true, [done = n.done](const problem* failed) {
    if (failed)
      done(*failed);
    else
      done(boost::system::in_place_value);
  });
  settle();
}

void campaign::answer_when_safe(bool fenced, std::function<void(const problem*)> finish) {
  pending_.push_back({state_.last_seq, fenced ? fence_.close() : 0,
    context_.time.now() + context_.settings.answer_within, std::move(finish)});
}

void campaign::confirm_when_safe(const telephony::receipt& owed) {
  if (owed)
    confirmations_.emplace_back(state_.last_seq, owed);
}

void campaign::answer_pending() {
  while (!confirmations_.empty() && confirmations_.front().first <= committed_seq_) {
    confirmations_.front().second.confirm();
    confirmations_.pop_front();
  }
  const problem uncertain{error_code::unavailable,
    "this is in force and on record, but the gateway has not said yet whether calls that were on their way to it "
    "before "
    "will still be placed",
    {}};
  while (!pending_.empty() && pending_.front().seq <= committed_seq_) {
    const bool cleared = fence_.cleared(pending_.front().generation);
    if (!cleared && context_.time.now() < pending_.front().give_up_at)
      break;
    auto finish = std::move(pending_.front().finish);
    pending_.pop_front();
    finish(cleared ? nullptr : &uncertain);
  }
}

// -- journal --------------------------------------------------------------------------------------------------------

void campaign::flush() {
  if (append_under_way_ || buffer_.empty())
    return;
  auto append = std::make_shared<persistence::append>();
  append->campaign = number_;
  append->expected_seq = committed_seq_;
  if (buffer_.size() <= max_append) {
    append->events.swap(buffer_);
  } else {
    const auto end = buffer_.begin() + max_append;
    append->events.assign(std::make_move_iterator(buffer_.begin()), std::make_move_iterator(end));
    buffer_.erase(buffer_.begin(), end);
  }
  append_under_way_ = true;
  append_request request{std::move(append), caf::actor_cast<caf::actor>(this)};
  add_placed(request);
  caf::anon_send(links_.writer, std::move(request));
}

void campaign::committed(const append_done& d) {
  append_under_way_ = false;
  if (!*d.outcome)
    return fail(d.outcome->error(), false);
  const auto& state = d.outcome->value()->state;
  committed_seq_ = state.last_seq;
  context_.board.publish(d.outcome->value());
  flush(); // keep the writer busy while the calls go out
  for (const auto& e : d.append->events) {
    if (const auto* c = std::get_if<contact_event>(&e)) {
      if (c->change == contact_change::attempt_started)
        dial(*c);
      else if (c->change == contact_change::attempt_completed
               || (c->change == contact_change::attempt_ended && !c->completed_before))
        ++lines_ended_;
      else if (c->change == contact_change::attempt_not_placed)
        ++lines_taken_back_;
    } else if (const auto* changed = std::get_if<campaign_changed>(&e)) {
      context_.log.info("campaign={} {}", id(), to_string(state.status));
      if (is_final(state.status))
        context_.log.info("campaign={} ended: {} attempts={} connected={}", id(), to_string(changed->reason),
          state.counters.attempted, state.counters.connected);
    } else if (std::holds_alternative<contacts_added>(e)) {
      list_added();
    }
  }
  settle();
}

/// What the store holds is no longer what this actor believes: end, and be started again from the store.
void campaign::fail(const problem& why, bool own) {
  note_failure(why.detail, own);
  context_.log.error("campaign={} number={} fails: {}", id(), number_, why.detail);
  for (auto& p : pending_)
    p.finish(&why);
  pending_.clear();
  failed_ = true;
  quit(caf::exit_reason::unhandled_exception);
}

campaign_actor spawn_campaign(caf::actor_system& system, engine_context& context, campaign_links links,
  campaign_no number, std::shared_ptr<contact_table> contacts) {
  return system.spawn<campaign>(&context, std::move(links), number, std::move(contacts));
}

} // namespace redial::actors
