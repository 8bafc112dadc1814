#include "actors/one_off.hpp"

#include "actors/observed.hpp"
#include "domain/rules.hpp"

namespace redial::actors {

namespace {

class one_off : public observed<one_off_actor> {
public:
  one_off(caf::actor_config& config, engine_context* context, registry_actor registry, writer_actor writer, caller from,
    one_off_call call, answer_note<call_detail> note, reply_once<call_detail> answer)
    : observed{config, *context, actor_kind::one_off}, context_{*context}, registry_{std::move(registry)},
      writer_{std::move(writer)}, from_{std::move(from)}, call_{std::move(call)}, note_{std::move(note)},
      done_{std::move(answer)}, number_{context->store.next_campaign_no()} {}

  const char* name() const override { return "one_off"; }

protected:
  behavior_type make_behavior() override {
    // The engine is going: what waits for the writer waits in vain.
    set_down_handler([this](const caf::down_msg&) { quit(); });
    monitor(writer_);
    begin();
    return heed([this](const append_done& d) { born(d); });
  }

  void on_exit() override {
    demonitor(writer_.address());
    done_ = {};
    note_ = {};
    registry_ = nullptr;
    writer_ = nullptr;
  }

private:
  void begin() {
    const auto now = context_.time.now();
    auto definition = std::make_shared<campaign_definition>();
    do
      definition->id = campaign_id::make(context_.random);
    while (context_.board.find(definition->id));
    definition->workspace = from_.workspace;
    definition->name = "One-off call";
    definition->script_id = call_.script_id;
    definition->language = call_.language;
    definition->created_at = now;
    // Its creation is the journal's first event: no attempt has this id.
    definition->single_call = call_id::make(now, number_, 0, 1);
    auto append = std::make_shared<persistence::append>();
    append->campaign = number_;
    append->events.emplace_back(campaign_created{definition, 1});
    append->events.emplace_back(campaign_changed{campaign_change::started, end_reason::none, now});
    campaign_state born;
    for (const auto& e : append->events)
      evolve(born, e);
    add_note(note_, told(born), now, append->also);
    caf::anon_send(writer_,
      stage_request{number_, 0, std::make_shared<const std::vector<contact_profile>>(1, call_.contact), nullptr});
    // Behind the contact; were that refused, this is too.
    caf::anon_send(writer_, append_request{std::move(append), caf::actor_cast<caf::actor>(this)});
  }

  call_detail told(const campaign_state& state) const {
    contact_detail contact;
    contact.profile = call_.contact;
    return single_call_of(state, contact);
  }

  void born(const append_done& d) {
    note_ = {}; // whoever is answered now may ask again at once
    if (!*d.outcome) {
      context_.log.error("request={} one-off call could not be created: {}", from_.trace, d.outcome->error().detail);
      caf::anon_send(writer_, stage_request{number_, 0, nullptr, nullptr});
      // Whatever it is called between store and writer: the caller's call was in order, and could not be stored.
      done_(problem{error_code::storage_failed, "the call could not be stored: " + d.outcome->error().detail, {}});
      return quit();
    }
    auto view = d.outcome->value();
    const auto& definition = *view->state.definition;
    context_.log.info("campaign={} request={} created for the one-off call {}", definition.id.view(), from_.trace,
      definition.single_call.to_string());
    auto contacts = std::make_shared<contact_table>();
    contacts->append(call_.contact.phone);
    caf::anon_send(registry_,
      campaign_born{view, std::move(contacts), 0,
        reply_once<created_campaign>{[done = done_, call = told(view->state)](const result<created_campaign>& created) {
          if (created)
            done(call);
          else
            done(created.error());
        }}});
    quit();
  }

  engine_context& context_;
  registry_actor registry_;
  writer_actor writer_;
  caller from_;
  one_off_call call_;
  answer_note<call_detail> note_;
  reply_once<call_detail> done_;
  campaign_no number_;
};

} // namespace

void spawn_one_off(caf::actor_system& system, engine_context& context, registry_actor registry, writer_actor writer,
  const caller& from, one_off_call call, answer_note<call_detail> note, reply_once<call_detail> done) {
  system.spawn<one_off>(
    &context, std::move(registry), std::move(writer), from, std::move(call), std::move(note), std::move(done));
}

} // namespace redial::actors
