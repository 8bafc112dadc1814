#include "actors/engine.hpp"

#include "actors/addition.hpp"
#include "actors/answer_sweep.hpp"
#include "actors/dnc_keeper.hpp"
#include "actors/line_pool.hpp"
#include "actors/reader.hpp"
#include "actors/registry.hpp"
#include "actors/store_writer.hpp"
#include "actors/upload.hpp"
#include "domain/rules.hpp"

namespace redial::actors {

namespace {

/// The caller's end of an upload: messages to its actor, and an abort if it is dropped half way.
class upload_handle final : public campaign_upload {
public:
  explicit upload_handle(upload_actor actor) : actor_{std::move(actor)} {}

  ~upload_handle() override {
    if (!finished_)
      caf::anon_send(actor_, upload_abort{});
  }
  upload_handle(const upload_handle&) = delete;
  upload_handle& operator=(const upload_handle&) = delete;

  void add(std::vector<contact_profile> contacts, reply<void> done) override {
    caf::anon_send(actor_, upload_chunk{std::make_shared<std::vector<contact_profile>>(std::move(contacts)),
                             reply_once<void>{std::move(done)}});
  }

  void finish(
    campaign_definition definition, answer_note<created_campaign> note, reply<created_campaign> done) override {
    finished_ = true;
    caf::anon_send(actor_, upload_finish{std::make_shared<campaign_definition>(std::move(definition)), std::move(note),
                             reply_once<created_campaign>{std::move(done)}});
  }

private:
  upload_actor actor_;
  bool finished_ = false;
};

/// The caller's end of an addition, likewise.
class addition_handle final : public contact_addition {
public:
  explicit addition_handle(addition_actor actor) : actor_{std::move(actor)} {}

  ~addition_handle() override {
    if (!finished_)
      caf::anon_send(actor_, upload_abort{});
  }
  addition_handle(const addition_handle&) = delete;
  addition_handle& operator=(const addition_handle&) = delete;

  void add(std::vector<contact_profile> contacts, reply<void> done) override {
    caf::anon_send(actor_, upload_chunk{std::make_shared<std::vector<contact_profile>>(std::move(contacts)),
                             reply_once<void>{std::move(done)}});
  }

