/// Calls: found, listed, made one by one; the history of a phone; why a contact is not dialed.
#include "campaigns.hpp"

#include <set>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

namespace {

json one_off(std::uint64_t i, const std::string& name = "Asha") {
  return {{"phone", phone_number(i)}, {"name", name}, {"script_id", "scr_1"}, {"language", "hi-IN"},
    {"fields", {{"row", i}}}};
}

bool has_ended(const json& call) { return call.at("status") != "queued" && call.at("status") != "in_progress"; }

json get_call(client& http, const std::string& id) {
  const auto reply = http.get("/v1/calls/" + id);
  REQUIRE(reply.status == 200);
  return reply.json();
}

/// Every call that a list has, page by page.
std::vector<json> all_calls(client& http, const std::string& path, const std::string& query = {}) {
  std::vector<json> all;
  for (;;) {
    const auto page =
      http.get(path + "?limit=100&offset=" + std::to_string(all.size()) + (query.empty() ? "" : "&" + query)).json();
    for (const auto& call : page.at("data"))
      all.push_back(call);
    if (page.at("data").empty() || all.size() >= page.at("total")) {
      CHECK(all.size() == page.at("total"));
      return all;
    }
  }
}

} // namespace

TEST_CASE("every call of a campaign is in the lists that it belongs in, and found by its id, across a kill -9") {
  constexpr unsigned contacts = 300;
  scratch_directory directory;
  std::string id;
  std::vector<json> before;
  {
    server_process server{directory, accelerated(1800, 50)};
    client http{server.port()};
    id = create(http, campaign_of(contacts, 3, 60));
    act(http, id, "start");
    const auto ended = wait_for_status(http, id, "completed");
    before = all_calls(http, "/v1/calls");
    REQUIRE(before.size() == ended.at("calls_attempted"));

    // The same as the contacts tell, and as the plan foretells.
    std::set<std::string> told;
    std::map<std::string, std::uint64_t> labels;
    for (const auto& contact : contacts_of(http, id)) {
      for (const auto& call : contact.at("calls"))
        told.insert(call.at("id"));
    }
    std::set<std::string> listed;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const auto& call = before[i];
      listed.insert(call.at("id"));
      CHECK(call.at("campaign_id") == id);
      CHECK(has_ended(call));
      if (i > 0)
        CHECK(call.at("started_at").get<std::string>() <= before[i - 1].at("started_at").get<std::string>());
      if (call.at("disposition").is_string())
        ++labels[call.at("disposition")];
    }
    CHECK(listed == told);
    CHECK(labels == planned_totals(contacts, 3).dispositions);
    for (const auto& [label, count] : labels)
      CHECK(all_calls(http, "/v1/campaigns/" + id + "/calls", "disposition=" + label).size() == count);
    for (std::size_t i = 0; i < before.size(); i += 37)
      CHECK(get_call(http, before[i].at("id")) == before[i]);

    const std::string middle = before[before.size() / 2].at("started_at");
    const auto late = all_calls(http, "/v1/calls", "from=" + middle);
    const auto early = all_calls(http, "/v1/calls", "to=" + middle);
    CHECK(late == std::vector(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(late.size())));
    CHECK(early == std::vector(before.end() - static_cast<std::ptrdiff_t>(early.size()), before.end()));
    CHECK(late.size() + early.size() > before.size()); // both include the instant
    CHECK(all_calls(http, "/v1/calls", "language=en-GB").empty());
    server.kill();
  }
  server_process server{directory, accelerated(1800, 50)};
  client http{server.port()};
  CHECK(all_calls(http, "/v1/calls", "campaign_id=" + id) == before);
  CHECK(get_call(http, before.front().at("id")) == before.front());
}

