/// Live events of the real server, across its death.
#include "campaigns.hpp"

#include "tests/http/sse_client.hpp"

#include <set>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;
using test::sse_client;
using test::sse_event;

namespace {

/// Holds that what a campaign was told as hangs together: begun, every call once and in order, completed at last.
void check_story(
  const std::vector<sse_event>& told, const std::string& id, std::uint64_t calls, std::uint64_t contacts) {
  std::set<std::string> ids;
  std::set<std::string> places;
  std::map<std::string, unsigned> attempts;
  std::uint64_t completed = 0;
  std::uint64_t disposed = 0;
  for (const auto& each : told) {
    const auto event = json::parse(each.data);
    REQUIRE(ids.insert(event.at("id").get<std::string>()).second);
    REQUIRE(places.insert(each.id).second);
    REQUIRE(event.at("type") == each.type);
    REQUIRE(event.at("data").at("campaign").at("id") == id);
    if (each.type == "call.completed") {
      ++completed;
      // A contact's attempts are told in their order.
      REQUIRE(event.at("data").at("call").at("attempt")
              == ++attempts[event.at("data").at("contact").at("phone").get<std::string>()]);
    }
    disposed += each.type == "call.disposition_set" ? 1U : 0U;
  }
  REQUIRE(!told.empty());
  CHECK(told.front().type == "campaign.started");
  CHECK(told.back().type == "campaign.completed");
  CHECK(completed == calls);
  CHECK(disposed == contacts);
}

} // namespace

TEST_CASE("a stream that is resumed after kill -9 tells everything once, in order") {
  scratch_directory directory;
  const auto with = accelerated(600, 100);
  std::optional<server_process> server{std::in_place, directory, with};
  std::optional<client> http{std::in_place, server->port()};
  constexpr std::uint64_t contacts = 2000;
  const auto id = create(*http, campaign_of(contacts, 2, 10));
  const auto other = create(*http, campaign_of(200, 1, 10, contacts));
  const auto target = "/v1/campaigns/" + id + "/events";
  std::optional<sse_client> stream{std::in_place, server->port(), target, "", authorization};
  while (stream->last_id().empty())
    REQUIRE(stream->read_line());
  act(*http, id, "start");
  act(*http, other, "start");
  std::vector<sse_event> told;
  for (int life = 0;; ++life) {
    // Of each life but the last some hundreds are read, and the rest of what had been sent is thrown away.
    const auto enough = told.size() + 400;
    while (told.empty() || told.back().type != "campaign.completed") {
      auto next = stream->next();
      REQUIRE(next);
      told.push_back(std::move(*next));
      if (life < 3 && told.size() == enough)
        break;
    }
    if (told.back().type == "campaign.completed")
      break;
    server->kill();
    server.reset();
    server.emplace(directory, with);
    http.emplace(server->port());
    stream.emplace(server->port(), target, told.back().id, authorization);
  }
  const auto campaign = wait_for_status(*http, id, "completed");
  check_story(told, id, campaign.at("calls_attempted").get<std::uint64_t>(), contacts);
  wait_for_status(*http, other, "completed");

  // From the very beginning it is the same story, told by the store alone; and part of that of all campaigns.
  sse_client again{server->port(), target, "0", authorization};
  for (const auto& each : told) {
    const auto next = again.next();
    REQUIRE(next);
    REQUIRE(next->id == each.id);
    REQUIRE(next->type == each.type);
  }
  sse_client all{server->port(), "/v1/events?last_event_id=0", {}, authorization};
  std::size_t own = 0;
  std::size_t others = 0;
  while (own < told.size()) {
    const auto next = all.next();
    REQUIRE(next);
    if (json::parse(next->data).at("data").at("campaign").at("id") == id)
      REQUIRE(next->id == told[own++].id);
    else
      ++others;
  }
  CHECK(others > 200);
  CHECK(server->stop() == 0);
  CHECK_FALSE(again.next());
  CHECK(again.ended());
}
