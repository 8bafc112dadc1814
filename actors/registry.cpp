#include "actors/registry.hpp"

#include "actors/campaign.hpp"
#include "actors/clearing.hpp"
#include "actors/observed.hpp"
#include "domain/rules.hpp"

#include <algorithm>
#include <type_traits>
#include <unordered_map>

namespace redial::actors {

namespace {

class registry : public observed<registry_actor> {
public:
  registry(caf::actor_config& config, engine_context* context, writer_actor writer, line_pool_actor lines)
    : observed{config, *context, actor_kind::registry}, context_{*context}, writer_{std::move(writer)}, lines_{
                                                                                                          std::move(
                                                                                                            lines)} {}

  const char* name() const override { return "registry"; }

protected:
  behavior_type make_behavior() override {
    set_down_handler([this](caf::down_msg& down) {
      take_up();
      died(down);
    });
    return heed([this](const act_command& c) { forward(c); }, [this](const remove_command& c) { forward(c); },
      [this](const addition_command& c) { forward(c); },
      [this](const campaign_born& b) {
        context_.board.publish(b.view);
        start(b.view->state.definition->id, b.view->number, b.contacts);
        b.done(created_campaign{b.view, b.duplicates_skipped});
      },
      [this](const campaign_ready& r) { ready(r.campaign); }, [this](const campaign_finished& f) { finished(f.id); },
      [this](const drain& d) { drain_all(d); },
      [this](const campaign_drained& d) {
        draining_.erase(d.campaign);
        tell_drained();
      },
      [this](const writer_fence& f) { store_is_known(f.campaign); },
      [this](const respawn_campaign& r) { respawn(r.id); }, [this](const recover& r) { recover_all(r); },
      [this](const clear_command& c) { clear(c); }, [this](const notice_answered& a) { answered(a); },
      [this](const round_overdue& o) { clearing_.give_up(o.round); }, [this](const append_done& d) { paused(d); },
      [this](const inspect_command& c) { inspect(c); });
  }

  void on_exit() override {
    for (auto& [id, e] : live_) {
      if (e.actor)
        caf::anon_send_exit(e.actor, caf::exit_reason::user_shutdown);
    }
    by_address_.clear();
    live_.clear();
    clearing_.clear();
    writer_ = nullptr;
    lines_ = nullptr;
  }

private:
  struct entry {
    campaign_no number = 0;
    campaign_actor actor; // null while it waits to be started again
    actor_record_ptr record;
    restart_policy restarts;
    bool given_up = false; // it is started again only for a caller's command
    bool at_rest = false;  // given up, and nothing that it left behind is on its way to the store any more
    time_point died_at{};
  };

  /// Whom a command is refused by when no actor owns the campaign: the rules, on its last committed state.
  static problem refusal(const campaign_state& state, const act_command& c, time_point now) {
    auto decided = decide(state, c.action, now);
    return decided ? problem{error_code::unavailable, "the campaign is being restarted; try again shortly", {}}
                   : decided.error();
  }
  static problem refusal(const campaign_state& state, const remove_command&, time_point now) {
    auto decided = decide_removal(state, 0, {}, now);
    return decided ? problem{error_code::unavailable, "the campaign is being restarted; try again shortly", {}}
                   : decided.error();
  }

  static problem refusal(const campaign_state& state, const addition_command&, time_point now) {
    auto decided = decide_addition(state, 1, now);
    return decided ? problem{error_code::unavailable, "the campaign is being restarted; try again shortly", {}}
                   : decided.error();
  }

  /// A campaign that was given up has another try when somebody wants something of it.
  template <class Command>
  void forward(const Command& c) {
    if (auto it = live_.find(c.id); it != live_.end()) {
      auto& e = it->second;
      if (!e.actor && e.at_rest && !drain_requested_) {
        if (std::is_same_v<Command, act_command>) {
          e.restarts.reset();
          context_.who.forget(c.id.view());
        }
        start(c.id, e.number, nullptr);
      }
      // Before the news of calls that wait there: whoever pauses must not wait for ten thousand of them.
      if (e.actor)
        return caf::anon_send<caf::message_priority::high>(e.actor, c);
    }
    if (auto view = context_.board.find(c.id))
      return c.done(refusal(view->state, c, context_.time.now()));
    c.done(problem{error_code::not_found, "no such campaign", {}});
  }

