#include "actors/campaign.hpp"

#include "actors/contact.hpp"
#include "actors/dial_queue.hpp"
#include "actors/profile_cache.hpp"
#include "actors/start_fence.hpp"
#include "actors/timer_message.hpp"
#include "domain/rules.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>

namespace redial::actors {

namespace {

/// So many events go into one append at most: a campaign with much to say must not make the others wait.
constexpr std::size_t max_append = 4096;
/// So many lines are asked for at most at once.
constexpr std::uint64_t max_wanted = 1U << 20U;

class campaign : public campaign_actor::base {
public:
  campaign(caf::actor_config& config, engine_context* context, campaign_links links, campaign_no number,
    std::shared_ptr<contact_table> contacts)
    : campaign_actor::base{config}, context_{*context}, links_{std::move(links)}, number_{number},
      given_{std::move(contacts)}, profiles_{context->store, number} {}

  const char* name() const override { return "campaign"; }

protected:
  behavior_type make_behavior() override;
  void on_exit() override;

private:
  /// A contact whose call is in progress, or that waits with an actor of its own.
  struct live_contact {
    contact_actor actor;
    contact_state state;
    std::shared_ptr<const contact_profile> profile;
    std::uint64_t generation = 0;
  };

  /// A command whose effect is decided and whose answer must wait.
  struct pending_answer {
    std::uint64_t seq = 0;        // until this event is committed
    std::uint64_t generation = 0; // and every attempt up to this generation is placed
    std::function<void(const problem*)> finish;
  };

  // commands
  void act(const act_command& c);
  void remove(const remove_command& c);
  /// A refusal, too, tells of a state that must be on disk: "it is completed" may not be said of what a crash can undo.
  template <class T>
  void refuse(const reply_once<T>& answer, const problem& why) {
    answer_when_safe(false, [answer, why](const problem* failed) { answer(failed ? *failed : why); });
    settle();
  }
  void answer_when_safe(bool fenced, std::function<void(const problem*)> finish);
  void answer_pending();

  // the dial loop
  void take_grant(std::uint32_t lines);
  bool start_next(time_point now);
  void dial(const contact_event& started);
  void on_news(contact_no number, call_id call, const telephony::call_news& news);
  void on_ended(contact_no number, live_contact& live, const telephony::call_ended& news);
  void after_short_wait(contact_no number);
  contact_state state_of(contact_no number, time_point now) const;
  void end_short_wait(live_contact& live);

  // journal
  template <class Event>
  void record(Event e) {
    evolve(state_, e);
    buffer_.emplace_back(std::move(e));
  }
  void flush();
  void committed(const append_done& d);
  void fail(const problem& why);

  // at the end of every step
  void settle();
  void settle_time();
  void settle_lines();
  void settle_timer();
  void settle_end();

  void load();
  bool may_dial_now() const { return !draining_ && may_dial(state_, context_.time.now()); }
  bool keeps_contacts() const { return state_.definition->retry_interval <= context_.settings.passivate_after; }
  std::string_view id() const { return state_.definition ? state_.definition->id.view() : "?"; }

  engine_context& context_;
  campaign_links links_;
  campaign_no number_;
  std::shared_ptr<contact_table> given_;

  campaign_state state_; // as decided; the store follows
  contact_table contacts_;
  dial_queue queue_;
  profile_cache profiles_;
  std::unordered_map<contact_no, live_contact> live_;
  start_fence fence_;

  std::vector<event> buffer_; // decided, not yet handed to the writer
  bool append_under_way_ = false;
  std::uint64_t committed_seq_ = 0;
  std::deque<pending_answer> pending_;

