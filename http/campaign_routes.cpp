#include "http/campaign_intake.hpp"
#include "http/encode.hpp"
#include "http/json_body.hpp"
#include "http/json_text.hpp"
#include "http/query.hpp"
#include "http/router.hpp"

namespace redial::http {

namespace {

constexpr std::uint64_t action_body_limit = 64 * 1024;
constexpr std::uint64_t max_offset = ~std::uint64_t{0} >> 1U;

response no_such_campaign() {
  return problem_response(problem{error_code::not_found, "There is no campaign with this id.", {}});
}

std::shared_ptr<body_sink> create(route_context& context, request& asked, const link_maker& link) {
  auto intake = std::make_shared<campaign_intake>(context, asked, link());
  if (auto wrong = query_reader{asked.query}.finish())
    intake->refuse(*wrong);
  return intake;
}

std::optional<response> show(route_context& context, request& asked, const link_maker&) {
  if (!asked.query.empty()) {
    if (auto wrong = query_reader{asked.query}.finish())
      return problem_response(*wrong);
  }
  const auto id = campaign_id::parse(asked.path_values[0]);
  const auto view = id ? context.engine.find(asked.workspace, *id) : nullptr;
  if (!view)
    return no_such_campaign();
  response answer;
  answer.shared_body = context.views.text(view);
  return answer;
}

std::optional<response> list(route_context& context, request& asked, const link_maker&) {
  query_reader query{asked.query};
  actors::campaign_filter filter;
  filter.workspace = asked.workspace;
  if (auto status = query.text("status")) {
    filter.status = parse_campaign_status(*status);
    if (!filter.status)
      query.refuse("status", "must be scheduled, running, paused, completed or stopped");
  }
  filter.from = query.instant("from", false);
  filter.to = query.instant("to", true);
  filter.limit = query.number("limit", 1, 100, 20);
  filter.offset = query.number("offset", 0, max_offset, 0);
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  return json_response(200, encode_campaign_page(context.engine.list(filter), filter.offset, filter.limit));
}

/// The answer to an action that was refused; an illegal one says where the campaign stands and what is legal there.
response refused_action(
  actors::service& engine, std::string_view workspace, const campaign_id& id, const problem& why) {
  auto details = to_details(why);
  if (details.status == 409) {
    if (auto view = engine.find(workspace, id))
      details.current_status = view->state.status;
  }
  return problem_response(details);
}

std::optional<response> act(route_context& context, request& asked, const link_maker& link, campaign_action action) {
  const auto id = campaign_id::parse(asked.path_values[0]);
  if (!id)
    return no_such_campaign();
  auto& engine = context.engine;
  const auto from = asked.caller();
  engine.act(from, *id, action,
    [&engine, whose = from.workspace, id = *id, answer = responder{link()}](result<campaign_view_ptr> done) {
      answer([&engine, whose, id, done = std::move(done)] {
        if (!done)
          return refused_action(engine, whose, id, done.error());
        std::string body;
        append_campaign(body, (*done)->state);
        return json_response(200, std::move(body));
      });
    });
  return std::nullopt;
}

/// Exactly {"action": one of the four}.
checked<campaign_action> read_action(std::string_view body) {
  auto parsed = parse_object(body);
  if (auto* wrong = std::get_if<problem_details>(&parsed))
    return std::move(*wrong);
  const auto& given = std::get<nlohmann::json>(parsed);
  fault_list faults;
  std::optional<campaign_action> action;
  for (const auto& [name, value] : given.items()) {
    if (name != "action") {
      faults.add("/" + pointer_token(name), "is not a member of this body");
      continue;
    }
    if (value.is_string())
      action = parse_campaign_action(value.get_ref<const std::string&>());
    if (!action)
      faults.add("/action", "must be start, pause, resume or stop");
  }
  require_members(given, {"action"}, faults);
  if (!faults.empty())
    return invalid_body(std::move(faults));
  return *action;
}

std::optional<response> update(route_context& context, request& asked, const link_maker& link) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  auto action = read_action(asked.body);
  if (auto* wrong = std::get_if<problem_details>(&action))
    return problem_response(*wrong);
  return act(context, asked, link, std::get<campaign_action>(action));
}

/// POST …/{action}: no body is needed; an empty object may be sent.
template <campaign_action action>
std::optional<response> act_by_path(route_context& context, request& asked, const link_maker& link) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  if (!asked.body.empty()) {
    auto parsed = parse_json(asked.body);
    if (auto* wrong = std::get_if<problem_details>(&parsed))
      return problem_response(*wrong);
    const auto& given = std::get<nlohmann::json>(parsed);
    if (!given.is_object() || !given.empty())
      return problem_response(invalid_body("", "must be empty or an empty object"));
  }
  return act(context, asked, link, action);
}

constexpr std::array table{
  route{verb::get, "/v1/campaigns/{}", show},
  route{verb::get, "/v1/campaigns", list},
  route{.method = verb::post, .path = "/v1/campaigns", .open = create, .heeds_key = true},
  route{verb::patch, "/v1/campaigns/{}", update, nullptr, action_body_limit},
  route{verb::post, "/v1/campaigns/{}/start", act_by_path<campaign_action::start>, nullptr, action_body_limit},
  route{verb::post, "/v1/campaigns/{}/pause", act_by_path<campaign_action::pause>, nullptr, action_body_limit},
  route{verb::post, "/v1/campaigns/{}/resume", act_by_path<campaign_action::resume>, nullptr, action_body_limit},
  route{verb::post, "/v1/campaigns/{}/stop", act_by_path<campaign_action::stop>, nullptr, action_body_limit},
};

} // namespace

std::span<const route> campaign_routes() { return table; }

} // namespace redial::http
