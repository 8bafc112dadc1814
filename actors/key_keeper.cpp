#include "actors/key_keeper.hpp"

#include "actors/answer_desk.hpp"

namespace redial::actors {

void key_keeper::create(
  const caller& from, access_scope scope, std::string name, answer_note<created_key> note, reply<created_key> done) {
  const auto now = context_.time.now();
  auto plan = book_.plan_creation(from.workspace, scope, std::move(name), now, context_.random);
  if (!plan) {
    note = {}; // whoever is answered now may ask again at once
    return done(plan.error());
  }
  commit(std::move(*plan), std::exchange(note, {}), now,
    [&log = context_.log, trace = from.trace, done = std::move(done)](result<key_plan> made) {
      if (!made)
        return done(made.error());
      log.info("key={} request={} made for workspace {}, scope {}", made->key->id.view(), trace, made->key->workspace,
        to_string(made->key->scope));
      done(created_key{made->key, std::move(made->text)});
    });
}

void key_keeper::revoke(const caller& from, const key_id& id, reply<key_ptr> done) {
  const auto now = context_.time.now();
  auto plan = book_.plan_revocation(from.workspace, id, now);
  if (!plan)
    return done(plan.error());
  if (plan->changes.empty())
    return done(plan->key);
  commit(std::move(*plan), {}, now,
    [&log = context_.log, trace = from.trace, done = std::move(done)](result<key_plan> made) {
      if (!made)
        return done(made.error());
      log.info("key={} request={} revoked", made->key->id.view(), trace);
      done(made->key);
    });
}

void key_keeper::commit(
  key_plan plan, answer_note<created_key> note, time_point now, std::function<void(result<key_plan>)> done) {
  if (context_.pending_commands.load(std::memory_order_relaxed) >= context_.settings.max_commands) {
    note = {};
    return done(problem{error_code::overloaded, "too many commands are under way", {}});
  }
  auto records = to_records(plan.changes);
  add_note(note, created_key{plan.key, plan.text}, now, records);
  auto committed = [&book = book_, plan = std::move(plan), hold = std::move(note.request), done = std::move(done)](
                     result<void> outcome) mutable {
    hold.reset();
    if (!outcome)
      return done(outcome.error());
    book.apply(plan.changes);
    done(std::move(plan));
  };
  caf::anon_send(
    writer_, change_request{std::make_shared<const std::vector<persistence::record_change>>(std::move(records)),
               reply_once<void>{std::move(committed), &context_.pending_commands}});
}

} // namespace redial::actors
