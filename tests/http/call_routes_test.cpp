// Calls over HTTP: lists, one call, one-off calls, the history of a phone, and why nobody is dialed.
#include "tests/http/http_client.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using nlohmann::json;
using test::served;

namespace {

constexpr time_point at{milliseconds{1'767'225'600'000}}; // 2026-01-01T00:00:00Z

std::vector<std::string> ids_of(const json& page) {
  std::vector<std::string> ids;
  for (const auto& call : page.at("data"))
    ids.push_back(call.at("id"));
  return ids;
}

/// A campaign whose two contacts have a call in progress and three that have ended.
struct with_calls : served {
  with_calls() {
    id = create(R"([{"phone":"+919812345678","name":"Asha"},{"phone":"+14155550100","name":"Bo"}])");
    contact_state calling;
    calling.status = contact_status::in_progress;
    calling.attempts = 2;
    calling.call = open_call{call_id{1, 4}, at + std::chrono::hours{24}, at + std::chrono::hours{25}};
    const auto campaign = *campaign_id::parse(id);
    engine.place_contact(campaign, *phone::parse("+919812345678"), calling,
      {{call_id{1, 1}, 1, at, std::nullopt, at + milliseconds{30'000}, call_outcome::busy, ""}});
    contact_state done;
    done.status = contact_status::done;
    done.attempts = 2;
    done.disposition = "callback";
    engine.place_contact(campaign, *phone::parse("+14155550100"), done,
      {{call_id{1, 2}, 1, at + milliseconds{1}, std::nullopt, at + milliseconds{9}, call_outcome::no_answer, ""},
        {call_id{1, 3}, 2, at + std::chrono::hours{1}, at + std::chrono::hours{1} + milliseconds{900},
          at + std::chrono::hours{1} + milliseconds{62'000}, call_outcome::answered, "callback"}});
  }
  static std::string text(std::uint64_t n) { return call_id{1, n}.to_string(); }
  json calls(const std::string& query) { return ask("GET", "/v1/calls" + query).json(); }

  std::string id;
};

constexpr std::string_view one_off =
  R"({"phone":"+919812345678","name":"Asha","script_id":"scr_1","language":"hi-in","fields":{"n":1.50, "s":[ 1 ]} })";

} // namespace

TEST_CASE("a call is told as the contract says") {
  with_calls s;
  CHECK(s.ask("GET", "/v1/calls/" + s.text(3)).json()
        == json::parse(
          R"({"id":")" + s.text(3) + R"(","campaign_id":")" + s.id
          + R"(","contact":{"phone":"+14155550100","name":"Bo"},"attempt":2,"status":"completed","outcome":"answered",
      "disposition":"callback","duration_seconds":61,"language":"hi-IN","started_at":"2026-01-01T01:00:00.000Z",
      "answered_at":"2026-01-01T01:00:00.900Z","ended_at":"2026-01-01T01:01:02.000Z"})"));
  const auto open = s.ask("GET", "/v1/calls/" + s.text(4)).json();
  CHECK(open["status"] == "in_progress");
  for (auto member : {"outcome", "disposition", "ended_at"})
    CHECK(open[member] == nullptr);
  CHECK(open["duration_seconds"] == 0);
  CHECK(open["answered_at"] == "2026-01-02T01:00:00.000Z");
  const auto busy = s.ask("GET", "/v1/calls/" + s.text(1)).json();
  CHECK(busy["status"] == "failed");
  CHECK(busy["outcome"] == "busy");
  CHECK(busy["disposition"] == nullptr);

  CHECK(s.ask("GET", "/v1/calls/" + s.text(9)).status == 404);
  CHECK(s.ask("GET", "/v1/calls/cal_1").status == 404);
  CHECK(s.ask("GET", "/v1/calls/" + s.text(1) + "?x=1").status == 400);
  CHECK(s.ask("DELETE", "/v1/calls/" + s.text(1)).headers.at("allow") == "GET, HEAD");
}

TEST_CASE("calls are listed by what is asked, the latest first") {
  with_calls s;
  const auto all = s.calls("");
  CHECK(all["total"] == 4);
  CHECK(all["limit"] == 20);
  CHECK(all["offset"] == 0);
  CHECK(ids_of(all) == std::vector{s.text(4), s.text(3), s.text(2), s.text(1)});
  CHECK(all["data"][1] == s.ask("GET", "/v1/calls/" + s.text(3)).json());
  CHECK(ids_of(s.calls("?limit=1&offset=2")) == std::vector{s.text(2)});
  CHECK(s.calls("?offset=9")["data"] == json::array());
  CHECK(ids_of(s.calls("?disposition=callback")) == std::vector{s.text(3)});
  CHECK(s.calls("?disposition=unheard_of")["total"] == 0);
  CHECK(s.calls("?language=HI-in")["total"] == 4);
  CHECK(s.calls("?language=en")["total"] == 0);
  CHECK(ids_of(s.calls("?to=2026-01-01")) == std::vector{s.text(3), s.text(2), s.text(1)});
  CHECK(ids_of(s.calls("?from=2026-01-02")) == std::vector{s.text(4)});
  CHECK(ids_of(s.calls("?from=2026-01-01T00:00:00.001Z&to=2026-01-01T06:30:00%2B05:30"))
        == std::vector{s.text(3), s.text(2)});
  CHECK(s.calls("?campaign_id=" + s.id)["total"] == 4);
  CHECK(s.calls("?campaign_id=cmp_000000000")["total"] == 0);

  const auto path = "/v1/campaigns/" + s.id + "/calls";
  CHECK(s.ask("GET", path).json() == all);
  CHECK(s.ask("GET", path + "?disposition=callback").json() == s.calls("?disposition=callback"));
  CHECK(s.ask("GET", path + "?campaign_id=" + s.id).status == 400);
  CHECK(s.ask("GET", "/v1/campaigns/cmp_000000000/calls").status == 404);
  CHECK(s.ask("GET", "/v1/campaigns/x/calls").status == 404);
}

TEST_CASE("a malformed filter of calls is refused, naming it") {
  served s;
  for (const std::string query : {"campaign_id=x", "campaign_id=", "from=yesterday", "to=2026-13-01", "disposition=A",
         "disposition=", "language=hi_IN", "limit=0", "limit=101", "offset=-1", "status=x",
         "from=2026-01-01&from=2026-01-02"}) {
    CAPTURE(query);
    const auto reply = s.ask("GET", "/v1/calls?" + query);
    CHECK(reply.status == 400);
    CHECK(reply.json()["code"] == "invalid_parameter");
    CHECK(reply.json()["errors"][0]["parameter"] == query.substr(0, query.find('=')));
  }
}

TEST_CASE("a one-off call is made, and found from then on") {
  served s;
  const auto made = s.ask("POST", "/v1/calls", one_off);
  REQUIRE(made.status == 201);
  const auto call = made.json();
  CHECK(call["status"] == "queued");
  CHECK(call["campaign_id"] == nullptr);
  CHECK(call["contact"] == json{{"phone", "+919812345678"}, {"name", "Asha"}});
  CHECK(call["language"] == "hi-IN");
  CHECK(call["started_at"] == nullptr);
  CHECK(call["attempt"] == 1);
  CHECK(made.headers.at("location") == "/v1/calls/" + call["id"].get<std::string>());
  CHECK(s.ask("GET", made.headers.at("location")).json() == call);
  CHECK(s.ask("GET", "/v1/campaigns").json()["total"] == 0);
  // Custom fields byte for byte, as the script is handed them.
  const auto contact = s.ask("GET", "/v1/contacts/+919812345678").json();
  CHECK(contact["data"][0]["campaign_id"] == nullptr);
  CHECK(s.engine.fields_of(*phone::parse("+919812345678")) == R"({"n":1.50, "s":[ 1 ]})");

  const auto first = s.ask("POST", "/v1/calls", one_off, "Idempotency-Key: once\r\n");
  REQUIRE(first.status == 201);
  const auto again = s.ask("POST", "/v1/calls", one_off, "Idempotency-Key: once\r\n");
  CHECK(again.body == first.body);
  CHECK(again.headers.at("location") == first.headers.at("location"));
  CHECK(again.headers.at("idempotency-replayed") == "true");
  CHECK(s.ask("POST", "/v1/calls", R"({"phone":"+1"})", "Idempotency-Key: once\r\n").status == 422);
}

TEST_CASE("what is no call is refused, naming every fault") {
  served s;
  const auto faults = [&](std::string_view body) {
    const auto reply = s.ask("POST", "/v1/calls", body);
    CHECK(reply.status == 422);
    std::vector<std::string> pointers;
    const auto told = reply.json();
    for (const auto& each : told["errors"])
      pointers.push_back(each["pointer"]);
    std::sort(pointers.begin(), pointers.end());
    return pointers;
  };
  using list = std::vector<std::string>;
  CHECK(faults("{}") == list{"/language", "/name", "/phone", "/script_id"});
  CHECK(faults("[]") == list{""});
  CHECK(faults(R"({"phone":"98","name":"","script_id":1,"language":"hi_IN","fields":[],"plan":"gold"})")
        == list{"/fields", "/language", "/name", "/phone", "/plan", "/script_id"});
  CHECK(faults(R"({"phone":"+919812345678","phone":"+919812345678"})") == list{"/phone"});
  CHECK(s.ask("POST", "/v1/calls", "{").status == 400);
  CHECK(s.ask("POST", "/v1/calls").status == 400);
  CHECK(s.ask("POST", "/v1/calls?x=1", one_off).status == 400);
  CHECK(s.engine.campaigns() == 0);
}

TEST_CASE("the history of a phone") {
  with_calls s;
  const auto told = s.ask("GET", "/v1/contacts/+14155550100").json();
  CHECK(told["phone"] == "+14155550100");
  CHECK(told["total"] == 1);
  CHECK(told["do_not_call"] == nullptr);
  const auto& entry = told["data"][0];
  CHECK(entry["campaign_id"] == s.id);
  CHECK(entry["status"] == "done");
  CHECK(entry["attempts"] == 2);
  CHECK(entry["disposition"] == "callback");
  REQUIRE(entry["calls"].size() == 2);
  CHECK(entry["calls"][1]["id"] == s.text(3));
  CHECK_FALSE(entry["calls"][1].contains("contact"));
  CHECK(s.ask("GET", "/v1/contacts/%2B14155550100?offset=1").json()["data"] == json::array());
  CHECK(s.ask("GET", "/v1/contacts/+15555550100").json()["total"] == 0);
  const auto none = s.ask("GET", "/v1/contacts/x");
  CHECK(none.status == 400);
  CHECK(none.json()["errors"][0]["parameter"] == "phone");
  CHECK(s.ask("GET", "/v1/contacts/+14155550100?limit=0").status == 400);
}

TEST_CASE("a number on the do-not-call list gets no one-off call, and its history says so") {
  served s;
  REQUIRE(s.ask("POST", "/v1/dnc", R"({"phone":"+919812345678","reason":"asked us to stop"})").status == 200);
  const auto refused = s.ask("POST", "/v1/calls", one_off);
  CHECK(refused.status == 409);
  CHECK(refused.json()["code"] == "do_not_call");
  CHECK(s.engine.campaigns() == 0);
  const auto told = s.ask("GET", "/v1/contacts/+919812345678").json();
  CHECK(told["do_not_call"] == s.ask("GET", "/v1/dnc/+919812345678").json());
  CHECK(told["do_not_call"]["reason"] == "asked us to stop");
}

TEST_CASE("why a contact is not being dialed") {
  with_calls s;
  const auto path = "/v1/campaigns/" + s.id + "/contacts/";
  const auto told = s.ask("GET", path + "+14155550100/explain").json();
  CHECK(told["campaign_id"] == s.id);
  CHECK(told["phone"] == "+14155550100");
  CHECK(told["status"] == "done");
  CHECK(told["verdict"] == "never");
  CHECK(told["eligible_at"] == nullptr);
  CHECK(
    told["rules"][0] == json{{"rule", "campaign_running"}, {"passes", false}, {"detail", "the campaign is scheduled"}});
  CHECK(told["rules"].back()["rule"] == "line_free");
  CHECK(s.ask("GET", path + "+15555550100/explain").status == 404);
  CHECK(s.ask("GET", path + "x/explain").status == 404);
  CHECK(s.ask("GET", "/v1/campaigns/cmp_000000000/contacts/+14155550100/explain").status == 404);
  CHECK(s.ask("GET", path + "+14155550100/explain?x=1").status == 400);
}
