#include "http/ops_encode.hpp"
#include "http/query.hpp"
#include "http/request_meter.hpp"
#include "http/router.hpp"
#include "metrics/process.hpp"

// For those who run redial: what is told here is of all workspaces.

namespace redial::http {

namespace {

constexpr std::uint64_t max_offset = ~std::uint64_t{0} >> 1U;

response tree_response(const json_tree& tree) { return json_response(200, tree.dump()); }

response no_such_actor() {
  return problem_response(problem{error_code::not_found, "There is no campaign with this id.", {}});
}

std::optional<response> list_actors(route_context& context, request& asked, const link_maker&) {
  query_reader query{asked.query};
  actors::roster_filter filter;
  filter.limit = query.number("limit", 1, 1000, 100);
  filter.offset = query.number("offset", 0, max_offset, 0);
  if (const auto kind = query.text("kind")) {
    filter.kind = metrics::parse_actor_kind(*kind);
    if (!filter.kind)
      query.refuse("kind", "is no kind of actor");
  }
  if (const auto state = query.text("state")) {
    for (const auto each : {actors::actor_activity::idle, actors::actor_activity::ready, actors::actor_activity::busy,
           actors::actor_activity::slow}) {
      if (to_string(each) == *state)
        filter.activity = each;
    }
    if (!filter.activity)
      query.refuse("state", "must be idle, ready, busy or slow");
  }
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  const auto page = context.engine.ops()->who().list(filter);
  auto data = json_tree::array();
  const auto now = std::chrono::steady_clock::now();
  for (const auto& each : page.actors)
    data.push_back(encode_actor(*each, now));
  return tree_response(
    {{"data", std::move(data)}, {"total", page.total}, {"limit", filter.limit}, {"offset", filter.offset}});
}

std::optional<response> show_campaign(route_context& context, request& asked, const link_maker& link) {
  query_reader query{asked.query};
  const auto limit = query.number("limit", 0, 1000, 100);
  const auto offset = query.number("offset", 0, max_offset, 0);
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  const auto id = campaign_id::parse(asked.path_values[0]);
  auto& ops = *context.engine.ops();
  if (!id || !ops.campaign(*id))
    return no_such_actor();
  ops.inspect(*id, offset, limit, [&ops, id = *id, answer = responder{link()}](result<actors::campaign_insight> told) {
    answer([&ops, id, told = std::make_shared<result<actors::campaign_insight>>(std::move(told))] {
      const auto view = ops.campaign(id);
      if (!view)
        return no_such_actor();
      const auto actor = ops.who().find(actors::actor_kind::campaign, id.view());
      return tree_response(
        encode_campaign_actor(*view, actor.get(), *told ? &told->value() : nullptr, ops.who().casualty_of(id.view())));
    });
  });
  return std::nullopt;
}

std::optional<response> lines(route_context& context, request& asked, const link_maker&) {
  query_reader query{asked.query};
  const auto limit = query.number("limit", 0, 1000, 100);
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  return tree_response(encode_lines(*context.engine.ops(), limit));
}

std::optional<response> store(route_context& context, request& asked, const link_maker&) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  return tree_response(encode_store(context.engine.ops()->store()));
}

std::optional<response> config(route_context& context, request& asked, const link_maker&) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  return json_response(200, context.config);
}

std::optional<response> overview(route_context& context, request& asked, const link_maker&) {
  query_reader query{asked.query};
  const auto limit = query.number("limit", 1, 1000, 20);
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  return tree_response(encode_overview(*context.engine.ops(), context.time.now(), limit));
}

std::optional<response> scrape(route_context& context, request&, const link_maker&) {
  auto all = context.engine.ops()->metrics();
  metrics::append(all, context.requests.collect());
  metrics::append(all, metrics::process_families());
  response answer;
  answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
  answer.body = metrics::to_text(all);
  return answer;
}

/// Serves where there is an engine that can be looked into; where not, the path says so.
template <handler Handle>
std::optional<response> with_ops(route_context& context, request& asked, const link_maker& link) {
  if (context.engine.ops() == nullptr)
    return problem_response(problem{error_code::not_found, "There is nothing to look into here.", {}});
  return Handle(context, asked, link);
}

constexpr route for_operators(std::string_view path, handler handle) {
  return {verb::get, path, handle, nullptr, 0, false, false, admission::operate};
}

constexpr std::array table{
  for_operators("/ops/actors", with_ops<list_actors>),
  for_operators("/ops/actors/{}", with_ops<show_campaign>),
  for_operators("/ops/lines", with_ops<lines>),
  for_operators("/ops/store", with_ops<store>),
  for_operators("/ops/config", config),
  for_operators("/ops/overview", with_ops<overview>),
  for_operators("/metrics", with_ops<scrape>),
};

} // namespace

std::span<const route> ops_routes() { return table; }

} // namespace redial::http
