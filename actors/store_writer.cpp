#include "actors/store_writer.hpp"

#include "actors/observed.hpp"

#include <algorithm>
#include <chrono>

namespace redial::actors {

namespace {

class store_writer : public observed<writer_actor> {
public:
  store_writer(caf::actor_config& config, engine_context* context)
    : observed{config, *context, actor_kind::store_writer}, context_{*context} {}

  const char* name() const override { return "store_writer"; }

protected:
  behavior_type make_behavior() override {
    context_.store.watch([address = address()] { wake(address); });
    return heed(
      [this](const append_request& r) {
        // Goes behind whatever is in the mailbox already: that is how a group forms without waiting for one.
        if (queue_.empty() && changes_.empty())
          send(this, flush_now{});
        queue_.push_back(r);
      },
      [this](const change_request& r) {
        if (queue_.empty() && changes_.empty())
          send(this, flush_now{});
        changes_.push_back(r);
      },
      [this](const stage_request& r) { stage(r); },
      [this](const stage_close& r) { staged(r.campaign, context_.store.close_staging(r.campaign), r.from); },
      [this](const writer_fence& f) {
        flush();
        // Who waits for the fence is about to read the store: not before what it reads is known to be true.
        if (mending_)
          fences_.push_back(f);
        else
          caf::anon_send(f.from, f);
      },
      [this](flush_now) {
        if (mending_ && context_.time.now() >= next_attempt_)
          mend();
        flush();
      });
  }

  void on_exit() override {
    context_.store.watch({});
    queue_.clear();
    changes_.clear();
    fences_.clear();
  }

private:
  /// From any thread. The store's trouble and the timer do not keep the writer alive.
  static void wake(const caf::actor_addr& writer) {
    if (auto self = caf::actor_cast<caf::actor>(writer))
      caf::anon_send(self, flush_now{});
  }

  void flush() {
    if (!queue_.empty() || !changes_.empty()) {
      appends_.clear();
      for (const auto& r : queue_)
        appends_.push_back(std::move(*r.append));
      records_.clear();
      for (const auto& r : changes_)
        records_.insert(records_.end(), r.changes->begin(), r.changes->end());
      const auto began = std::chrono::steady_clock::now();
      auto [outcomes, changed] = context_.store.commit(appends_, records_);
      count(outcomes, std::chrono::steady_clock::now() - began);
      // Before anyone learns of a failure: the fence that they send next has to find it known.
      look_after_store();
      context_.bell.ring(context_.store.last_commit());
      for (std::size_t i = 0; i < queue_.size(); ++i) {
        queue_[i].holds.clear();
        if (outcomes[i])
          note_do_not_call(appends_[i].events, (*outcomes[i])->state.definition->workspace);
        *queue_[i].append = std::move(appends_[i]);
        auto outcome = std::make_shared<const result<campaign_view_ptr>>(std::move(outcomes[i]));
        caf::anon_send(queue_[i].from, append_done{queue_[i].append, std::move(outcome)});
      }
      queue_.clear();
      for (const auto& r : std::exchange(changes_, {}))
        r.done(changed);
    }
    look_after_store();
  }

  void count(const std::vector<result<campaign_view_ptr>>& outcomes, std::chrono::nanoseconds took) {
    std::size_t events = 0;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      if (!outcomes[i])
        continue;
      events += appends_[i].events.size();
      for (const auto& e : appends_[i].events)
        context_.counted.count(e);
    }
    context_.counted.commit_over(events, took, !context_.store.health());
  }

  /// Numbers that went onto the list with events are not dialed any more before anybody hears of the commit.
  void note_do_not_call(const std::vector<event>& events, const workspace_name& workspace) {
    for (const auto& e : events) {
      if (const auto* fact = std::get_if<contact_event>(&e); fact && fact->do_not_call)
        context_.dnc.of(workspace)->put(*fact->do_not_call, std::nullopt);
    }
  }

  void stage(const stage_request& r) {
    if (!r.contacts)
      staged(r.campaign, context_.store.discard(r.campaign), r.from);
    else if (r.addition != 0)
      staged(r.campaign, context_.store.extend(r.campaign, r.addition, r.first, *r.contacts), r.from);
    else
      staged(r.campaign, context_.store.stage(r.campaign, r.first, *r.contacts), r.from);
  }

  void staged(campaign_no campaign, result<void> outcome, const caf::actor& asked_by) {
    look_after_store();
    if (!outcome)
      context_.log.error("campaign_no={} staging failed: {}", campaign, outcome.error().detail);
    if (asked_by)
      caf::anon_send(asked_by, stage_done{std::make_shared<const result<void>>(std::move(outcome))});
  }

  // -- a store that cannot write ------------------------------------------------------------------------------------

  void look_after_store() {
    if (mending_)
      return;
    const auto why = context_.store.health();
    if (!why)
      return;
    mending_ = true;
    delay_ = context_.settings.restarts.first_delay / 4;
    context_.log.error("the store takes no writes, nobody is dialed: {}", *why);
    try_later();
  }

  void try_later() {
    next_attempt_ = context_.time.now() + delay_;
    context_.timers.arm(next_attempt_, [address = address()] { wake(address); });
  }

  /// The one place from which a failed store is brought back.
  void mend() {
    auto changed = context_.store.recover();
    if (!changed)
      return still_failing(changed.error());
    // Records that were said to be refused may be there after all.
    for (auto* book : context_.books) {
      if (auto loaded = book->load(context_.store); !loaded)
        return still_failing(loaded.error());
    }
    mending_ = false;
    context_.log.info("the store takes writes again");
    context_.bell.ring(context_.store.last_commit());
    for (const auto& view : *changed) {
      context_.log.warn("campaign={} a write that was reported as failed is stored, up to event {}",
        view->state.definition->id.view(), view->state.last_seq);
      context_.board.publish(view);
    }
    for (const auto& f : std::exchange(fences_, {}))
      caf::anon_send(f.from, f);
  }

  void still_failing(const problem& why) {
    delay_ = std::min(2 * delay_, 8 * context_.settings.restarts.first_delay);
    context_.log.warn("the store still takes no writes: {}", why.detail);
    try_later();
  }

  engine_context& context_;
  std::vector<append_request> queue_;
  std::vector<change_request> changes_;
  std::vector<persistence::append> appends_;
  std::vector<persistence::record_change> records_;
  bool mending_ = false;
  milliseconds delay_{0};
  time_point next_attempt_{};
  std::vector<writer_fence> fences_; ///< to be answered when the store is known again
};

} // namespace

writer_actor spawn_store_writer(caf::actor_system& system, engine_context& context) {
  if (context.settings.detach_blocking)
    return system.spawn<store_writer, caf::detached>(&context);
  return system.spawn<store_writer>(&context);
}

} // namespace redial::actors
