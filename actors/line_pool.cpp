#include "actors/line_pool.hpp"

#include "actors/observed.hpp"
#include "actors/timer_message.hpp"

#include <unordered_map>

namespace redial::actors {

namespace {

class line_pool : public observed<line_pool_actor> {
public:
  line_pool(caf::actor_config& config, engine_context* context)
    : observed{config, *context, actor_kind::line_pool}, context_{*context}, allocator_{context->settings.lines,
                                                                               context->time.now()} {}

  const char* name() const override { return "line_pool"; }

protected:
  behavior_type make_behavior() override {
    context_.lines.publish(allocator_.figures());
    return heed([this](const lines_update& u) { update(u); },
      [this](const lines_leave& l) {
        allocator_.leave(l.campaign);
        members_.erase(l.campaign);
        share();
      },
      [this](tick) {
        armed_.reset();
        share();
      });
  }

  void on_exit() override { members_.clear(); }

private:
  void update(const lines_update& u) {
    members_[u.campaign] = u.from;
    allocator_.adopt(u.campaign, u.adopted);
    allocator_.release(u.campaign, u.ended + u.taken_back);
    if (u.refused > 0)
      allocator_.slow_down(u.refused, context_.time.now(), u.retry_after);
    allocator_.give_back(u.campaign, u.unused);
    allocator_.want(u.campaign, u.wanted);
    share();
  }

  void share() {
    const auto now = context_.time.now();
    for (const auto& grant : allocator_.allocate(now))
      caf::anon_send(members_.at(grant.campaign), lines_grant{grant.lines});
    context_.lines.publish(allocator_.figures());
    if (auto next = allocator_.next_start(now); next && (!armed_ || *next < *armed_)) {
      armed_ = next;
      arm_tick(context_.timers, *next, this);
    }
  }

  engine_context& context_;
  line_allocator allocator_;
  std::unordered_map<campaign_no, caf::actor> members_;
  std::optional<time_point> armed_;
};

} // namespace

line_pool_actor spawn_line_pool(caf::actor_system& system, engine_context& context) {
  return system.spawn<line_pool>(&context);
}

} // namespace redial::actors