  void start(const campaign_id& id, campaign_no number, std::shared_ptr<contact_table> contacts) {
    auto& e = live_.try_emplace(id, entry{number, {}, {}, restart_policy{context_.settings.restarts}, false, false, {}})
                .first->second;
    e.given_up = e.at_rest = false;
    e.record = std::make_shared<actor_record>(actor_kind::campaign, id.to_string(), e.restarts.deaths());
    e.restarts.started(context_.time.now());
    e.actor = spawn_campaign(system(), context_, {caf::actor_cast<registry_actor>(this), writer_, lines_, e.record},
      number, std::move(contacts));
    by_address_[e.actor.address()] = id;
    monitor(e.actor);
    if (drain_requested_)
      caf::anon_send(e.actor, drain{});
    for (const auto round : clearing_.waiting_for(id))
      notify(round, id, e);
  }

  // -- numbers that came onto a do-not-call list --------------------------------------------------------------------

  void clear(const clear_command& c) {
    std::unordered_set<campaign_id> whom;
    for (const auto& [id, e] : live_) {
      if (const auto view = context_.board.find(id); view && view->state.definition->workspace == c.workspace)
        whom.insert(id);
    }
    const auto round = clearing_.begin(c, whom);
    if (round == 0)
      return;
    context_.timers.arm(context_.time.now() + context_.settings.answer_within, [address = address(), round] {
      if (auto self = caf::actor_cast<caf::actor>(address))
        caf::anon_send(self, round_overdue{round});
    });
    for (const auto& id : whom)
      notify(round, id, live_.at(id));
  }

  /// Without an actor it is done when there is one again.
  void notify(std::uint64_t round, const campaign_id& id, const entry& e) {
    if (!e.actor) {
      // Of one that was given up nothing is on its way any more, or nobody will ever know.
      if (e.given_up && context_.time.now() - e.died_at >= context_.settings.answer_within)
        clearing_.cleared(round, id);
      return;
    }
    auto report = [address = address(), round, id](const result<void>& answer) {
      if (auto self = caf::actor_cast<caf::actor>(address))
        caf::anon_send(self, notice_answered{round, id, answer.has_value()});
    };
    caf::anon_send(e.actor, listed_notice{clearing_.phones(round), reply_once<void>{std::move(report)}});
  }

  void answered(const notice_answered& a) {
    const auto it = live_.find(a.campaign);
    // One that has ended has no calls.
    if (a.cleared || it == live_.end())
      return clearing_.cleared(a.round, a.campaign);
    // It died, or gave up just before the round does: who comes after it is asked, as often as it takes.
    if (clearing_.waits_for(a.round, a.campaign))
      notify(a.round, a.campaign, it->second);
  }

  void finished(const campaign_id& id) {
    auto it = live_.find(id);
    if (it == live_.end() || !it->second.actor)
      return;
    // Whatever this actor was sent before reaches it before this does: no command is lost between the two.
    caf::anon_send(it->second.actor, retire{});
    caf::anon_send(lines_, lines_leave{it->second.number});
    context_.who.forget(id.view());
    live_.erase(it);
  }

  void died(const caf::down_msg& down) {
    auto known = by_address_.find(down.source);
    if (known == by_address_.end())
      return;
    const auto id = known->second;
    by_address_.erase(known);
    auto it = live_.find(id);
    if (it == live_.end() || it->second.actor.address() != down.source)
      return; // it had finished
    auto& e = it->second;
    e.actor = nullptr;
    e.died_at = context_.time.now();
    caf::anon_send(lines_, lines_leave{e.number});
    context_.who.count_death(actor_kind::campaign);
    auto why = e.record->failure();
    if (why.empty())
      why = caf::to_string(down.reason);
    const auto delay = e.restarts.died(e.died_at, e.record->own_failure());
    e.given_up = !delay;
    context_.who.note(
      id.view(), {e.restarts.deaths(), why, e.died_at, e.given_up, e.died_at + delay.value_or(milliseconds{0})});
    // One campaign that cannot live must not keep the others from starting, or the engine from stopping.
    ready(e.number);
    draining_.erase(e.number);
    tell_drained();
    if (delay) {
      context_.log.error("campaign={} its actor died ({}), death number {}; starting it again in {} ms", id.view(), why,
        e.restarts.deaths(), delay->count());
      return respawn_in(*delay, id);
    }
    context_.log.error(
      "campaign={} its actor died ({}), death number {}: it is paused", id.view(), why, e.restarts.deaths());
    respawn(id);
  }

