#include "actors/webhook_desk.hpp"

#include "actors/courier.hpp"
#include "actors/observed.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace redial::actors {

namespace {

using persistence::webhook_row;

problem restarting() { return {error_code::unavailable, "the webhook is being restarted; try again shortly", {}}; }

problem no_such_webhook() { return {error_code::not_found, "There is no webhook with this id.", {}}; }

class webhook_desk : public observed<webhook_desk_actor> {
public:
  webhook_desk(caf::actor_config& config, engine_context* context, writer_actor writer, feed_actor feed)
    : observed{config, *context, actor_kind::webhook_desk}, context_{*context}, writer_{std::move(writer)},
      feed_{std::move(feed)} {}

  const char* name() const override { return "webhook_desk"; }

protected:
  behavior_type make_behavior() override {
    set_down_handler([this](caf::down_msg& down) { died(down); });
    load();
    return heed([this](const webhook_create& c) { create(c); }, [this](const webhook_stored& s) { stored(s); },
      [this](const webhook_list_query& q) { q.done(list(q)); },
      [this](const webhook_find_query& q) {
        const auto* known = find(q.workspace, q.id);
        q.done(known ? result<webhook>{known->hook} : no_such_webhook());
      },
      [this](const webhook_remove& r) { remove(r); },
      [this](const webhook_removed& r) {
        if (*r.outcome)
          hooks_.erase(r.key);
        else if (auto known = hooks_.find(r.key); known != hooks_.end())
          known->second.going = false;
        r.done(*r.outcome);
      },
      [this](const deliveries_query& q) {
        if (const auto* known = find(q.workspace, q.id); known && known->courier)
          caf::anon_send(known->courier, q);
        else
          q.done(known ? restarting() : no_such_webhook());
      },
      [this](const webhook_replay& r) { replay(r); },
      [this](const webhook_located& l) {
        if (!*l.place)
          return l.done(l.place->error());
        if (const auto known = hooks_.find(l.key);
            known != hooks_.end() && !known->second.going && known->second.courier)
          caf::anon_send(known->second.courier, courier_replay{l.place->value(), l.done});
        else
          l.done(no_such_webhook());
      },
      [this](const webhook_changed& c) {
        if (const auto known = hooks_.find(key_of(*c.hook)); known != hooks_.end())
          known->second.hook = *c.hook;
      },
      [this](const webhook_respawn& r) { respawn(r.key); }, [this](const drain& d) { drain_all(d); });
  }

  void on_exit() override {
    for (auto& [key, each] : hooks_) {
      if (each.courier)
        caf::anon_send_exit(each.courier, caf::exit_reason::user_shutdown);
    }
    hooks_.clear();
    writer_ = nullptr;
    feed_ = nullptr;
  }

private:
  /// Workspace, a zero byte, id: the key of its row too.
  using key_type = std::string;
  struct entry {
    webhook hook;
    courier_actor courier;
    bool going = false; ///< its end is being stored
  };

  static key_type key_of(const webhook& hook) { return persistence::webhook_key_of(hook.workspace, hook.id); }

  void load() {
    std::vector<webhook_row> rows;
    auto scanned = context_.store.scan_records(
      persistence::table::webhook, {}, "\xff", [&](std::string_view key, std::string_view value) {
        webhook_row row;
        if (!persistence::decode_webhook(key, value, row))
          return persistence::visited::damaged;
        rows.push_back(std::move(row));
        return persistence::visited::next;
      });
    if (!scanned)
      context_.log.error("webhooks cannot be read: {}", scanned.error().detail);
    for (auto& row : rows)
      begin(std::move(row));
  }

  void begin(webhook_row row) {
    auto& made = hooks_[key_of(row.hook)];
    made.hook = row.hook;
    made.courier = spawn_courier(system(), context_, writer_, feed_, address(), std::move(row));
    monitor(made.courier);
    if (draining_)
      caf::anon_send(made.courier, courier_drain{});
  }

  entry* find(const workspace_name& workspace, const webhook_id& id) {
    const auto known = hooks_.find(persistence::webhook_key_of(workspace, id));
    return known == hooks_.end() || known->second.going ? nullptr : &known->second;
  }

