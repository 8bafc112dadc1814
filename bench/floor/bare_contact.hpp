/// The contact actor without anything that makes it redial's.
#pragma once

#include "actors/campaign_messages.hpp"

namespace redial::bench {

/// Takes one `contact_dial`, answers with a `contact_burst` of the news that a call brings which ends at once, and
/// ends. Spawned as redial spawns its own: lazily, knowing whom to tell.
class bare_contact : public caf::event_based_actor {
public:
  bare_contact(caf::actor_config& config, caf::actor tells, contact_no number)
    : caf::event_based_actor{config}, tells_{std::move(tells)}, number_{number} {}

  caf::behavior make_behavior() override {
    return {[this](const actors::contact_dial& d) {
      auto news = std::make_shared<std::vector<telephony::call_news>>();
      news->emplace_back(telephony::call_placed{});
      news->emplace_back(telephony::call_ended{call_outcome::no_answer, {}, {}});
      caf::anon_send(tells_, actors::contact_burst{number_, d.generation, d.request.id, std::move(news)});
      quit();
    }};
  }

  void on_exit() override { tells_ = nullptr; }

private:
  caf::actor tells_;
  contact_no number_;
};

/// Spawns one and has it dial.
inline void begin_bare_attempt(caf::actor_system& system, const caf::actor& tells, contact_no number,
  const std::shared_ptr<const campaign_definition>& definition, const std::shared_ptr<const contact_profile>& profile) {
  actors::contact_dial dial;
  dial.request = {call_id{number, 1}, 1, definition, profile};
  dial.generation = 1;
  caf::anon_send(system.spawn<bare_contact, caf::lazy_init>(tells, number), std::move(dial));
}

/// CAF as redial sets it.
inline void configure_as_redial(caf::actor_system_config& config, unsigned threads) {
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", std::size_t{threads});
  config.set("scheduler.max-throughput", std::size_t{300});
}

} // namespace redial::bench
