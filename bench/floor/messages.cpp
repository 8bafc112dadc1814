#include "bench/floor/bare_contact.hpp"
#include "bench/floor/floor.hpp"

namespace redial::bench {

namespace {

/// Keeps so many attempts in flight until all have come back.
class dialer : public caf::event_based_actor {
public:
  dialer(caf::actor_config& config, std::uint64_t attempts, std::uint64_t in_flight)
    : caf::event_based_actor{config}, attempts_{attempts}, in_flight_{in_flight} {}

  caf::behavior make_behavior() override {
    for (std::uint64_t n = 0; n < std::min(in_flight_, attempts_); ++n)
      begin();
    return {[this](const actors::contact_burst&) {
      if (++over_ == attempts_)
        quit();
      else if (begun_ < attempts_)
        begin();
    }};
  }

private:
  void begin() {
    begin_bare_attempt(
      system(), caf::actor_cast<caf::actor>(this), static_cast<contact_no>(begun_++), definition_, profile_);
  }

  std::uint64_t attempts_;
  std::uint64_t in_flight_;
  std::uint64_t begun_ = 0;
  std::uint64_t over_ = 0;
  std::shared_ptr<const campaign_definition> definition_ = running_campaign(1).definition;
  std::shared_ptr<const contact_profile> profile_ = std::make_shared<contact_profile>();
};

} // namespace

void measure_messages(const floor_options& options, std::uint64_t attempts, report& into) {
  caf::actor_system_config config;
  configure_as_redial(config, options.actor_threads);
  caf::actor_system system{config};
  const own_watch took;
  system.spawn<dialer>(attempts, options.in_flight);
  system.await_all_actors_done();
  add_pace(into, "CAF alone: actor, two messages, its end", attempts, took);
}

} // namespace redial::bench