  void finish(answer_note<added_contacts> note, reply<added_contacts> done) override {
    finished_ = true;
    caf::anon_send(actor_, addition_finish{std::move(note), reply_once<added_contacts>{std::move(done)}});
  }

private:
  addition_actor actor_;
  bool finished_ = false;
};

problem no_such_campaign() { return {error_code::not_found, "no such campaign", {}}; }

} // namespace

engine::engine(caf::actor_system& system, engine_context& context)
  : system_{system}, context_{context}, writer_{spawn_store_writer(system, context)},
    lines_{spawn_line_pool(system, context)}, readers_{spawn_reader(system, context, "rows"),
                                                spawn_reader(system, context, "lists"),
                                                spawn_reader(system, context, "scans")},
    feed_reader_{spawn_feed_reader(system, context)}, feed_{context, feed_reader_}, registry_{spawn_registry(system,
                                                                                      context, writer_, lines_)},
    front_{spawn_front(system, context, registry_, readers_)}, sweep_{spawn_answer_sweep(system, context, writer_)},
    dnc_keeper_{spawn_dnc_keeper(system, context, registry_, writer_)} {
  context.bell.ring(context.store.last_commit());
  if (context.sender) {
    desk_ = spawn_webhook_desk(system, context, writer_, feed_reader_);
    webhooks_.emplace(context, desk_);
  }
  watch_singles();
}

std::vector<caf::actor> engine::singles() const {
  std::vector<caf::actor> all;
  // In the order in which they are to end: campaigns go with the registry.
  for (const auto& a :
    {caf::actor_cast<caf::actor>(front_), caf::actor_cast<caf::actor>(sweep_), caf::actor_cast<caf::actor>(dnc_keeper_),
      caf::actor_cast<caf::actor>(registry_), caf::actor_cast<caf::actor>(desk_),
      caf::actor_cast<caf::actor>(readers_.rows), caf::actor_cast<caf::actor>(readers_.lists),
      caf::actor_cast<caf::actor>(readers_.scans), caf::actor_cast<caf::actor>(feed_reader_),
      caf::actor_cast<caf::actor>(lines_), caf::actor_cast<caf::actor>(writer_)})
    if (a)
      all.push_back(a);
  return all;
}

/// Everybody holds these: nobody could be given another one.
void engine::watch_singles() {
  for (const auto& each : singles()) {
    each->attach_functor(
      [fatal = context_.fatal,
        name = std::string{dynamic_cast<caf::local_actor*>(caf::actor_cast<caf::abstract_actor*>(each))->name()}](
        const caf::error& why) {
        if (fatal && why != caf::exit_reason::user_shutdown)
          fatal(name);
      });
  }
}

engine::~engine() {
  phase_ = phase::stopping;
  // The system's destructor waits for whatever still lives.
  for (const auto& each : singles())
    caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
}

std::future<void> engine::recover() {
  auto promise = std::make_shared<std::promise<void>>();
  auto future = promise->get_future();
  caf::anon_send(registry_, actors::recover{reply_once<void>{[this, promise](const result<void>&) {
    auto starting = phase::starting;
    phase_.compare_exchange_strong(starting, phase::serving);
    promise->set_value();
  }}});
  return future;
}

std::future<void> engine::drain() {
  phase_ = phase::stopping;
  auto promise = std::make_shared<std::promise<void>>();
  auto future = promise->get_future();
  const auto both = std::make_shared<const when_all_are_done>(
    reply_once<void>{[promise](const result<void>&) { promise->set_value(); }});
  caf::anon_send(registry_, actors::drain{reply_once<void>{[both](const result<void>&) {}}});
  if (desk_)
    caf::anon_send(desk_, actors::drain{reply_once<void>{[both](const result<void>&) {}}});
  return future;
}

std::optional<std::string> engine::not_serving() const {
  switch (phase_.load()) {
  case phase::starting: return "starting";
  case phase::serving: return std::nullopt;
  case phase::stopping: break;
  }
  return "stopping";
}

std::optional<std::string> engine::not_ready() const {
  if (auto why = not_serving())
    return why;
  if (auto why = context_.store.health())
    return "storage: " + *why;
  return std::nullopt;
}

/// @returns why not even a question is taken now, if so.
std::optional<problem> engine::unreadable() const {
  if (auto why = not_serving())
    return problem{error_code::unavailable, "the engine is " + *why, {}};
  if (context_.pending_commands.load(std::memory_order_relaxed) >= context_.settings.max_commands)
    return problem{error_code::overloaded, "too many commands are under way", {}};
  return std::nullopt;
}

/// @returns why nothing that writes is taken now, if so.
std::optional<problem> engine::closed() const {
  if (auto why = unreadable())
    return why;
  if (auto why = context_.store.health())
    return problem{error_code::storage_failed, "nothing can be stored now: " + *why, {}};
  return std::nullopt;
}

campaign_view_ptr engine::find(std::string_view workspace, const campaign_id& id) const {
  auto view = context_.board.find(id);
  // The frame of a one-off call is nothing that callers know.
  return view && view->state.definition->workspace == workspace && view->state.definition->single_call.empty()
           ? view
           : nullptr;
}

campaign_page engine::list(const campaign_filter& filter) const { return context_.board.list(filter); }

result<key_claim> engine::claim_key(const std::string& key) {
  return context_.answers.claim(context_.store, key, context_.time.now());
}

/// Counts one more upload; its actor takes it off again. @returns why it may not begin, if so.
std::optional<problem> engine::open_upload() {
  if (auto why = closed())
    return why;
  if (context_.live_uploads.fetch_add(1, std::memory_order_relaxed) >= context_.settings.max_uploads) {
    context_.live_uploads.fetch_sub(1, std::memory_order_relaxed);
    return problem{error_code::overloaded, "too many contacts are being uploaded at once", {}};
  }
  return std::nullopt;
}

result<std::unique_ptr<contact_addition>> engine::begin_addition(caller from, const campaign_id& id) {
  const auto view = find(from.workspace, id);
  if (!view)
    return no_such_campaign();
  if (auto possible = decide_addition(view->state, 1, context_.time.now()); !possible)
    return possible.error();
  if (auto why = open_upload())
    return *why;
  return std::make_unique<addition_handle>(
    spawn_addition(system_, context_, {registry_, readers_.rows, writer_}, id, from));
}

result<std::unique_ptr<campaign_upload>> engine::begin_upload(caller from) {
  if (auto why = open_upload())
    return *why;
  return std::make_unique<upload_handle>(spawn_upload(system_, context_, registry_, writer_, std::move(from)));
}

void engine::act(const caller& from, const campaign_id& id, campaign_action action, reply<campaign_view_ptr> done) {
  if (auto why = closed())
    return done(*why);
  if (!find(from.workspace, id))
    return done(no_such_campaign());
  caf::anon_send(front_,
    act_command{id, action, from.trace, reply_once<campaign_view_ptr>{std::move(done), &context_.pending_commands}});
}

void engine::remove_contacts(
  const caller& from, const campaign_id& id, std::vector<phone> phones, reply<removal_summary> done) {
  if (auto why = closed())
    return done(*why);
  if (!find(from.workspace, id))
    return done(no_such_campaign());
  caf::anon_send(front_, remove_command{id, std::make_shared<const std::vector<phone>>(std::move(phones)), from.trace,
                           reply_once<removal_summary>{std::move(done), &context_.pending_commands}});
}

void engine::list_contacts(const caller& from, const campaign_id& id, std::optional<contact_status> status,
  std::uint64_t offset, std::size_t limit, reply<contact_page> done) {
  if (auto why = unreadable())
    return done(*why);
  auto view = find(from.workspace, id);
  if (!view)
    return done(no_such_campaign());
  caf::anon_send(front_, list_contacts_query{view->number, status, offset, limit,
                           reply_once<contact_page>{std::move(done), &context_.pending_commands}});
}

void engine::find_contact(const caller& from, const campaign_id& id, phone number, reply<contact_detail> done) {
  if (auto why = unreadable())
    return done(*why);
  auto view = find(from.workspace, id);
  if (!view)
    return done(no_such_campaign());
  caf::anon_send(front_,
    find_contact_query{view->number, number, reply_once<contact_detail>{std::move(done), &context_.pending_commands}});
}

} // namespace redial::actors
