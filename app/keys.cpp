#include "app/keys.hpp"

#include "app/data.hpp"
#include "app/secure_random.hpp"
#include "config/load.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <future>
#include <iostream>
#include <vector>

namespace redial::app {

namespace {

using nlohmann::json;

json failure(const std::string& why) { return {{"ok", false}, {"error", why}}; }
json failure(const problem& why) { return failure(why.detail); }

json shown(const api_key& key) {
  json out{{"id", key.id.to_string()}, {"workspace", key.workspace}, {"scope", std::string{to_string(key.scope)}},
    {"name", key.name}, {"created_at", format_rfc3339(key.created_at)}, {"revoked_at", nullptr}};
  if (key.revoked_at)
    out["revoked_at"] = format_rfc3339(*key.revoked_at);
  return out;
}

json shown(const std::vector<actors::key_ptr>& keys) {
  auto all = json::array();
  for (const auto& key : keys)
    all.push_back(shown(*key));
  return {{"ok", true}, {"keys", std::move(all)}};
}

std::optional<workspace_name> workspace_in(const json& asked) {
  auto name = asked.value("workspace", std::string{});
  return name.empty() ? std::nullopt : std::optional{std::move(name)};
}

/// Carries an order out on keys that are changed by `create(workspace, scope, name)` and `revoke(workspace, id)`.
template <class List, class Create, class Revoke>
json carry_out(const json& asked, List&& list, Create&& create, Revoke&& revoke) {
  const auto action = asked.value("action", std::string{});
  if (action == "list")
    return shown(list(workspace_in(asked)));
  if (action == "create") {
    const auto scope = parse_access_scope(asked.value("scope", std::string{}));
    if (!scope)
      return failure("the scope must be read, write or admin");
    const result<actors::created_key> made = create(
      workspace_in(asked).value_or(workspace_name{default_workspace}), *scope, asked.value("name", std::string{}));
    if (!made)
      return failure(made.error());
    return {{"ok", true}, {"keys", json::array({shown(*made->key)})}, {"text", made->text}};
  }
  if (action == "revoke") {
    const auto id = key_id::parse(asked.value("id", std::string{}));
    for (const auto& key : list(std::nullopt)) {
      if (!id || key->id != *id)
        continue;
      const result<actors::key_ptr> revoked = revoke(key->workspace, *id);
      return revoked ? shown(std::vector{*revoked}) : failure(revoked.error());
    }
    return failure("there is no key " + asked.value("id", std::string{}));
  }
  return failure("no such action: " + action);
}

/// Carries an order out on data that nobody serves.
json carry_out_alone(persistence::store& held, const json& asked) {
  actors::key_book book;
  if (auto loaded = book.load(held); !loaded)
    return failure(loaded.error());
  secure_random random;
  const auto now = std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
  const auto commit = [&](const actors::key_plan& plan) { return held.commit({}, to_records(plan.changes)).changes; };
  return carry_out(
    asked, [&](const auto& workspace) { return book.list(workspace); },
    [&](const workspace_name& workspace, access_scope scope, std::string name) -> result<actors::created_key> {
      auto plan = book.plan_creation(workspace, scope, std::move(name), now, random);
      if (!plan)
        return plan.error();
      if (auto done = commit(*plan); !done)
        return done.error();
      return actors::created_key{plan->key, std::move(plan->text)};
    },
    [&](const workspace_name& workspace, const key_id& id) -> result<actors::key_ptr> {
      auto plan = book.plan_revocation(workspace, id, now);
      if (!plan)
        return plan.error();
      if (plan->changes.empty())
        return plan->key;
      if (auto done = commit(*plan); !done)
        return done.error();
      return plan->key;
    });
}

/// Waits for what `start(done)` will be told. The engine always answers, if only to say that it gave up.
template <class T, class Start>
result<T> answer_of(Start&& start) {
  const auto promise = std::make_shared<std::promise<result<T>>>();
  auto future = promise->get_future();
  start(actors::reply<T>{[promise](result<T> outcome) { promise->set_value(std::move(outcome)); }});
  return future.get();
}

result<void> take_over(
  persistence::store& held, actors::key_book& book, const actors::key_plan& plan, spdlog::logger& log) {
  if (plan.changes.empty())
    return {};
  if (auto done = held.commit({}, to_records(plan.changes)).changes; !done)
    return done;
  book.apply(plan.changes);
  for (const auto& each : plan.changes)
    log.info("key={} {}", each.key->id.view(),
      each.key->revoked_at ? "revoked: the environment gives another" : "made, as the environment gives it");
  return {};
}

int fail(const std::string& why) {
  std::cerr << "redial: " << why << std::endl;
  return 1;
}

int told(const keys_order& order, const json& answer) {
  if (!answer.value("ok", false))
    return fail(answer.value("error", std::string{"it failed"}));
  const auto& all = answer.at("keys");
  if (order.action == "create") {
    const auto& key = all.at(0);
    std::cerr << "made " << key.at("id").get_ref<const std::string&>() << ", scope "
              << key.at("scope").get_ref<const std::string&>() << ", workspace "
              << key.at("workspace").get_ref<const std::string&>() << "; it is shown this once:" << std::endl;
    std::cout << answer.at("text").get_ref<const std::string&>() << std::endl;
    return 0;
  }
  for (const auto& key : all) {
    const auto& at = key.at("revoked_at");
    std::cout << key.at("id").get_ref<const std::string&>() << ' ' << key.at("workspace").get_ref<const std::string&>()
              << ' ' << key.at("scope").get_ref<const std::string&>() << " created "
              << key.at("created_at").get_ref<const std::string&>()
              << (at.is_null() ? std::string{" valid"} : " revoked " + at.get<std::string>()) << ' '
              << key.at("name").dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
  }
  std::cout << std::flush;
  return 0;
}

} // namespace

control_handler keys_of(actors::key_service& service) {
  return [&service](const json& asked, const std::function<bool()>&) {
    return carry_out(
      asked, [&](const auto& workspace) { return service.list(workspace); },
      [&](const workspace_name& workspace, access_scope scope, std::string name) {
        return answer_of<actors::created_key>([&](auto done) {
          service.create({workspace, "cli"}, scope, std::move(name), {}, std::move(done));
        });
      },
      [&](const workspace_name& workspace, const key_id& id) {
        return answer_of<actors::key_ptr>([&](auto done) { service.revoke({workspace, "cli"}, id, std::move(done)); });
      });
  };
}

int keys(const config::storage_settings& storage, const keys_order& order) {
  const json question{{"command", "keys"}, {"action", order.action}, {"workspace", order.workspace},
    {"scope", order.scope}, {"name", order.name}, {"id", order.id}};
  auto asked = ask_control(storage.data_dir, question);
  if (!asked)
    return fail(asked.error().detail);
  if (*asked)
    return told(order, **asked);
  // The first key may be made before redial has ever served.
  if (order.action != "create" && !holds_data(storage))
    return fail(storage.data_dir + " holds no data of redial");
  auto held = open_data(storage);
  if (!held)
    return fail(held.error().detail);
  return told(order, carry_out_alone(**held, question));
}

result<void> seed_key(persistence::store& held, actors::key_book& book, const std::optional<std::string>& text,
  time_point now, random_source& random, spdlog::logger& log) {
  if (text) {
    auto plan = book.plan_seed(*text, now, random);
    if (!plan && plan.error().code != error_code::unauthorized)
      return problem{plan.error().code, std::string{config::admin_key_variable} + " " + plan.error().detail, {}};
    // It is no reason to dial nobody.
    if (!plan)
      log.error("{} {}: give another, or none", config::admin_key_variable, plan.error().detail);
    else if (auto done = take_over(held, book, *plan, log); !done)
      return done;
  }
  const auto all = book.list(std::nullopt);
  if (std::all_of(all.begin(), all.end(), [](const auto& key) { return key->revoked_at.has_value(); }))
    log.warn("there is no API key, and without one nobody is served: make one with `redial keys create --scope admin`, "
             "or start redial with {}",
      config::admin_key_variable);
  return {};
}

} // namespace redial::app