  std::uint64_t lines_wanted_ = 0; // as the pool believes
  std::uint32_t lines_ended_ = 0;  // to be told to the pool
  std::uint32_t lines_unused_ = 0;
  std::uint32_t lines_adopted_ = 0;
  std::optional<time_point> armed_;
  bool draining_ = false;
  bool drain_told_ = false;
  bool end_told_ = false;
  bool swept_ = false; // of an ended campaign: nobody waits any more
  bool failed_ = false;
};

campaign::behavior_type campaign::make_behavior() {
  load();
  return {
    [this](const act_command& c) { act(c); },
    [this](const remove_command& c) { remove(c); },
    [this](const append_done& d) { committed(d); },
    [this](const lines_grant& g) {
      take_grant(g.lines);
      settle();
    },
    [this](const contact_placed& p) {
      fence_.placed(p.generation);
      answer_pending();
    },
    [this](const contact_news& n) {
      on_news(n.contact, n.call, n.news);
      settle();
    },
    [this](const contact_burst& b) {
      fence_.placed(b.generation);
      for (const auto& news : *b.news)
        on_news(b.contact, b.call, news);
      settle();
    },
    [this](const contact_due& d) {
      after_short_wait(d.contact);
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
    [this](retire) { quit(); },
  };
}

void campaign::load() {
  auto head = context_.store.find(number_);
  if (!head)
    return fail({error_code::storage_failed, "the store does not know campaign number " + std::to_string(number_), {}});
  state_ = std::move(*head);
  committed_seq_ = state_.last_seq;
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
      live.actor =
        spawn_contact(system(), context_, caf::actor_cast<campaign_actor>(this), open.contact, keeps_contacts());
      caf::anon_send(live.actor, contact_lookup{live.state.call->id});
      ++lines_adopted_;
    }
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
  for (auto& [number, live] : live_)
    end_short_wait(live);
  live_.clear();
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

void campaign::answer_when_safe(bool fenced, std::function<void(const problem*)> finish) {
  pending_.push_back({state_.last_seq, fenced ? fence_.close() : 0, std::move(finish)});
}

void campaign::answer_pending() {
  while (!pending_.empty() && pending_.front().seq <= committed_seq_ && fence_.cleared(pending_.front().generation)) {
    auto finish = std::move(pending_.front().finish);
    pending_.pop_front();
    finish(nullptr);
  }
}

// -- the dial loop --------------------------------------------------------------------------------------------------

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
  caf::anon_send(links_.writer, append_request{std::move(append), caf::actor_cast<caf::actor>(this)});
}

void campaign::committed(const append_done& d) {
  append_under_way_ = false;
  if (!*d.outcome)
    return fail(d.outcome->error());
  const auto& state = d.outcome->value();
  committed_seq_ = state.last_seq;
  context_.board.publish(std::make_shared<const campaign_view>(campaign_view{number_, state}));
  flush(); // keep the writer busy while the calls go out
  for (const auto& e : d.append->events) {
    if (const auto* c = std::get_if<contact_event>(&e)) {
      if (c->change == contact_change::attempt_started)
        dial(*c);
      else if (c->change == contact_change::attempt_ended)
        ++lines_ended_;
    } else if (const auto* changed = std::get_if<campaign_changed>(&e)) {
      context_.log.info("campaign={} {}", id(), to_string(state.status));
      if (is_final(state.status))
        context_.log.info("campaign={} ended: {} attempts={} connected={}", id(), to_string(changed->reason),
          state.counters.attempted, state.counters.connected);
    }
  }
  settle();
}

/// What the store holds is no longer what this actor believes: end, and be started again from the store.
void campaign::fail(const problem& why) {
  context_.log.error("campaign={} number={} fails: {}", id(), number_, why.detail);
  for (auto& p : pending_)
    p.finish(&why);
  pending_.clear();
  failed_ = true;
  quit(caf::exit_reason::unhandled_exception);
}

// -- at the end of every step ---------------------------------------------------------------------------------------

void campaign::settle() {
  if (failed_)
    return;
  settle_time();
  flush();
  answer_pending();
  settle_lines();
  settle_timer();
  settle_end();
}

void campaign::settle_time() {
  const auto now = context_.time.now();
  while (auto due = decide_by_time(state_, now))
    record(*due);
  queue_.ripen(now);
  if (is_final(state_.status) && !swept_) {
    swept_ = true;
    queue_.clear();
    for (auto it = live_.begin(); it != live_.end();) {
      if (it->second.state.status == contact_status::in_progress) {
        ++it;
        continue;
      }
      end_short_wait(it->second);
      caf::anon_send(it->second.actor, contact_retire{});
      it = live_.erase(it);
    }
  }
}

void campaign::settle_lines() {
  std::uint64_t want = 0;
  if (may_dial_now())
    want = std::min(queue_.ready_count() + state_.counters.pending, max_wanted);
  const bool credit_changed = lines_ended_ > 0 || lines_unused_ > 0 || lines_adopted_ > 0;
  const bool demand_changed = want < lines_wanted_ || (want > 0 && lines_wanted_ == 0);
  if (!credit_changed && !demand_changed)
    return;
  caf::anon_send(links_.lines, lines_update{number_, caf::actor_cast<caf::actor>(this), lines_ended_, lines_unused_,
                                 lines_adopted_, static_cast<std::uint32_t>(want)});
  lines_ended_ = lines_unused_ = lines_adopted_ = 0;
  lines_wanted_ = want;
}

void campaign::settle_timer() {
  auto due = next_due(state_, context_.time.now());
  if (state_.status == campaign_status::running) {
    if (auto retry = queue_.next_due(); retry && (!due || *retry < *due))
      due = retry;
  }
  if (due && (!armed_ || *due < *armed_)) {
    armed_ = due;
    arm_tick(context_.timers, *due, this);
  }
}

void campaign::settle_end() {
  const bool quiet = state_.counters.in_progress == 0 && buffer_.empty() && !append_under_way_ && pending_.empty();
  if (!quiet)
    return;
  if (draining_ && !drain_told_) {
    drain_told_ = true;
    caf::anon_send(links_.registry, campaign_drained{number_});
  }
  if (is_final(state_.status) && !end_told_) {
    end_told_ = true;
    caf::anon_send(links_.registry, campaign_finished{state_.definition->id});
  }
}

} // namespace

campaign_actor spawn_campaign(caf::actor_system& system, engine_context& context, campaign_links links,
  campaign_no number, std::shared_ptr<contact_table> contacts) {
  return system.spawn<campaign>(&context, std::move(links), number, std::move(contacts));
}

} // namespace redial::actors