  void respawn_in(milliseconds delay, const campaign_id& id) {
    context_.timers.arm(context_.time.now() + delay, [address = address(), id] {
      if (auto self = caf::actor_cast<caf::actor>(address))
        caf::anon_send(self, respawn_campaign{id});
    });
  }

  /// What the dead actor had sent to the writer is committed or refused before the new one reads the store.
  void respawn(const campaign_id& id) {
    if (!drain_requested_)
      caf::anon_send(writer_, writer_fence{id, caf::actor_cast<caf::actor>(this)});
  }

  /// All that a dead actor had sent to the writer is in the store, or never will be.
  void store_is_known(const campaign_id& id) {
    const auto it = live_.find(id);
    if (it == live_.end() || it->second.actor)
      return;
    if (it->second.given_up)
      pause(id, it->second);
    else
      start(id, it->second.number, nullptr);
  }

  /// The campaign has no actor, and gets none: the one change that is made to it without.
  void pause(const campaign_id& id, entry& e) {
    const auto state = context_.store.find(e.number);
    if (!state)
      return context_.log.error("campaign={} is not found in the store: it stays as it is", id.view());
    auto decided = decide_failing(*state,
      "Its engine failed " + std::to_string(e.restarts.deaths()) + " times: " + e.record->failure(),
      context_.time.now());
    if (!decided) {
      e.at_rest = true;
      return;
    }
    auto append = std::make_shared<persistence::append>();
    append->campaign = e.number;
    append->expected_seq = state->last_seq;
    append->events.emplace_back(std::move(*decided));
    caf::anon_send(writer_, append_request{std::move(append), caf::actor_cast<caf::actor>(this)});
  }

  void paused(const append_done& d) {
    if (!*d.outcome) {
      const auto at = std::find_if(
        live_.begin(), live_.end(), [&](const auto& each) { return each.second.number == d.append->campaign; });
      if (at != live_.end() && !at->second.actor && at->second.given_up)
        respawn_in(context_.settings.restarts.first_delay, at->first);
      return;
    }
    const auto& state = d.outcome->value()->state;
    context_.board.publish(d.outcome->value());
    if (is_final(state.status) && state.counters.in_progress == 0)
      live_.erase(state.definition->id);
    else if (const auto it = live_.find(state.definition->id); it != live_.end() && it->second.given_up)
      it->second.at_rest = true;
  }

  void inspect(const inspect_command& c) {
    if (const auto it = live_.find(c.id); it != live_.end() && it->second.actor)
      caf::anon_send<caf::message_priority::high>(it->second.actor, c);
    else
      c.done(problem{error_code::unavailable, "the campaign has no actor", {}});
  }

  void recover_all(const recover& r) {
    recovered_ = r.done;
    for (const auto& view : context_.store.campaigns()) {
      const auto& state = view->state;
      // An ended campaign still has to learn what became of calls that were in progress.
      const bool live = !is_final(state.status) || state.counters.in_progress > 0;
      context_.board.publish(view);
      if (live) {
        recovering_.emplace(view->number, true);
        start(state.definition->id, view->number, nullptr);
      }
    }
    context_.log.info("store has {} campaigns, {} of them live", context_.board.size(), recovering_.size());
    tell_recovered();
  }

  void ready(campaign_no number) {
    recovering_.erase(number);
    tell_recovered();
  }

  void tell_recovered() {
    if (recovering_.empty() && recovered_)
      (*std::exchange(recovered_, {}))(boost::system::in_place_value);
  }

  void drain_all(const drain& d) {
    drain_requested_ = d.done;
    for (auto& [id, e] : live_) {
      if (e.actor) {
        draining_.emplace(e.number, true);
        caf::anon_send(e.actor, drain{});
      }
    }
    tell_drained();
  }

  void tell_drained() {
    if (drain_requested_ && draining_.empty())
      (*drain_requested_)(boost::system::in_place_value);
  }

  engine_context& context_;
  writer_actor writer_;
  line_pool_actor lines_;
  std::unordered_map<campaign_id, entry> live_;
  std::unordered_map<caf::actor_addr, campaign_id> by_address_;
  clearing clearing_;
  std::unordered_map<campaign_no, bool> recovering_;
  std::unordered_map<campaign_no, bool> draining_;
  std::optional<reply_once<void>> recovered_;
  std::optional<reply_once<void>> drain_requested_;
};

} // namespace

registry_actor spawn_registry(
  caf::actor_system& system, engine_context& context, writer_actor writer, line_pool_actor lines) {
  return system.spawn<registry>(&context, std::move(writer), std::move(lines));
}

} // namespace redial::actors
