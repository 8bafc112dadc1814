#include "actors/registry.hpp"

#include "actors/campaign.hpp"
#include "actors/clearing.hpp"
#include "domain/rules.hpp"

#include <unordered_map>

namespace redial::actors {

namespace {

class registry : public registry_actor::base {
public:
  registry(caf::actor_config& config, engine_context* context, writer_actor writer, line_pool_actor lines)
    : registry_actor::base{config}, context_{*context}, writer_{std::move(writer)}, lines_{std::move(lines)} {}

  const char* name() const override { return "registry"; }

protected:
  behavior_type make_behavior() override {
    set_down_handler([this](caf::down_msg& down) { died(down); });
    return {
      [this](const act_command& c) { forward(c); },
      [this](const remove_command& c) { forward(c); },
      [this](const addition_command& c) { forward(c); },
      [this](const campaign_born& b) {
        context_.board.publish(b.view);
        start(b.view->state.definition->id, b.view->number, b.contacts);
        b.done(created_campaign{b.view, b.duplicates_skipped});
      },
      [this](const campaign_ready& r) { ready(r.campaign); },
      [this](const campaign_finished& f) { finished(f.id); },
      [this](const drain& d) { drain_all(d); },
      [this](const campaign_drained& d) {
        draining_.erase(d.campaign);
        tell_drained();
      },
      [this](const writer_fence& f) {
        if (auto view = context_.board.find(f.campaign))
          start(f.campaign, view->number, nullptr);
      },
      [this](const respawn_campaign& r) { respawn(r.id); },
      [this](const recover& r) { recover_all(r); },
      [this](const clear_command& c) { clear(c); },
      [this](const notice_answered& a) { answered(a); },
      [this](const round_overdue& o) { clearing_.give_up(o.round); },
    };
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
    unsigned deaths = 0;
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

  template <class Command>
  void forward(const Command& c) {
    if (auto it = live_.find(c.id); it != live_.end() && it->second.actor)
      return caf::anon_send(it->second.actor, c);
    if (auto view = context_.board.find(c.id))
      return c.done(refusal(view->state, c, context_.time.now()));
    c.done(problem{error_code::not_found, "no such campaign", {}});
  }

  void start(const campaign_id& id, campaign_no number, std::shared_ptr<contact_table> contacts) {
    auto& e = live_[id];
    e.number = number;
    e.actor = spawn_campaign(
      system(), context_, {caf::actor_cast<registry_actor>(this), writer_, lines_}, number, std::move(contacts));
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
    if (!e.actor)
      return;
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
    caf::anon_send(lines_, lines_leave{e.number});
    const auto delay = context_.settings.restart_delay * (1U << std::min(e.deaths, 6U));
    ++e.deaths;
    context_.log.error("campaign={} its actor died ({}), death number {}; starting it again in {} ms", id.view(),
      caf::to_string(down.reason), e.deaths, delay.count());
    // One campaign that cannot live must not keep the others from starting, or the engine from stopping.
    ready(e.number);
    draining_.erase(e.number);
    tell_drained();
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

  void recover_all(const recover& r) {
    recovered_ = r.done;
    for (auto& head : context_.store.campaigns()) {
      const auto id = head.state.definition->id;
      // An ended campaign still has to learn what became of calls that were in progress.
      const bool live = !is_final(head.state.status) || head.state.counters.in_progress > 0;
      const auto number = head.number;
      context_.board.publish(std::make_shared<const campaign_view>(campaign_view{number, std::move(head.state)}));
      if (live) {
        recovering_.emplace(number, true);
        start(id, number, nullptr);
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