TEST_CASE("one-off calls are made once each, answered for before a kill -9 or not in progress after it") {
  constexpr std::uint64_t calls = 40;
  scratch_directory directory;
  std::vector<std::string> ids;
  {
    server_process server{directory, accelerated(60, 10)};
    client http{server.port()};
    for (std::uint64_t i = 0; i < calls; ++i) {
      const auto reply = http.post("/v1/calls", one_off(i).dump());
      REQUIRE(reply.status == 201);
      const auto call = reply.json();
      CHECK(call.at("status") == "queued");
      CHECK(call.at("campaign_id").is_null());
      CHECK(reply.header("Location") == "/v1/calls/" + call.at("id").get<std::string>());
      ids.push_back(call.at("id"));
      CHECK(get_call(http, ids.back()).at("id") == ids.back());
    }
    server.kill();
  }
  server_process server{directory, accelerated(1800, 10)};
  client http{server.port()};
  for (std::uint64_t i = 0; i < calls; ++i) {
    CAPTURE(i, ids[i]);
    eventually("the call ends", [&] { return has_ended(get_call(http, ids[i])); });
    const auto call = get_call(http, ids[i]);
    CHECK(call.at("contact").at("phone") == phone_number(i));
    CHECK(call.at("attempt") == 1);
  }
  const auto listed = all_calls(http, "/v1/calls");
  CHECK(listed.size() == calls);
  CHECK(count_campaigns(http) == 0);
  CHECK(http.get("/v1/calls/cal_0000000000000000000000").status == 404);
}

TEST_CASE("the history of a phone goes across campaigns and one-off calls, the newest first") {
  scratch_directory directory;
  server_process server{directory, accelerated(1800, 10)};
  client http{server.port()};
  const auto first = create(http, campaign_of(5));
  const auto second = create(http, campaign_of(2, 1, 60, 3)); // contacts 3 and 4 of the first
  act(http, second, "start");
  wait_for_status(http, second, "completed");
  const auto call = http.post("/v1/calls", one_off(4).dump()).json();
  eventually("the call ends", [&] { return has_ended(get_call(http, call.at("id"))); });
  const auto history = [&](std::uint64_t i, const std::string& query = {}) {
    const auto reply = http.get("/v1/contacts/%2B" + phone_number(i).substr(1) + query);
    REQUIRE(reply.status == 200);
    return reply.json();
  };
  const auto all = history(4);
  CHECK(all.at("total") == 3);
  CHECK(all.at("data")[0].at("campaign_id").is_null());
  CHECK(all.at("data")[0].at("calls")[0].at("id") == call.at("id"));
  CHECK(all.at("data")[1].at("campaign_id") == second);
  CHECK(all.at("data")[1].at("status") == "done");
  CHECK(all.at("data")[1].at("calls").size() == 1);
  CHECK(all.at("data")[2].at("campaign_id") == first);
  CHECK(all.at("data")[2].at("status") == "pending");
  CHECK(history(4, "?limit=1&offset=1").at("data") == json::array({all.at("data")[1]}));
  CHECK(history(0).at("total") == 1);
  CHECK(history(9).at("total") == 0);
}

TEST_CASE("why a contact is not being dialed, in each state") {
  scratch_directory directory;
  server_process server{directory, accelerated(1, 1)};
  client http{server.port()};
  const auto id = create(http, campaign_of(3, 2, 60));
  const auto why = [&](std::uint64_t i) {
    return http.get("/v1/campaigns/" + id + "/contacts/%2B" + phone_number(i).substr(1) + "/explain").json();
  };
  const auto failing = [](const json& told) {
    std::vector<std::string> rules;
    for (const auto& each : told.at("rules")) {
      if (!each.at("passes"))
        rules.push_back(each.at("rule"));
    }
    return rules;
  };
  using list = std::vector<std::string>;
  CHECK(why(0).at("verdict") == "blocked");
  CHECK(failing(why(0)) == list{"campaign_running", "start_time"});
  act(http, id, "start");
  eventually("somebody is called", [&] { return show(http, id).at("contacts").at("in_progress") == 1; });
  // One line at real speed: the first call takes its time, the others wait for it.
  const auto called = why(0);
  const auto waits = why(1);
  CHECK(called.at("verdict") == "blocked");
  CHECK(failing(called) == list{"no_call_in_progress", "line_free"});
  CHECK(waits.at("verdict") == "eligible");
  CHECK(waits.at("eligible_at").is_string());
  CHECK(failing(waits) == list{"line_free"});
  http.del("/v1/campaigns/" + id + "/contacts", json{{"phones", {phone_number(2)}}}.dump());
  CHECK(why(2).at("verdict") == "never");
  CHECK(failing(why(2)) == list{"on_list", "line_free"});
  act(http, id, "pause");
  CHECK(why(1).at("verdict") == "blocked");
  act(http, id, "stop");
  CHECK(why(1).at("verdict") == "never");
  CHECK(why(1).at("eligible_at").is_null());
}
