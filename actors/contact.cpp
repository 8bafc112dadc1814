#include "actors/contact.hpp"

#include "actors/timer_message.hpp"

namespace redial::actors {

namespace {

using telephony::call_ended;
using telephony::call_news;
using telephony::call_not_placed;
using telephony::call_placed;

/// While a contact is inside `gateway.place`, news of its call that come on this very thread are gathered here instead
/// of going through its mailbox: a call that ends at once then costs one message and not four.
struct gathering {
  call_id call;
  std::vector<call_news>* into = nullptr;
};
thread_local gathering gathers;

class contact : public contact_actor::base {
public:
  contact(caf::actor_config& config, engine_context* context, campaign_actor campaign)
    : contact_actor::base{config}, context_{*context}, campaign_{std::move(campaign)} {}

  const char* name() const override { return "contact"; }

  caf::resumable::resume_result resume(caf::execution_unit* host, std::size_t most) override {
    auto* const outer = std::exchange(at_work, this);
    const auto outcome = contact_actor::base::resume(host, most);
    at_work = outer;
    return outcome;
  }

protected:
  /// One for all contacts, as its handlers know nobody but who is at work: of its own it would be a seventh of what a
  /// call in flight takes.
  behavior_type make_behavior() override {
    static const behavior_type shared{
      [](const gateway_news& n) { at_work->guarded([&] { at_work->relay(n); }); },
      [](const contact_dial& d) { at_work->guarded([&] { at_work->dial(d); }); },
      [](const contact_lookup& l) { at_work->guarded([&] { at_work->look_up(l); }, true); },
      [](const contact_wait& w) { at_work->guarded([&] { arm_tick(at_work->context_.timers, w.due, at_work); }); },
      [](tick) { caf::anon_send(at_work->campaign_, contact_due{at_work->number_}); },
      [](contact_retire) { at_work->quit(); },
    };
    return shared;
  }

  void on_exit() override { campaign_ = nullptr; }

private:
  /// Whose turn it is on this thread.
  static thread_local contact* at_work;

  /// Whatever it dies of, its campaign hears of it: without a monitor, which would cost every contact a message.
  template <class Work>
  void guarded(Work work, bool asking = false) {
    try {
      work();
    } catch (const std::exception& e) {
      context_.log.error("call={} contact={} its actor dies: {}", call_.to_string(), number_, e.what());
      caf::anon_send(campaign_, contact_lost{address(), number_, generation_, asking});
      quit(caf::exit_reason::unhandled_exception);
    }
  }

  telephony::call_listener listener() {
    return [self = caf::actor_cast<caf::actor>(this), call = call_](call_news news, telephony::receipt owed) {
      if (gathers.into && gathers.call == call && !owed)
        gathers.into->push_back(std::move(news));
      else
        caf::anon_send(self, gateway_news{call, std::move(news), std::move(owed)});
    };
  }

  void dial(const contact_dial& d) {
    call_ = d.request.id;
    number_ = d.contact;
    generation_ = d.generation;
    auto news = std::make_shared<std::vector<call_news>>();
    gathers = {call_, news.get()};
    try {
      context_.gateway.place(d.request, listener());
    } catch (const std::exception& e) {
      // Nobody can tell how far the gateway came: the attempt counts, and nobody is called again for it.
      context_.log.error("call={} the gateway failed to take the call: {}", call_.to_string(), e.what());
      news->assign({call_placed{}, call_ended{call_outcome::unknown, {}, context_.time.now()}});
    }
    gathers = {};
    if (news->empty())
      return;
    caf::anon_send(campaign_, contact_burst{number_, std::exchange(generation_, 0), call_, std::move(news)});
  }

  void look_up(const contact_lookup& l) {
    call_ = l.call;
    number_ = l.contact;
    generation_ = l.generation;
    context_.gateway.look_up(call_, listener());
  }

  /// News of a former call goes on as well: its bringer waits until the campaign has put it on file as late.
  void relay(const gateway_news& n) {
    const auto generation = n.call == call_ ? std::exchange(generation_, 0) : 0;
    if (!std::holds_alternative<call_placed>(n.news)) {
      caf::anon_send(campaign_, contact_news{number_, generation, n.call, n.news, n.done});
      return;
    }
    if (generation != 0)
      caf::anon_send(campaign_, contact_placed{number_, generation});
    n.done.confirm(); // the attempt is on file since before it was placed
  }

  engine_context& context_;
  campaign_actor campaign_;
  call_id call_;
  std::uint64_t generation_ = 0;
  contact_no number_ = 0;
};

thread_local contact* contact::at_work = nullptr;

} // namespace

contact_actor spawn_contact(caf::actor_system& system, engine_context& context, campaign_actor campaign) {
  return system.spawn<contact, caf::lazy_init>(&context, std::move(campaign));
}

} // namespace redial::actors
