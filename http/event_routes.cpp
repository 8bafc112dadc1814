#include "http/event_stream.hpp"
#include "http/query.hpp"
#include "http/router.hpp"

namespace redial::http {

namespace {

/// Where the stream goes on: behind the event that the client saw last, or from now on. The header is what a browser
/// sends by itself when it comes back, and so the later word.
checked<actors::feed_position> place_of(const request& asked, const actors::feed_service& feed) {
  query_reader query{asked.query};
  auto id = query.text("last_event_id");
  auto place = std::optional{feed.now()};
  if (id) {
    place = actors::feed_position::parse(*id);
    if (!place)
      query.refuse("last_event_id", "is no id of an event of a stream");
  }
  if (auto wrong = query.finish())
    return std::move(*wrong);
  if (asked.last_event_id.empty())
    return *place;
  place = actors::feed_position::parse(asked.last_event_id);
  if (place)
    return *place;
  problem_details wrong;
  wrong.status = 400;
  wrong.code = "invalid_parameter";
  wrong.detail = "The header Last-Event-ID is no id of an event of a stream.";
  return wrong;
}

std::optional<response> stream(
  route_context& context, request& asked, const link_maker& link, std::optional<campaign_no> campaign) {
  auto* feed = context.engine.feed();
  if (feed == nullptr)
    return problem_response(problem{error_code::unavailable, "There are no live events.", {}});
  auto place = place_of(asked, *feed);
  if (auto* wrong = std::get_if<problem_details>(&place))
    return problem_response(*wrong);
  actors::feed_query query;
  query.workspace = asked.workspace;
  query.campaign = campaign;
  query.after = std::get<actors::feed_position>(place);
  response answer;
  answer.content_type = "text/event-stream";
  answer.stream = event_stream::open(context.streams, *feed, std::move(query), link());
  if (!answer.stream)
    return problem_response(problem{error_code::overloaded, "Too many streams of events are open.", {}});
  return answer;
}

std::optional<response> all_events(route_context& context, request& asked, const link_maker& link) {
  return stream(context, asked, link, std::nullopt);
}

std::optional<response> campaign_events(route_context& context, request& asked, const link_maker& link) {
  const auto id = campaign_id::parse(asked.path_values[0]);
  const auto view = id ? context.engine.find(asked.workspace, *id) : nullptr;
  if (!view)
    return problem_response(problem{error_code::not_found, "There is no campaign with this id.", {}});
  return stream(context, asked, link, view->number);
}

constexpr std::array table{
  route{verb::get, "/v1/events", all_events},
  route{verb::get, "/v1/campaigns/{}/events", campaign_events},
};

} // namespace

std::span<const route> event_routes() { return table; }

} // namespace redial::http
