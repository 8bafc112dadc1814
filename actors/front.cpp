#include "actors/front.hpp"

#include "actors/observed.hpp"

namespace redial::actors {

namespace {

class front : public observed<front_actor> {
public:
  front(caf::actor_config& config, engine_context* context, registry_actor registry, readers readers)
    : observed{config, *context, actor_kind::front}, registry_{std::move(registry)}, readers_{std::move(readers)} {}

  const char* name() const override { return "front"; }

protected:
  behavior_type make_behavior() override {
    return heed([this](const act_command& c) { caf::anon_send(registry_, c); },
      [this](const remove_command& c) { caf::anon_send(registry_, c); },
      [this](const list_contacts_query& q) { caf::anon_send(readers_.rows, q); },
      [this](const find_contact_query& q) { caf::anon_send(readers_.rows, q); },
      [this](const explain_query& q) { caf::anon_send(readers_.rows, q); },
      [this](const find_call_query& q) { caf::anon_send(readers_.rows, q); },
      [this](const list_calls_query& q) { caf::anon_send(readers_.lists, q); },
      [this](const find_phone_query& q) { caf::anon_send(readers_.scans, q); });
  }

  void on_exit() override {
    registry_ = nullptr;
    readers_ = {};
  }

private:
  registry_actor registry_;
  readers readers_;
};

} // namespace

front_actor spawn_front(caf::actor_system& system, engine_context& context, registry_actor registry, readers readers) {
  return system.spawn<front>(&context, std::move(registry), std::move(readers));
}

} // namespace redial::actors
