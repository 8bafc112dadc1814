#include "actors/reader.hpp"

#include "actors/observed.hpp"
#include "persistence/dnc_records.hpp"

namespace redial::actors {

namespace {

class reader : public observed<reader_actor> {
public:
  reader(caf::actor_config& config, engine_context* context, std::string id)
    : observed{config, *context, actor_kind::reader, std::move(id)}, context_{*context} {}

  const char* name() const override { return "reader"; }

protected:
  behavior_type make_behavior() override {
    return heed(
      [this](const list_contacts_query& q) {
        q.done(context_.store.list_contacts(q.campaign, q.status, q.offset, q.limit));
      },
      [this](const find_contact_query& q) { q.done(find(q.campaign, q.phone)); },
      [this](const explain_query& q) { q.done(explain(q)); },
      [this](const find_call_query& q) { q.done(context_.store.find_call(q.workspace, q.call)); },
      [this](const list_calls_query& q) { q.done(context_.store.list_calls(q.workspace, q.campaign, q.filter)); },
      [this](const find_phone_query& q) { q.done(find(q)); }, [this](const list_dnc_query& q) { q.done(list(q)); },
      [this](const find_dnc_query& q) { q.done(find(q)); },
      [this](const staged_query& q) {
        auto found = context_.store.load_staged(q.campaign, q.first, q.count);
        if (found)
          q.done(std::make_shared<std::vector<contact_profile>>(std::move(*found)));
        else
          q.done(found.error());
      });
  }

private:
  result<contact_detail> find(campaign_no campaign, phone wanted) {
    auto number = context_.store.find_contact(campaign, wanted);
    if (!number)
      return number.error();
    if (!*number)
      return problem{error_code::not_found, "the campaign has no contact " + wanted.to_string(), {}};
    return context_.store.load_contact(campaign, **number);
  }

  result<phone_history> find(const find_phone_query& q) {
    auto history = context_.store.find_phone(q.workspace, q.phone, q.offset, q.limit);
    if (!history)
      return history;
    auto listed = persistence::find_dnc(context_.store, q.workspace, q.phone, context_.time.now());
    if (!listed)
      return listed.error();
    history->do_not_call = std::move(*listed);
    return history;
  }

  result<explained_contact> explain(const explain_query& q) {
    auto contact = find(q.campaign, q.phone);
    if (!contact)
      return contact.error();
    // Read after the contact: what ends a campaign leaves its contacts as they are.
    const auto campaign = context_.store.find(q.campaign);
    if (!campaign)
      return problem{error_code::not_found, "no such campaign", {}};
    dial_surroundings around;
    const auto now = context_.time.now();
    around.do_not_call = context_.dnc.of(campaign->definition->workspace)->forbids(q.phone, now);
    around.lines = context_.lines.read();
    auto why = redial::explain(*campaign, contact->state, around, now);
    return explained_contact{std::move(*contact), std::move(why)};
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

reader_actor spawn_reader(caf::actor_system& system, engine_context& context, std::string id) {
  if (context.settings.detach_blocking)
    return system.spawn<reader, caf::detached>(&context, std::move(id));
  return system.spawn<reader>(&context, std::move(id));
}

} // namespace redial::actors