  std::pair<std::map<key_type, entry>::iterator, std::map<key_type, entry>::iterator> all_of(
    const workspace_name& workspace) {
    const std::string end = workspace + '\x01';
    return {hooks_.lower_bound(workspace + '\0'), hooks_.lower_bound(end)};
  }

  void create(const webhook_create& c) {
    const auto [first, last] = all_of(c.from.workspace);
    const auto there = static_cast<std::size_t>(std::distance(first, last)) + creating_[c.from.workspace];
    if (there >= context_.settings.webhooks.most)
      return c.done(problem{error_code::invalid_value,
        "A workspace may have " + std::to_string(context_.settings.webhooks.most) + " webhooks at most.", {}});
    if (auto checked = context_.sender->check(c.wanted.url); !checked)
      return c.done(checked.error());
    auto row = std::make_shared<webhook_row>();
    do
      row->hook.id = make_webhook_id(context_.random);
    while (hooks_.contains(persistence::webhook_key_of(c.from.workspace, row->hook.id)));
    row->hook.workspace = c.from.workspace;
    row->hook.url = c.wanted.url;
    row->hook.every_event = c.wanted.every_event;
    row->hook.events = c.wanted.events;
    row->hook.secret = c.wanted.secret ? *c.wanted.secret : make_webhook_secret(context_.random);
    row->hook.created_at = context_.time.now();
    row->commit = context_.bell.last();
    row->index = feed_position::end;
    auto changes = std::make_shared<std::vector<persistence::record_change>>();
    auto& change = changes->emplace_back();
    change.where = persistence::table::webhook;
    change.key = key_of(row->hook);
    encode(*row, change.value.emplace());
    add_note(c.note, row->hook, row->hook.created_at, *changes);
    ++creating_[c.from.workspace];
    context_.log.info("webhook={} request={} created", row->hook.id, c.from.trace);
    caf::anon_send(writer_,
      change_request{std::move(changes),
        reply_once<void>{[address = address(), row, note = c.note, done = c.done](result<void> outcome) mutable {
          note = {}; // whoever is answered now may ask again at once
          if (auto self = caf::actor_cast<caf::actor>(address))
            caf::anon_send(self, webhook_stored{row, std::make_shared<const result<void>>(std::move(outcome)), done});
        }}});
  }

  void stored(const webhook_stored& s) {
    --creating_[s.row->hook.workspace];
    if (!*s.outcome)
      return s.done(s.outcome->error());
    begin(*s.row);
    s.done(s.row->hook);
  }

  webhook_page list(const webhook_list_query& q) {
    const auto [first, last] = all_of(q.workspace);
    std::vector<const webhook*> own;
    for (auto it = first; it != last; ++it) {
      if (!it->second.going)
        own.push_back(&it->second.hook);
    }
    std::sort(own.begin(), own.end(), [](const webhook* a, const webhook* b) {
      return std::tie(a->created_at, a->id) < std::tie(b->created_at, b->id);
    });
    webhook_page page;
    page.total = own.size();
    for (auto i = q.offset; i < own.size() && page.hooks.size() < q.limit; ++i)
      page.hooks.push_back(*own[i]);
    return page;
  }

  void remove(const webhook_remove& r) {
    auto* known = find(r.from.workspace, r.id);
    if (!known)
      return r.done(no_such_webhook());
    if (!known->courier)
      return r.done(restarting());
    known->going = true;
    context_.log.info("webhook={} request={} removed", r.id, r.from.trace);
    caf::anon_send(known->courier, courier_remove{reply_once<void>{[address = address(), key = key_of(known->hook),
                                                                     done = r.done](result<void> outcome) {
      if (auto self = caf::actor_cast<caf::actor>(address))
        caf::anon_send(self, webhook_removed{key, std::make_shared<const result<void>>(std::move(outcome)), done});
    }}});
  }

  void replay(const webhook_replay& r) {
    const auto* known = find(r.from.workspace, r.id);
    if (!known)
      return r.done(no_such_webhook());
    context_.log.info("webhook={} request={} replay", r.id, r.from.trace);
    caf::anon_send(
      feed_, feed_locate{r.from.workspace, r.start,
               reply_once<feed_position>{
                 [address = address(), key = key_of(known->hook), done = r.done](result<feed_position> place) {
                   if (auto self = caf::actor_cast<caf::actor>(address))
                     caf::anon_send(self,
                       webhook_located{key, std::make_shared<const result<feed_position>>(std::move(place)), done});
                 }}});
  }

