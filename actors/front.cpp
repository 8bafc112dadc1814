#include "actors/front.hpp"

namespace redial::actors {

namespace {

class front : public front_actor::base {
public:
  front(caf::actor_config& config, registry_actor registry, reader_actor reader)
    : front_actor::base{config}, registry_{std::move(registry)}, reader_{std::move(reader)} {}

  const char* name() const override { return "front"; }

protected:
  behavior_type make_behavior() override {
    return {
      [this](const act_command& c) { caf::anon_send(registry_, c); },
      [this](const remove_command& c) { caf::anon_send(registry_, c); },
      [this](const list_contacts_query& q) { caf::anon_send(reader_, q); },
      [this](const find_contact_query& q) { caf::anon_send(reader_, q); },
    };
  }

  void on_exit() override {
    registry_ = nullptr;
    reader_ = nullptr;
  }

private:
  registry_actor registry_;
  reader_actor reader_;
};

} // namespace

front_actor spawn_front(caf::actor_system& system, registry_actor registry, reader_actor reader) {
  return system.spawn<front>(std::move(registry), std::move(reader));
}

} // namespace redial::actors
