#include "actors/upload.hpp"

#include "actors/observed.hpp"
#include "domain/rules.hpp"

namespace redial::actors {

namespace {

class upload : public observed<upload_actor> {
public:
  upload(caf::actor_config& config, engine_context* context, registry_actor registry, writer_actor writer, caller from)
    : observed{config, *context, actor_kind::upload}, context_{*context}, registry_{std::move(registry)},
      writer_{std::move(writer)}, from_{std::move(from)}, number_{context->store.next_campaign_no()} {}

  const char* name() const override { return "upload"; }

protected:
  behavior_type make_behavior() override {
    // The engine is going: what waits for the writer waits in vain.
    set_down_handler([this](const caf::down_msg&) { quit(); });
    monitor(writer_);
    return heed([this](const upload_chunk& c) { add(c); },
      [this](const stage_done& d) {
        if (auto owed = std::exchange(staging_, {}))
          (*owed)(*d.outcome);
      },
      [this](const upload_finish& f) { finish(f); }, [this](const append_done& d) { born(d); },
      [this](upload_abort) { abort(); });
  }

  void on_exit() override {
    context_.live_uploads.fetch_sub(1, std::memory_order_relaxed);
    demonitor(writer_.address());
    staging_.reset();
    finishing_ = {};
    note_ = {};
    contacts_ = nullptr;
    registry_ = nullptr;
    writer_ = nullptr;
  }

private:
  void add(const upload_chunk& c) {
    const auto first = contacts_->size();
    auto fresh = std::make_shared<std::vector<contact_profile>>();
    fresh->reserve(c.contacts->size());
    for (auto& contact : *c.contacts) {
      if (contacts_->add(contact.phone))
        fresh->push_back(std::move(contact));
      else
        ++duplicates_;
    }
    if (fresh->empty())
      return c.done(boost::system::in_place_value);
    staged_ = true;
    staging_ = c.done;
    caf::anon_send(writer_, stage_request{number_, first, std::move(fresh), caf::actor_cast<caf::actor>(this)});
  }

  void finish(const upload_finish& f) {
    do
      f.definition->id = campaign_id::make(context_.random);
    while (context_.board.find(f.definition->id));
    f.definition->workspace = from_.workspace;
    f.definition->created_at = context_.time.now();
    auto append = std::make_shared<persistence::append>();
    append->campaign = number_;
    campaign_created created{f.definition, contacts_->size()};
    campaign_view born{number_, {}};
    evolve(born.state, created);
    append->events.emplace_back(std::move(created));
    add_note(f.note, created_campaign{std::make_shared<const campaign_view>(std::move(born)), duplicates_},
      f.definition->created_at, append->also);
    note_ = f.note;
    finishing_ = f.done;
    caf::anon_send(writer_, append_request{std::move(append), caf::actor_cast<caf::actor>(this)});
  }

  void born(const append_done& d) {
    note_ = {}; // whoever is answered now may ask again at once
    if (!*d.outcome) {
      context_.log.error("request={} campaign could not be created: {}", from_.trace, d.outcome->error().detail);
      finishing_(d.outcome->error());
      return abort();
    }
    auto view = d.outcome->value();
    context_.log.info("campaign={} request={} created: contacts={} duplicates={}", view->state.definition->id.view(),
      from_.trace, contacts_->size(), duplicates_);
    contacts_->settle();
    caf::anon_send(registry_, campaign_born{std::move(view), std::move(contacts_), duplicates_, finishing_});
    quit();
  }

  void abort() {
    if (staged_)
      caf::anon_send(writer_, stage_request{number_, 0, nullptr, nullptr});
    quit();
  }

  engine_context& context_;
  registry_actor registry_;
  writer_actor writer_;
  caller from_;
  campaign_no number_;
  std::shared_ptr<contact_table> contacts_ = std::make_shared<contact_table>();
  std::uint64_t duplicates_ = 0;
  bool staged_ = false;
  std::optional<reply_once<void>> staging_;
  reply_once<created_campaign> finishing_;
  answer_note<created_campaign> note_;
};

} // namespace

upload_actor spawn_upload(
  caf::actor_system& system, engine_context& context, registry_actor registry, writer_actor writer, caller from) {
  return system.spawn<upload>(&context, std::move(registry), std::move(writer), std::move(from));
}

} // namespace redial::actors