  void drain_all(const drain& d) {
    draining_ = true;
    const auto all = std::make_shared<const when_all_are_done>(d.done);
    for (auto& [key, each] : hooks_)
      caf::anon_send(each.courier, courier_drain{reply_once<void>{[all](const result<void>&) {}}});
  }

  /// A courier that ended by itself lost nothing but its memory.
  void died(const caf::down_msg& down) {
    for (auto& [key, each] : hooks_) {
      if (!each.courier || each.courier.address() != down.source || draining_)
        continue;
      each.courier = nullptr;
      if (each.going)
        continue; // `webhook_removed` is on its way
      context_.log.error(
        "webhook={} its courier died ({}); starting it again", each.hook.id, caf::to_string(down.reason));
      context_.timers.arm(
        context_.time.now() + context_.settings.restarts.first_delay, [address = address(), key = key] {
          if (auto self = caf::actor_cast<caf::actor>(address))
            caf::anon_send(self, webhook_respawn{key});
        });
    }
  }

  void respawn(const key_type& key) {
    const auto known = hooks_.find(key);
    if (known == hooks_.end() || known->second.courier || draining_)
      return;
    webhook_row row;
    const auto stored = context_.store.get_record(persistence::table::webhook, key);
    if (!stored || !*stored || !persistence::decode_webhook(key, **stored, row)) {
      context_.log.error("webhook={} cannot be read from the store; it gets nothing", known->second.hook.id);
      return;
    }
    begin(std::move(row));
  }

  engine_context& context_;
  writer_actor writer_;
  feed_actor feed_;
  std::map<key_type, entry> hooks_;
  std::map<workspace_name, std::size_t> creating_; ///< webhooks that are being stored
  bool draining_ = false;
};

} // namespace

webhook_settings webhook_settings::in_real_time(double speed) const {
  auto scaled = *this;
  for (auto* each : {&scaled.retry.first, &scaled.retry.longest, &scaled.retry.give_up, &scaled.longest_pause,
         &scaled.read_pause, &scaled.save, &scaled.save_idle, &scaled.drain})
    *each = milliseconds{static_cast<std::int64_t>(static_cast<double>(each->count()) * speed)};
  return scaled;
}

webhook_desk_actor spawn_webhook_desk(
  caf::actor_system& system, engine_context& context, writer_actor writer, feed_actor feed) {
  return system.spawn<webhook_desk>(&context, std::move(writer), std::move(feed));
}

template <class T, class Message>
void webhook_front::ask(reply<T> done, Message message) {
  if (context_.pending_commands.load(std::memory_order_relaxed) >= context_.settings.max_commands)
    return done(problem{error_code::overloaded, "too many commands are under way", {}});
  message.done = reply_once<T>{std::move(done), &context_.pending_commands};
  caf::anon_send(desk_, std::move(message));
}

void webhook_front::create(const caller& from, new_webhook wanted, answer_note<webhook> note, reply<webhook> done) {
  ask(std::move(done), webhook_create{from, std::move(wanted), std::move(note), {}});
}

void webhook_front::list(
  const workspace_name& workspace, std::uint64_t offset, std::size_t limit, reply<webhook_page> done) {
  ask(std::move(done), webhook_list_query{workspace, offset, limit, {}});
}

void webhook_front::find(const workspace_name& workspace, const webhook_id& id, reply<webhook> done) {
  ask(std::move(done), webhook_find_query{workspace, id, {}});
}

void webhook_front::remove(const caller& from, const webhook_id& id, reply<void> done) {
  ask(std::move(done), webhook_remove{from, id, {}});
}

void webhook_front::deliveries(const workspace_name& workspace, const webhook_id& id, std::uint64_t offset,
  std::size_t limit, reply<delivery_page> done) {
  ask(std::move(done), deliveries_query{workspace, id, offset, limit, {}});
}

void webhook_front::replay(const caller& from, const webhook_id& id, replay_start start, reply<webhook> done) {
  ask(std::move(done), webhook_replay{from, id, start, {}});
}

} // namespace redial::actors
