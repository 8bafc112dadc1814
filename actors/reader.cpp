#include "actors/reader.hpp"

#include "persistence/dnc_records.hpp"

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
      [this](const list_dnc_query& q) { q.done(list(q)); },
      [this](const find_dnc_query& q) { q.done(find(q)); },
      [this](const staged_query& q) {
        auto found = context_.store.load_staged(q.campaign, q.first, q.count);
        if (found)
          q.done(std::make_shared<std::vector<contact_profile>>(std::move(*found)));
        else
          q.done(found.error());
      },
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

  result<dnc_page> list(const list_dnc_query& q) {
    const auto now = context_.time.now();
    auto entries = persistence::list_dnc(context_.store, q.workspace, q.offset, q.limit, now);
    if (!entries)
      return entries.error();
    return dnc_page{std::move(*entries), context_.dnc.of(q.workspace)->count(now)};
  }

  result<dnc_entry> find(const find_dnc_query& q) {
    auto entry = persistence::find_dnc(context_.store, q.workspace, q.phone, context_.time.now());
    if (!entry)
      return entry.error();
    if (!*entry)
      return problem{error_code::not_found, "The number is not on the do-not-call list.", {}};
    return std::move(**entry);
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
