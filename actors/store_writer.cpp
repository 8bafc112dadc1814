#include "actors/store_writer.hpp"

namespace redial::actors {

namespace {

class store_writer : public writer_actor::base {
public:
  store_writer(caf::actor_config& config, engine_context* context) : writer_actor::base{config}, context_{*context} {}

  const char* name() const override { return "store_writer"; }

protected:
  behavior_type make_behavior() override {
    return {
      [this](const append_request& r) {
        queue_.push_back(r);
        // Goes behind whatever is in the mailbox already: that is how a group forms without waiting for one.
        if (queue_.size() == 1)
          send(this, flush_now{});
      },
      [this](const stage_request& r) { stage(r); },
      [this](const writer_fence& f) {
        flush();
        caf::anon_send(f.from, f);
      },
      [this](flush_now) { flush(); },
    };
  }

  void on_exit() override { queue_.clear(); }

private:
  void flush() {
    if (queue_.empty())
      return;
    appends_.clear();
    for (const auto& r : queue_)
      appends_.push_back(std::move(*r.append));
    auto outcomes = context_.store.commit(appends_);
    for (std::size_t i = 0; i < queue_.size(); ++i) {
      *queue_[i].append = std::move(appends_[i]);
      auto outcome = std::make_shared<const result<campaign_state>>(std::move(outcomes[i]));
      caf::anon_send(queue_[i].from, append_done{queue_[i].append, std::move(outcome)});
    }
    queue_.clear();
  }

  void stage(const stage_request& r) {
    auto outcome =
      r.contacts ? context_.store.stage(r.campaign, r.first, *r.contacts) : context_.store.discard(r.campaign);
    if (!outcome)
      context_.log.error("campaign_no={} staging failed: {}", r.campaign, outcome.error().detail);
    if (r.from)
      caf::anon_send(r.from, stage_done{std::make_shared<const result<void>>(std::move(outcome))});
  }

  engine_context& context_;
  std::vector<append_request> queue_;
  std::vector<persistence::append> appends_;
};

} // namespace

writer_actor spawn_store_writer(caf::actor_system& system, engine_context& context) {
  if (context.settings.detach_blocking)
    return system.spawn<store_writer, caf::detached>(&context);
  return system.spawn<store_writer>(&context);
}

} // namespace redial::actors
