#include "actors/key_keeper.hpp"

namespace redial::actors {

void key_keeper::create(const caller& from, access_scope scope, std::string name, reply<created_key> done) {
  auto plan = book_.plan_creation(from.workspace, scope, std::move(name), context_.time.now(), context_.random);
  if (!plan)
    return done(plan.error());
  commit(std::move(*plan), [&log = context_.log, trace = from.trace, done = std::move(done)](result<key_plan> made) {
    if (!made)
      return done(made.error());
    log.info("key={} request={} made for workspace {}, scope {}", made->key->id.view(), trace, made->key->workspace,
      to_string(made->key->scope));
    done(created_key{made->key, std::move(made->text)});
  });
}

void key_keeper::revoke(const caller& from, const key_id& id, reply<key_ptr> done) {
  auto plan = book_.plan_revocation(from.workspace, id, context_.time.now());
  if (!plan)
    return done(plan.error());
  if (plan->changes.empty())
    return done(plan->key);
  commit(std::move(*plan), [&log = context_.log, trace = from.trace, done = std::move(done)](result<key_plan> made) {
    if (!made)
      return done(made.error());
    log.info("key={} request={} revoked", made->key->id.view(), trace);
    done(made->key);
  });
}

void key_keeper::commit(key_plan plan, std::function<void(result<key_plan>)> done) {
  if (context_.pending_commands.load(std::memory_order_relaxed) >= context_.settings.max_commands)
    return done(problem{error_code::overloaded, "too many commands are under way", {}});
  auto records = std::make_shared<const std::vector<persistence::record_change>>(to_records(plan.changes));
  auto committed = [&book = book_, plan = std::move(plan), done = std::move(done)](result<void> outcome) mutable {
    if (!outcome)
      return done(outcome.error());
    book.apply(plan.changes);
    done(std::move(plan));
  };
  caf::anon_send(
    writer_, change_request{std::move(records), reply_once<void>{std::move(committed), &context_.pending_commands}});
}

} // namespace redial::actors
