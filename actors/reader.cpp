#include "actors/reader.hpp"

namespace redial::actors {

namespace {

class reader : public reader_actor::base {
public:
  reader(caf::actor_config& config, engine_context* context) : reader_actor::base{config}, context_{*context} {}

  const char* name() const override { return "reader"; }

protected:
  behavior_type make_behavior() override {
    return {
      [this](const list_contacts_query& q) {
        q.done(context_.store.list_contacts(q.campaign, q.status, q.offset, q.limit));
      },
      [this](const find_contact_query& q) { q.done(find(q)); },
    };
  }

private:
  result<contact_detail> find(const find_contact_query& q) {
    auto number = context_.store.find_contact(q.campaign, q.phone);
    if (!number)
      return number.error();
    if (!*number)
      return problem{error_code::not_found, "the campaign has no contact " + q.phone.to_string(), {}};
    return context_.store.load_contact(q.campaign, **number);
  }

  engine_context& context_;
};

} // namespace

reader_actor spawn_reader(caf::actor_system& system, engine_context& context) {
  if (context.settings.detach_blocking)
    return system.spawn<reader, caf::detached>(&context);
  return system.spawn<reader>(&context);
}

} // namespace redial::actors
