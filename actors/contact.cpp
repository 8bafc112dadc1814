#include "actors/contact.hpp"

#include "actors/timer_message.hpp"

namespace redial::actors {

namespace {

using telephony::call_ended;
using telephony::call_news;
using telephony::call_placed;

/// While a contact is inside `gateway.place`, news of its call that come on this very thread are gathered here instead
/// of going through its mailbox: a call that ends at once then costs one message and not four.
struct gathering {
  const void* contact = nullptr;
  std::vector<call_news>* into = nullptr;
};
thread_local gathering gathers;

class contact : public contact_actor::base {
public:
  contact(caf::actor_config& config, engine_context* context, campaign_actor campaign, contact_no number, bool keeps)
    : contact_actor::base{config}, context_{*context}, campaign_{std::move(campaign)}, number_{number}, keeps_{keeps} {}

  const char* name() const override { return "contact"; }

protected:
  behavior_type make_behavior() override {
    return {
      [this](const gateway_news& n) {
        if (n.call == call_)
          relay(n.news);
      },
      [this](const gateway_answer& a) { take_answer(a.answer); },
      [this](const contact_dial& d) { dial(d); },
      [this](const contact_lookup& l) { look_up(l.call); },
      [this](const contact_wait& w) { arm_tick(context_.timers, w.due, this); },
      [this](tick) { caf::anon_send(campaign_, contact_due{number_}); },
      [this](contact_retire) { quit(); },
    };
  }

  void on_exit() override { campaign_ = nullptr; }

private:
  telephony::call_listener listener() {
    return
      [self = caf::actor_cast<caf::actor>(this), owner = static_cast<const void*>(this), call = call_](call_news news) {
        if (gathers.contact == owner)
          gathers.into->push_back(std::move(news));
        else
          caf::anon_send(self, gateway_news{call, std::move(news)});
      };
  }

  void dial(const contact_dial& d) {
    call_ = d.request.id;
    generation_ = d.generation;
    auto news = std::make_shared<std::vector<call_news>>();
    gathers = {this, news.get()};
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
    const bool over = std::holds_alternative<call_ended>(news->back());
    caf::anon_send(campaign_, contact_burst{number_, generation_, call_, std::move(news)});
    if (over)
      call_over();
  }

  void look_up(call_id call) {
    call_ = call;
    context_.gateway.look_up(call, listener(),
      [self = caf::actor_cast<caf::actor>(this)](auto answer) { caf::anon_send(self, gateway_answer{answer}); });
  }

  void take_answer(telephony::lookup_answer answer) {
    if (answer == telephony::lookup_answer::never_heard)
      relay(call_ended{call_outcome::unknown, {}, context_.time.now()});
  }

  void relay(const call_news& news) {
    if (std::holds_alternative<call_placed>(news)) {
      if (generation_ != 0) // a call of a former life was placed before anyone could ask
        caf::anon_send(campaign_, contact_placed{number_, generation_});
      return;
    }
    caf::anon_send(campaign_, contact_news{number_, call_, news});
    if (std::holds_alternative<call_ended>(news))
      call_over();
  }

  void call_over() {
    call_ = {};
    if (!keeps_)
      quit();
  }

  engine_context& context_;
  campaign_actor campaign_;
  call_id call_;
  std::uint64_t generation_ = 0;
  contact_no number_;
  bool keeps_;
};

} // namespace

contact_actor spawn_contact(
  caf::actor_system& system, engine_context& context, campaign_actor campaign, contact_no number, bool keeps) {
  return system.spawn<contact, caf::lazy_init>(&context, std::move(campaign), number, keeps);
}

} // namespace redial::actors
