/// A campaign from its contact list to completed.
#include "campaigns.hpp"

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

TEST_CASE("a campaign with retries runs to completed, with the totals that its seed foretells") {
  constexpr unsigned contacts = 1000;
  constexpr unsigned attempts = 3;
  scratch_directory directory;
  server_process server{directory, accelerated(1800, 200)};
  client http{server.port()};
  const auto id = create(http, campaign_of(contacts, attempts, 60));
  CHECK(act(http, id, "start").at("status") == "running");
  const auto ended = wait_for_status(http, id, "completed");

  CHECK(ended.at("ended_reason") == "completed");
  CHECK(ended.at("total_contacts") == contacts);
  CHECK(ended.at("contacts")
        == json{{"pending", 0}, {"in_progress", 0}, {"waiting_retry", 0}, {"done", contacts}, {"removed", 0}});
  CHECK(shown_totals(ended) == planned_totals(contacts, attempts));

  const auto list = contacts_of(http, id);
  REQUIRE(list.size() == contacts);
  for (std::size_t i = 0; i < list.size(); ++i) {
    CHECK(list[i].at("phone") == phone_number(i)); // in the order given
    CHECK(list[i].at("fields") == json{{"row", i}});
    REQUIRE(difference(list[i], attempts) == "");
    for (std::size_t call = 1; call < list[i].at("calls").size(); ++call) {
      const auto before = parse_rfc3339(list[i]["calls"][call - 1].at("ended_at").get<std::string>());
      const auto after = parse_rfc3339(list[i]["calls"][call].at("started_at").get<std::string>());
      REQUIRE(*after - *before >= std::chrono::minutes{60});
    }
  }
  CHECK(server.stop() == 0);
}

TEST_CASE("start_time that has passed begins at once, and an empty campaign completes at once") {
  scratch_directory directory;
  server_process server{directory, accelerated(1, 10)};
  client http{server.port()};
  auto body = campaign_of(0);
  body["schedule"] = {{"start_time", "2020-01-01T00:00:00Z"}};
  const auto id = create(http, body);
  const auto ended = wait_for_status(http, id, "completed");
  CHECK(ended.at("calls_attempted") == 0);
  CHECK(ended.at("started_at").is_string());
}
