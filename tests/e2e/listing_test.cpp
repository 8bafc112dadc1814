/// What can be read: lists, pages, single contacts, heads.
#include "campaigns.hpp"

#include <algorithm>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

namespace {

std::vector<std::string> ids_of(client& http, const std::string& query) {
  const auto answer = http.get("/v1/campaigns?" + query);
  INFO(query << ": " << answer.body.substr(0, 500));
  REQUIRE(answer.status == 200);
  const auto page = answer.json();
  std::vector<std::string> ids;
  for (const auto& campaign : page.at("data"))
    ids.push_back(campaign.at("id").get<std::string>());
  return ids;
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("campaigns are listed newest first, filtered by status and creation, in pages") {
  scratch_directory directory;
  // Each millisecond is a minute and a half, so that no two campaigns are created at one instant.
  server_process server{directory, accelerated(100'000, 10)};
  client http{server.port()};
  std::vector<std::string> newest_first;
  std::vector<std::string> created;
  for (int i = 0; i < 25; ++i) {
    newest_first.insert(newest_first.begin(), create(http, campaign_of(1)));
    created.insert(created.begin(), show(http, newest_first.front()).at("created_at").get<std::string>());
  }
  REQUIRE(std::is_sorted(created.rbegin(), created.rend()));
  REQUIRE(std::adjacent_find(created.begin(), created.end()) == created.end());
  const auto part = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    return names(newest_first.begin() + from, newest_first.begin() + to);
  };

  CHECK(ids_of(http, "") == part(0, 20)); // 20 unless told otherwise
  CHECK(ids_of(http, "limit=100") == newest_first);
  CHECK(ids_of(http, "limit=7&offset=0") == part(0, 7));
  CHECK(ids_of(http, "limit=7&offset=21") == part(21, 25));
  CHECK(ids_of(http, "offset=25").empty());
  const auto page = http.get("/v1/campaigns?limit=3&offset=4").json();
  CHECK(page.at("total") == 25);
  CHECK(page.at("limit") == 3);
  CHECK(page.at("offset") == 4);
  CHECK(page.at("data").at(0) == show(http, newest_first[4]));

  CHECK(ids_of(http, "limit=100&from=" + created[10]) == part(0, 11));
  CHECK(ids_of(http, "limit=100&to=" + created[10]) == part(10, 25));
  CHECK(ids_of(http, "limit=100&from=" + created[12] + "&to=" + created[10]) == part(10, 13));
  CHECK(ids_of(http, "from=" + created[10] + "&to=" + created[12]).empty());
  const auto day = [&](std::size_t i) { return created[i].substr(0, 10); };
  const auto on_day = [&](const std::string& wanted) {
    names expected;
    for (std::size_t i = 0; i < created.size(); ++i)
      if (day(i) == wanted)
        expected.push_back(newest_first[i]);
    return expected;
  };
  for (const auto& each : {day(0), day(12), day(24)})
    CHECK(ids_of(http, "limit=100&from=" + each + "&to=" + each) == on_day(each)); // the whole day
  CHECK(ids_of(http, "limit=100&to=2000-01-01").empty());

  act(http, newest_first[3], "stop");
  act(http, newest_first[8], "stop");
  CHECK(ids_of(http, "status=stopped") == names{newest_first[3], newest_first[8]});
  CHECK(ids_of(http, "status=scheduled&limit=100").size() == 23);
  CHECK(ids_of(http, "status=paused").empty());
  CHECK(ids_of(http, "status=stopped&from=" + created[7]) == names{newest_first[3]});

  CHECK(server.stop() == 0);
  server_process again{directory, accelerated(100'000, 10)};
  client after{again.port()};
  CHECK(ids_of(after, "limit=100") == newest_first);
  CHECK(ids_of(after, "status=stopped") == names{newest_first[3], newest_first[8]});
}

TEST_CASE("contacts are listed by status, and shown one by one, with every call") {
  scratch_directory directory;
  auto with = accelerated(600, 50);
  with.emplace_back("gateway.simulator.instant=true");
  // By last digit: one is busy and waits for a week, one is interested, the others have no such number.
  with.emplace_back(R"(gateway.simulator.overrides=[{ suffix = "1", outcome = "busy" }, )"
                    R"({ suffix = "2", outcome = "answered", disposition = "interested" }, )"
                    R"({ suffix = "3", outcome = "invalid_number" }, { suffix = "4", outcome = "invalid_number" }])");
  server_process server{directory, with};
  client http{server.port()};
  const auto id = create(http, campaign_of(5, 2, 10'080, 0));
  const auto path = "/v1/campaigns/" + id + "/contacts";
  CHECK(http.del(path, json{{"phones", {phone_number(0)}}}.dump()).status == 200);
  CHECK(contacts_of(http, id, "pending").size() == 4);
  act(http, id, "start");
  wait_until(http, id, [](const json& campaign) {
    return campaign.at("contacts").at("done") == 3 && campaign.at("contacts").at("waiting_retry") == 1;
  });
  const auto phones = [&](const std::string& status) {
    names found;
    for (const auto& each : contacts_of(http, id, status))
      found.push_back(each.at("phone").get<std::string>());
    return found;
  };
  CHECK(phones("removed") == names{phone_number(0)});
  CHECK(phones("waiting_retry") == names{phone_number(1)});
  CHECK(phones("done") == names{phone_number(2), phone_number(3), phone_number(4)});
  CHECK(phones("pending").empty());
  CHECK(phones("in_progress").empty());
  const auto page = http.get(path + "?status=done&limit=1&offset=1").json();
  CHECK(page.at("total") == 3);
  CHECK(page.at("data").at(0).at("phone") == phone_number(3));

  const auto waiting = http.get(path + "/" + phone_number(1)).json();
  CHECK(waiting.at("attempts") == 1);
  CHECK(waiting.at("disposition").is_null());
  CHECK(waiting.at("calls").at(0).at("outcome") == "busy");
  CHECK(waiting.at("calls").at(0).at("status") == "failed");
  const auto due = parse_rfc3339(waiting.at("next_attempt_at").get<std::string>());
  const auto over = parse_rfc3339(waiting.at("calls").at(0).at("ended_at").get<std::string>());
  REQUIRE((due && over));
  CHECK(*due - *over == std::chrono::minutes{10'080});
  const auto reached = http.get(path + "/%2B" + phone_number(2).substr(1)).json();
  CHECK(reached.at("disposition") == "interested");
  CHECK(reached.at("next_attempt_at").is_null());
  CHECK(reached.at("fields") == json{{"row", 2}});
  CHECK(reached.at("calls").size() == 1);
  CHECK(reached.at("calls").at(0).at("id").get<std::string>().starts_with("cal_"));
  CHECK(reached.at("calls").at(0).at("answered_at").is_string());
  const auto wrong_number = http.get(path + "/" + phone_number(3)).json();
  CHECK(wrong_number.at("disposition") == "not_reachable");
  CHECK(wrong_number.at("attempts") == 1); // not worth another try
}

TEST_CASE("HEAD says what GET would, without the body; request ids come back; connections live on") {
  scratch_directory directory;
  server_process server{directory, accelerated(1, 10)};
  client http{server.port()};
  const auto id = create(http, campaign_of(2));
  for (const auto& path : {std::string{"/healthz"}, std::string{"/readyz"}, std::string{"/v1/campaigns"},
         "/v1/campaigns/" + id, "/v1/campaigns/" + id + "/contacts", std::string{"/v1/campaigns/cmp_000000000"}}) {
    INFO(path);
    const auto whole = http.get(path);
    const auto head = http.request(verb::head, path);
    CHECK(head.status == whole.status);
    CHECK(head.body.empty());
    CHECK(head.header("Content-Length") == std::to_string(whole.body.size()));
    CHECK(head.header("Content-Type") == whole.header("Content-Type"));
    CHECK(head.keep_alive);
  }
  const auto traced = http.request(verb::get, "/healthz", {}, {{"X-Request-Id", "trace-42"}});
  CHECK(traced.header("X-Request-Id") == "trace-42");
  const auto odd = http.request(verb::get, "/healthz", {}, {{"X-Request-Id", "not sane"}});
  CHECK(odd.header("X-Request-Id") != "not sane");
  CHECK_FALSE(odd.header("X-Request-Id").empty());

  // Requests that are sent without waiting are answered in order.
  raw_socket pipeline{server.port()};
  const std::string get = " HTTP/1.1\r\nHost: a\r\n" + authorization;
  REQUIRE(pipeline.send("GET /healthz" + get + "X-Request-Id: one\r\n\r\nGET /nothing" + get
                        + "X-Request-Id: two\r\n\r\nGET /v1/campaigns/" + id + get
                        + "X-Request-Id: three\r\nConnection: close\r\n\r\n"));
  const auto all = pipeline.receive_all();
  REQUIRE(all);
  const auto one = all->find("X-Request-Id: one");
  const auto two = all->find("X-Request-Id: two");
  const auto three = all->find("X-Request-Id: three");
  CHECK(one < two);
  CHECK(two < three);
  CHECK(three != std::string::npos);
}

TEST_CASE("every action has a path of its own") {
  scratch_directory directory;
  server_process server{directory, accelerated(1, 1)};
  client http{server.port()};
  const auto id = create(http, campaign_of(50));
  const std::vector<std::pair<std::string, std::string>> steps{
    {"start", "running"}, {"pause", "paused"}, {"resume", "running"}, {"stop", "stopped"}};
  for (const auto& [action, status] : steps) {
    const auto answer = http.post("/v1/campaigns/" + id + "/" + action, action == "pause" ? "{}" : "");
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    CHECK(answer.json().at("status") == status);
    CHECK(show(http, id).at("status") == status);
  }
}
