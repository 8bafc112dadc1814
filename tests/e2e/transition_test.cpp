/// pause, resume and stop of a campaign whose calls are in progress.
#include "campaigns.hpp"

#include <csignal>

#include <memory>
#include <optional>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

namespace {

constexpr unsigned contacts = 1200;
constexpr unsigned attempts = 3;
/// An hour takes a second, and ten lines are busy for several seconds with the list.
const settings hour_a_second = accelerated(3600, 10);

json wait_until_busy(client& http, const std::string& id) {
  return wait_until(http, id, [](const json& campaign) {
    REQUIRE(campaign.at("status") == "running");
    return campaign.at("calls_attempted") >= 100 && campaign.at("contacts").at("in_progress") > 0
           && campaign.at("contacts").at("waiting_retry") > 0;
  });
}

/// Waits until no call is in progress, and until retries that waited have become due long since.
json wait_until_quiet(client& http, const std::string& id) {
  const auto quiet =
    wait_until(http, id, [](const json& campaign) { return campaign.at("contacts").at("in_progress") == 0; });
  const auto later = virtual_now(http) + std::chrono::hours{2};
  eventually("two hours of redial's clock", [&] { return virtual_now(http) >= later; });
  CHECK(show(http, id) == quiet);
  return quiet;
}

void check_refused(
  client& http, const std::string& id, const std::string& action, const std::string& status, const json& legal) {
  for (const bool by_path : {false, true}) {
    const auto path = "/v1/campaigns/" + id;
    const auto answer = by_path ? http.post(path + "/" + action) : http.patch(path, json{{"action", action}}.dump());
    INFO(action << ": " << answer.body);
    CHECK(answer.status == 409);
    CHECK(answer.header("Content-Type") == "application/problem+json");
    const auto problem = answer.json();
    CHECK(problem.at("code") == "illegal_transition");
    CHECK(problem.at("current_status") == status);
    CHECK(problem.at("legal_actions") == legal);
  }
}

void check_final(client& http, const std::string& id, const std::string& status) {
  for (const auto* action : {"start", "pause", "resume", "stop"})
    check_refused(http, id, action, status, json::array());
}

std::uint64_t in_progress(const json& campaign) {
  return campaign.at("contacts").at("in_progress").get<std::uint64_t>();
}

} // namespace

TEST_CASE("pause: no new dial after the answer, calls in progress finish and count; resume goes on to the end") {
  scratch_directory directory;
  server_process server{directory, hour_a_second};
  client http{server.port()};
  const auto id = create(http, campaign_of(contacts, attempts, 60));
  check_refused(http, id, "pause", "scheduled", {"start", "stop"});
  check_refused(http, id, "resume", "scheduled", {"start", "stop"});
  act(http, id, "start");
  check_refused(http, id, "start", "running", {"pause", "stop"});
  check_refused(http, id, "resume", "running", {"pause", "stop"});
  wait_until_busy(http, id);

  const auto paused = act(http, id, "pause");
  CHECK(paused.at("status") == "paused");
  check_refused(http, id, "start", "paused", {"resume", "stop"});
  check_refused(http, id, "pause", "paused", {"resume", "stop"});
  const auto quiet = wait_until_quiet(http, id);
  CHECK(quiet.at("calls_attempted") == paused.at("calls_attempted"));
  CHECK(quiet.at("contacts").at("pending") == paused.at("contacts").at("pending"));
  CHECK(quiet.at("contacts").at("waiting_retry") > 0);
  const auto ended = [](const json& c) {
    return c.at("contacts").at("done").get<std::uint64_t>() + c.at("contacts").at("waiting_retry").get<std::uint64_t>();
  };
  CHECK(ended(quiet) == ended(paused) + in_progress(paused));

  CHECK(act(http, id, "resume").at("status") == "running");
  const auto completed = wait_for_status(http, id, "completed");
  CHECK(shown_totals(completed) == planned_totals(contacts, attempts));
  check_final(http, id, "completed");
}

TEST_CASE("a pause outlives kill -9, and so does what was counted") {
  scratch_directory directory;
  std::optional<server_process> server{std::in_place, directory, hour_a_second};
  std::optional<client> http{std::in_place, server->port()};
  const auto id = create(*http, campaign_of(contacts, attempts, 60));
  act(*http, id, "start");
  wait_until_busy(*http, id);
  const auto paused = act(*http, id, "pause");
  server->kill();
  server.reset();
  server.emplace(directory, hour_a_second);
  http.emplace(server->port());
  const auto quiet = wait_until_quiet(*http, id);
  CHECK(quiet.at("status") == "paused");
  CHECK(quiet.at("calls_attempted") == paused.at("calls_attempted"));
  CHECK(quiet.at("dispositions").value("unknown", 0U) <= in_progress(paused));
  act(*http, id, "resume");
  const auto completed = wait_for_status(*http, id, "completed");
  CHECK(completed.at("contacts").at("done") == contacts);
}

TEST_CASE("stop is final, also after SIGTERM and after kill -9") {
  scratch_directory directory;
  std::optional<server_process> server{std::in_place, directory, hour_a_second};
  std::optional<client> http{std::in_place, server->port()};
  const auto first = create(*http, campaign_of(contacts, attempts, 60));
  act(*http, first, "start");
  wait_until_busy(*http, first);
  const auto stopped = act(*http, first, "stop");
  CHECK(stopped.at("status") == "stopped");
  CHECK(stopped.at("ended_reason") == "stop_action");
  CHECK(stopped.at("ended_at").is_string());
  check_final(*http, first, "stopped");
  const auto quiet = wait_until_quiet(*http, first);
  CHECK(quiet.at("calls_attempted") == stopped.at("calls_attempted"));
  CHECK(quiet.at("contacts").at("pending") == stopped.at("contacts").at("pending"));
  CHECK_FALSE(quiet.at("dispositions").contains("unknown"));
  const auto phones = json{{"phones", {phone_number(0)}}}.dump();
  const auto removal = http->del("/v1/campaigns/" + first + "/contacts", phones);
  CHECK(removal.status == 409);
  CHECK(removal.json().at("code") == "campaign_ended");

  CHECK(server->stop() == 0);
  server.reset();
  server.emplace(directory, hour_a_second);
  http.emplace(server->port());
  CHECK(show(*http, first) == quiet);
  check_final(*http, first, "stopped");

  // And one that is killed with calls in progress just after the answer.
  const auto second = create(*http, campaign_of(contacts, attempts, 60));
  act(*http, second, "start");
  wait_until_busy(*http, second);
  const auto cut = act(*http, second, "stop");
  server->kill();
  server.reset();
  server.emplace(directory, hour_a_second);
  http.emplace(server->port());
  check_final(*http, first, "stopped");
  check_final(*http, second, "stopped");
  const auto after = wait_until_quiet(*http, second);
  CHECK(after.at("calls_attempted") == cut.at("calls_attempted"));
  CHECK(after.at("contacts").at("pending") == cut.at("contacts").at("pending"));
  CHECK(after.at("ended_at") == cut.at("ended_at"));
  CHECK(show(*http, first) == quiet);
}
