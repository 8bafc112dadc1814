/// Campaigns that begin and end by themselves.
#include "campaigns.hpp"

#include <optional>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

TEST_CASE("a campaign starts by itself at start_time, and stops by itself at end_time") {
  scratch_directory directory;
  // One line: the list cannot come to its end before the campaign does.
  server_process server{directory, accelerated(600, 1)};
  client http{server.port()};
  const auto now = virtual_now(http);
  const auto start = now + std::chrono::minutes{15};
  const auto end = now + std::chrono::minutes{30};
  auto body = campaign_of(2000, 2, 10'080);
  body["schedule"] = {
    {"start_time", format_rfc3339(start)}, {"end_time", format_rfc3339(end)}, {"timezone", "Asia/Kolkata"}};
  const auto id = create(http, body);

  const auto running = wait_until(http, id, [&](const json& campaign) { return campaign.at("status") != "scheduled"; });
  const auto started = parse_rfc3339(running.at("started_at").get<std::string>());
  REQUIRE(started);
  CHECK(*started >= start);
  const auto stopped = wait_for_status(http, id, "stopped");
  CHECK(stopped.at("ended_reason") == "end_time");
  const auto ended = parse_rfc3339(stopped.at("ended_at").get<std::string>());
  REQUIRE(ended);
  CHECK(*ended >= end);
  CHECK(stopped.at("calls_attempted") > 0);

  // Calls in progress finish; those who were not reached stay as they are.
  const auto quiet =
    wait_until(http, id, [](const json& campaign) { return campaign.at("contacts").at("in_progress") == 0; });
  CHECK(quiet.at("calls_attempted") == stopped.at("calls_attempted"));
  CHECK(quiet.at("contacts").at("pending") > 0);
  for (const auto& contact : contacts_of(http, id))
    for (const auto& call : contact.at("calls"))
      REQUIRE(*parse_rfc3339(call.at("started_at").get<std::string>()) < end);
}

TEST_CASE("a schedule outlives a kill -9: what fell due meanwhile happens at the start") {
  scratch_directory directory;
  std::optional<server_process> server{std::in_place, directory, accelerated(600, 50)};
  std::optional<client> http{std::in_place, server->port()};
  // As far ahead as an accelerated clock never comes in a test.
  auto late = campaign_of(10);
  late["schedule"] = {{"start_time", format_rfc3339(virtual_now(*http) + std::chrono::hours{100'000})}};
  const auto waits = create(*http, late);
  auto soon = campaign_of(10);
  soon["schedule"] = {{"start_time", format_rfc3339(virtual_now(*http) + std::chrono::hours{1})}};
  const auto begins = create(*http, soon);
  CHECK(show(*http, begins).at("status") == "scheduled");
  server->kill();
  server.reset();
  // Some hours to each real second: the hour is over when it serves, or soon after.
  server.emplace(directory, accelerated(20'000, 50));
  http.emplace(server->port());
  const auto completed = wait_for_status(*http, begins, "completed");
  CHECK(completed.at("calls_attempted") == 10);
  CHECK(*parse_rfc3339(completed.at("started_at").get<std::string>())
        >= *parse_rfc3339(soon["schedule"]["start_time"].get<std::string>()));
  CHECK(show(*http, waits).at("status") == "scheduled");
  CHECK(act(*http, waits, "start").at("status") == "running"); // by action it can begin earlier
}
