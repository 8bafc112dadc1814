#include "actors/webhooks.hpp"
#include "http/keyed_exchange.hpp"
#include "http/query.hpp"
#include "http/router.hpp"
#include "http/webhook_body.hpp"
#include "http/webhook_encode.hpp"

namespace redial::http {

namespace {

constexpr std::uint64_t max_offset = ~std::uint64_t{0} >> 1U;

response no_such_webhook() {
  return problem_response(problem{error_code::not_found, "There is no webhook with this id.", {}});
}

response no_webhooks() {
  return problem_response(problem{error_code::not_found, "This server sends no webhooks.", {}});
}

/// Answers with what `show` makes of the engine's answer, or with its refusal.
template <class T, class Show>
actors::reply<T> answer_by(const link_maker& link, Show show) {
  return [answer = responder{link()}, show](result<T> done) {
    answer([show, done = std::move(done)] { return done ? show(*done) : problem_response(done.error()); });
  };
}

response created(const webhook& made) {
  std::string body;
  append_webhook(body, made, true);
  auto answer = json_response(201, std::move(body));
  answer.location = "/v1/webhooks/" + made.id;
  return answer;
}

std::optional<response> create(route_context& context, request& asked, const link_maker& link) {
  auto* webhooks = context.engine.webhooks();
  if (!webhooks)
    return no_webhooks();
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  auto wanted = read_webhook(asked.body);
  if (auto* wrong = std::get_if<problem_details>(&wanted))
    return problem_response(*wrong);
  webhooks->create(asked.caller(), std::move(std::get<actors::new_webhook>(wanted)),
    note_of<webhook>(asked.keyed, created), answer_by<webhook>(link, created));
  return std::nullopt;
}

std::optional<response> list(route_context& context, request& asked, const link_maker& link) {
  auto* webhooks = context.engine.webhooks();
  if (!webhooks)
    return no_webhooks();
  query_reader query{asked.query};
  const auto limit = query.number("limit", 1, 100, 20);
  const auto offset = query.number("offset", 0, max_offset, 0);
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  webhooks->list(asked.workspace, offset, limit,
    answer_by<actors::webhook_page>(link, [limit, offset](const actors::webhook_page& page) {
      return json_response(200, encode_webhook_page(page, offset, limit));
    }));
  return std::nullopt;
}

response show_webhook(const webhook& hook, unsigned status) {
  std::string body;
  append_webhook(body, hook, false);
  return json_response(status, std::move(body));
}

std::optional<response> show(route_context& context, request& asked, const link_maker& link) {
  auto* webhooks = context.engine.webhooks();
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  if (!webhooks || !is_webhook_id(asked.path_values[0]))
    return no_such_webhook();
  webhooks->find(asked.workspace, asked.path_values[0],
    answer_by<webhook>(link, [](const webhook& hook) { return show_webhook(hook, 200); }));
  return std::nullopt;
}

std::optional<response> remove(route_context& context, request& asked, const link_maker& link) {
  auto* webhooks = context.engine.webhooks();
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  if (!webhooks || !is_webhook_id(asked.path_values[0]))
    return no_such_webhook();
  webhooks->remove(asked.caller(), asked.path_values[0], [answer = responder{link()}](result<void> done) {
    answer([done = std::move(done)] {
      response gone;
      gone.status = 204;
      return done ? gone : problem_response(done.error());
    });
  });
  return std::nullopt;
}

std::optional<response> deliveries(route_context& context, request& asked, const link_maker& link) {
  auto* webhooks = context.engine.webhooks();
  query_reader query{asked.query};
  const auto limit = query.number("limit", 1, 100, 20);
  const auto offset = query.number("offset", 0, max_offset, 0);
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  if (!webhooks || !is_webhook_id(asked.path_values[0]))
    return no_such_webhook();
  webhooks->deliveries(asked.workspace, asked.path_values[0], offset, limit,
    answer_by<actors::delivery_page>(link, [limit, offset](const actors::delivery_page& page) {
      return json_response(200, encode_delivery_page(page, offset, limit));
    }));
  return std::nullopt;
}

std::optional<actors::replay_start> read_start(query_reader& query) {
  const auto text = query.text("from");
  if (!text) {
    query.refuse("from", "is required");
    return std::nullopt;
  }
  if (const auto id = notice_id::parse(*text))
    return *id;
  std::string instant{*text};
  // In a query a plus sign that was not encoded arrives as a space.
  if (const auto space = instant.rfind(' '); space != std::string::npos)
    instant[space] = '+';
  if (const auto at = parse_rfc3339(instant))
    return *at;
  query.refuse("from", "must be an RFC 3339 date-time or the id of an event (evt_…)");
  return std::nullopt;
}

std::optional<response> replay(route_context& context, request& asked, const link_maker& link) {
  auto* webhooks = context.engine.webhooks();
  query_reader query{asked.query};
  const auto start = read_start(query);
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  if (!webhooks || !is_webhook_id(asked.path_values[0]))
    return no_such_webhook();
  webhooks->replay(asked.caller(), asked.path_values[0], *start,
    answer_by<webhook>(link, [](const webhook& hook) { return show_webhook(hook, 202); }));
  return std::nullopt;
}

constexpr std::array table{
  route{.method = verb::post, .path = "/v1/webhooks", .handle = create, .heeds_key = true},
  route{verb::get, "/v1/webhooks", list},
  route{verb::get, "/v1/webhooks/{}", show},
  route{verb::delete_, "/v1/webhooks/{}", remove},
  route{verb::get, "/v1/webhooks/{}/deliveries", deliveries},
  route{verb::post, "/v1/webhooks/{}/replay", replay},
};

} // namespace

std::span<const route> webhook_routes() { return table; }

} // namespace redial::http
