#include "http/call_body.hpp"
#include "http/encode_call.hpp"
#include "http/keyed_exchange.hpp"
#include "http/query.hpp"
#include "http/router.hpp"

#include "domain/language.hpp"

namespace redial::http {

namespace {

constexpr std::uint64_t call_body_limit = 64 * 1024;
constexpr std::uint64_t max_offset = ~std::uint64_t{0} >> 1U;

response no_such_call() {
  return problem_response(problem{error_code::not_found, "There is no call with this id.", {}});
}

/// What both lists of calls can be asked for.
call_filter read_filter(query_reader& query) {
  call_filter filter;
  filter.from = query.instant("from", false);
  filter.to = query.instant("to", true);
  if (const auto label = query.text("disposition")) {
    filter.disposition = *label;
    if (!disposition::is_valid(*label))
      query.refuse("disposition", "must have 1 to 64 of a-z, 0-9 and _");
  }
  if (const auto tag = query.text("language")) {
    if (auto language = canonical_language_tag(*tag))
      filter.language = std::move(*language);
    else
      query.refuse("language", "must be a BCP 47 language tag, for instance hi-IN");
  }
  filter.limit = query.number("limit", 1, 100, 20);
  filter.offset = query.number("offset", 0, max_offset, 0);
  return filter;
}

actors::reply<call_page> page_answer(const call_filter& filter, const link_maker& link, bool empty_if_unknown) {
  return [offset = filter.offset, limit = filter.limit, empty_if_unknown, answer = responder{link()}](
           result<call_page> page) {
    answer([offset, limit, empty_if_unknown, page = std::move(page)] {
      if (!page && page.error().code == error_code::not_found && empty_if_unknown)
        return json_response(200, encode_call_page({}, offset, limit));
      return page ? json_response(200, encode_call_page(*page, offset, limit)) : problem_response(page.error());
    });
  };
}

/// GET /v1/calls. A campaign that is not the workspace's has no calls that it could list.
std::optional<response> list(route_context& context, request& asked, const link_maker& link) {
  query_reader query{asked.query};
  const auto filter = read_filter(query);
  std::optional<campaign_id> campaign;
  if (const auto text = query.text("campaign_id")) {
    campaign = campaign_id::parse(*text);
    if (!campaign)
      query.refuse("campaign_id", "must be a campaign's id: cmp_ and 9 letters or digits");
  }
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  context.engine.list_calls(asked.caller(), campaign, filter, page_answer(filter, link, true));
  return std::nullopt;
}

/// GET /v1/campaigns/{id}/calls. Here the campaign is the resource, and has to be there.
std::optional<response> list_of_campaign(route_context& context, request& asked, const link_maker& link) {
  query_reader query{asked.query};
  const auto filter = read_filter(query);
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  const auto campaign = campaign_id::parse(asked.path_values[0]);
  if (!campaign)
    return problem_response(problem{error_code::not_found, "There is no campaign with this id.", {}});
  context.engine.list_calls(asked.caller(), campaign, filter, page_answer(filter, link, false));
  return std::nullopt;
}

std::optional<response> show(route_context& context, request& asked, const link_maker& link) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  const auto id = call_id::parse(asked.path_values[0]);
  if (!id)
    return no_such_call();
  context.engine.find_call(asked.caller(), *id, [answer = responder{link()}](result<call_detail> found) {
    answer([found = std::move(found)] {
      if (!found)
        return problem_response(found.error());
      std::string body;
      append_call(body, *found);
      return json_response(200, std::move(body));
    });
  });
  return std::nullopt;
}

response created(const call_detail& call) {
  std::string body;
  append_call(body, call);
  auto answer = json_response(201, std::move(body));
  answer.location = "/v1/calls/" + call.id.to_string();
  return answer;
}

std::optional<response> create(route_context& context, request& asked, const link_maker& link) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  auto call = read_call(asked.body);
  if (auto* wrong = std::get_if<problem_details>(&call))
    return problem_response(*wrong);
  context.engine.start_call(asked.caller(), std::move(std::get<actors::one_off_call>(call)),
    note_of<call_detail>(asked.keyed, created), [answer = responder{link()}](result<call_detail> made) {
      answer([made = std::move(made)] { return made ? created(*made) : problem_response(made.error()); });
    });
  return std::nullopt;
}

constexpr std::array table{
  route{verb::get, "/v1/calls", list},
  route{.method = verb::post, .path = "/v1/calls", .handle = create, .body_limit = call_body_limit, .heeds_key = true},
  route{verb::get, "/v1/calls/{}", show},
  route{verb::get, "/v1/campaigns/{}/calls", list_of_campaign},
};

} // namespace

std::span<const route> call_routes() { return table; }

} // namespace redial::http
