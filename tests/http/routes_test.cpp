#include "tests/http/http_client.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using nlohmann::json;
using test::raw_client;
using test::request_text;
using test::served;

namespace {

constexpr std::string_view two_contacts =
  R"([{"phone":"+919812345678","name":"A","city":"Pune"},{"phone":"+14155550100","name":"B"},{"phone":"+919812345678","name":"C"}])";

std::string numbered_contacts(int count) {
  std::string contacts = "[";
  for (int i = 0; i < count; ++i)
    contacts +=
      std::string{i == 0 ? "" : ","} + R"({"phone":"+9198)" + std::to_string(10'000'000 + i) + R"(","name":"A"})";
  return contacts + "]";
}

} // namespace

TEST_CASE("a campaign is created and shown") {
  served at;
  const auto made = at.ask("POST", "/v1/campaigns",
    R"({"contacts":)" + std::string{two_contacts}
      + R"(,"name":"n","script_id":"s","language":"en-in","max_attempts":2})",
    "Content-Type: application/json; charset=utf-8\r\n");
  REQUIRE(made.status == 201);
  auto campaign = made.json();
  CHECK(campaign["duplicates_skipped"] == 1);
  CHECK(campaign["total_contacts"] == 2);
  CHECK(campaign["status"] == "scheduled");
  CHECK(campaign["language"] == "en-IN");
  const auto path = "/v1/campaigns/" + campaign["id"].get<std::string>();
  CHECK(made.headers.at("location") == path);
  campaign.erase("duplicates_skipped");
  CHECK(at.ask("GET", path).json() == campaign);
  CHECK(at.ask("GET", path).json() == campaign); // from the cache
  CHECK(at.ask("GET", path + "?x=1").status == 400);
  CHECK(at.ask("PATCH", path, R"({"action":"start"})").json()["status"] == "running");
  CHECK(at.ask("GET", path).json()["status"] == "running"); // and not from the cache
}

TEST_CASE("a creation with a query parameter is refused by name, and creates nothing") {
  served at;
  const auto body = R"({"name":"N","script_id":"s","language":"hi-IN","contacts":)" + std::string{two_contacts} + "}";
  for (const auto& given : {body, std::string{}}) {
    const auto answer = at.ask("POST", "/v1/campaigns?dry_run=1", given);
    CHECK(answer.status == 400);
    CHECK(answer.json().at("code") == "invalid_parameter");
    CHECK(answer.json().at("errors").at(0).at("parameter") == "dry_run");
  }
  CHECK(at.engine.campaigns() == 0);
}

TEST_CASE("unknown campaigns are not found") {
  served at;
  for (auto path : {"/v1/campaigns/cmp_000000000", "/v1/campaigns/x", "/v1/campaigns/cmp_000000000/contacts",
         "/v1/campaigns/x/contacts", "/v1/campaigns/cmp_000000000/contacts/+919812345678"}) {
    const auto reply = at.ask("GET", path);
    CHECK(reply.status == 404);
    CHECK(reply.json()["code"] == "not_found");
  }
  CHECK(at.ask("PATCH", "/v1/campaigns/cmp_000000000", R"({"action":"stop"})").status == 404);
  CHECK(at.ask("DELETE", "/v1/campaigns/cmp_000000000/contacts", R"({"phones":["+919812345678"]})").status == 404);
}

TEST_CASE("actions, by body and by path") {
  served at;
  const auto path = "/v1/campaigns/" + at.create(two_contacts);
  const auto refused = at.ask("PATCH", path, R"({"action":"pause"})");
  CHECK(refused.status == 409);
  CHECK(refused.json()["code"] == "illegal_transition");
  CHECK(refused.json()["current_status"] == "scheduled");
  CHECK(refused.json()["legal_actions"] == json{"start", "stop"});
  CHECK(at.ask("POST", path + "/start").json()["status"] == "running");
  CHECK(at.ask("POST", path + "/pause", "{}").json()["status"] == "paused");
  CHECK(at.ask("POST", path + "/resume").json()["status"] == "running");
  CHECK(at.ask("POST", path + "/stop").json()["ended_reason"] == "stop_action");
  CHECK(at.ask("POST", path + "/start").json()["legal_actions"] == json::array());
  CHECK(at.ask("POST", path + "/start", R"({"x":1})").status == 422);
  for (auto body : {"{}", "[]", "1", R"({"action":"begin"})", R"({"action":1})", R"({"action":"stop","x":1})",
         R"({"action":"stop","action":"stop"})"})
    CHECK(at.ask("PATCH", path, body).status == 422);
  CHECK(at.ask("PATCH", path).status == 400);
  CHECK(at.ask("PATCH", path, "{").status == 400);
}

TEST_CASE("campaigns are listed newest first, filtered and paged") {
  served at;
  const auto first = at.create("[]");
  const auto second = at.create("[]");
  const auto third = at.create("[]");
  at.ask("POST", "/v1/campaigns/" + second + "/start");
  auto ids = [&](std::string_view query) {
    auto page = at.ask("GET", "/v1/campaigns" + std::string{query}).json();
    std::vector<std::string> found;
    for (const auto& each : page.at("data"))
      found.push_back(each.at("id"));
    return found;
  };
  CHECK(ids("") == std::vector{third, second, first});
  CHECK(ids("?status=running") == std::vector{second});
  CHECK(ids("?limit=1&offset=1") == std::vector{second});
  CHECK(ids("?from=2026-03-01&to=2026-03-01") == std::vector{third, second, first});
  CHECK(ids("?to=2026-02-28").empty());
  CHECK(ids("?from=2026-03-01T10:00:00.001Z") == std::vector{third, second});
  CHECK(ids("?from=2026-03-01T15:30:00.002+05:30") == std::vector{third});
  const auto page = at.ask("GET", "/v1/campaigns?limit=2").json();
  CHECK(page["total"] == 3);
  CHECK(page["limit"] == 2);
  CHECK(page["offset"] == 0);
  for (auto bad : {"limit=0", "limit=101", "limit=ten", "offset=-1", "status=done", "from=2024-13-01", "to=yesterday",
         "stauts=running"}) {
    const auto reply = at.ask("GET", "/v1/campaigns?" + std::string{bad});
    CHECK(reply.status == 400);
    CHECK(reply.json()["errors"][0]["parameter"] == std::string{bad}.substr(0, std::string{bad}.find('=')));
  }
}

TEST_CASE("contacts are shown and listed") {
  served at;
  const auto path = "/v1/campaigns/" + at.create(two_contacts) + "/contacts";
  for (auto phone : {"/+919812345678", "/%2B919812345678"}) {
    const auto contact = at.ask("GET", path + phone).json();
    CHECK(contact["phone"] == "+919812345678");
    CHECK(contact["fields"] == json{{"city", "Pune"}});
    CHECK(contact["status"] == "pending");
    CHECK(contact["next_attempt_at"].is_null());
  }
  CHECK(at.ask("GET", path + "/+15550000000").status == 404);
  CHECK(at.ask("GET", path + "/nonsense").status == 404);
  CHECK(at.ask("GET", path).json()["total"] == 2);
  CHECK(at.ask("GET", path + "?limit=1&offset=1").json()["data"][0]["name"] == "B");
  CHECK(at.ask("GET", path + "?status=done").json()["total"] == 0);
  CHECK(at.ask("GET", path + "?status=gone").status == 400);
}

TEST_CASE("contacts are removed, by body and by query") {
  served at;
  const auto id = at.create(two_contacts);
  const auto path = "/v1/campaigns/" + id + "/contacts";
  contact_state waiting;
  waiting.status = contact_status::waiting_retry;
  waiting.attempts = 1;
  waiting.due = at.time.now();
  at.engine.place_contact(*campaign_id::parse(id), *phone::parse("+14155550100"), waiting, {});
  CHECK(at.ask("DELETE", path, R"({"phones":["+919812345678","x"]})").status == 422);
  CHECK(at.ask("DELETE", path + "?phones=x").status == 422);
  CHECK(at.ask("DELETE", path).status == 400);
  CHECK(at.ask("DELETE", path + "?phone=%2B919812345678").status == 400);
  CHECK(at.ask("GET", path + "?status=removed").json()["total"] == 0); // none of these had an effect
  const auto removed = at.ask("DELETE", path, R"({"phones":["+919812345678","+14155550100","+15550000000"]})").json();
  CHECK(removed == json{{"removed", 1}, {"already_called", 1}, {"not_found", 1}, {"retries_cancelled", 1}});
  CHECK(at.ask("GET", path + "?status=removed").json()["total"] == 1);
  CHECK(at.ask("DELETE", path + "?phones=+15550000001&phones=%2B15550000002").json()["not_found"] == 2);
  at.ask("POST", "/v1/campaigns/" + id + "/stop");
  const auto ended = at.ask("DELETE", path, R"({"phones":["+919812345678"]})");
  CHECK(ended.status == 409);
  CHECK(ended.json()["code"] == "campaign_ended");
}

TEST_CASE("a large list is taken in chunks") {
  served at;
  const auto id = at.create(numbered_contacts(20'000));
  CHECK(at.engine.largest_chunk() == 2048);
  CHECK(at.ask("GET", "/v1/campaigns/" + id).json()["total_contacts"] == 20'000);
  CHECK(at.engine.wait_for_open_uploads(0));
}

TEST_CASE("an engine that falls behind stops the reading, and goes on") {
  served at;
  at.engine.hold_answers(true);
  raw_client client{at.server.port()};
  const auto body = R"({"name":"n","script_id":"s","language":"hi-IN","contacts":)" + numbered_contacts(50'000) + "}";
  std::thread sending{[&] { client.send(request_text("POST", "/v1/campaigns", body)); }};
  const bool held = at.engine.wait_for_held(1);
  const auto still_served = at.ask("GET", "/healthz").status;
  at.engine.hold_answers(false);
  sending.join();
  CHECK(held);
  CHECK(still_served == 200);
  CHECK(client.receive().json()["total_contacts"] == 50'000);
}

TEST_CASE("a faulty list is named whole and leaves nothing") {
  served at;
  auto contacts = numbered_contacts(10'000);
  contacts.insert(contacts.size() - 1, R"(,{"phone":"x","name":"A"},{"phone":"+919812345678"})");
  const auto reply = at.ask("POST", "/v1/campaigns", R"({"contacts":)" + contacts + "}");
  CHECK(reply.status == 422);
  const auto wrong = reply.json();
  CHECK(wrong["error_count"] == 5);
  CHECK(wrong["errors"][3]["pointer"] == "/contacts/10000/phone");
  CHECK(wrong["errors"][4]["pointer"] == "/contacts/10001/name");
  CHECK(at.engine.campaigns() == 0);
  CHECK(at.engine.wait_for_open_uploads(0));
}

TEST_CASE("a client gone half way leaves nothing") {
  served at;
  raw_client client{at.server.port()};
  const auto body = R"({"name":"n","script_id":"s","language":"hi-IN","contacts":)" + numbered_contacts(5000) + "}";
  const auto text = request_text("POST", "/v1/campaigns", body);
  client.send(std::string_view{text}.substr(0, text.size() - 1000));
  REQUIRE(at.engine.wait_for_open_uploads(1));
  client.close();
  CHECK(at.engine.wait_for_open_uploads(0));
  CHECK(at.engine.campaigns() == 0);
}

TEST_CASE("broken JSON is refused before the rest of it has come") {
  served at;
  raw_client client{at.server.port()};
  client.send("POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n{\"contacts\":[{]");
  const auto reply = client.receive();
  CHECK(reply.status == 400);
  CHECK(reply.json()["code"] == "malformed_json");
  CHECK(reply.headers.at("connection") == "close");
}

TEST_CASE("an empty body of a creation is 400") {
  served at;
  CHECK(at.ask("POST", "/v1/campaigns").json()["code"] == "malformed_json");
}

TEST_CASE("too many uploads are answered 503 with Retry-After") {
  served at;
  at.engine.refuse_uploads(true);
  const auto reply =
    at.ask("POST", "/v1/campaigns", R"({"name":"n","script_id":"s","language":"hi-IN","contacts":[]})");
  CHECK(reply.status == 503);
  CHECK(reply.json()["code"] == "overloaded");
  CHECK(reply.headers.count("retry-after") == 1);
}

TEST_CASE("an engine that is not ready") {
  served at;
  at.engine.set_not_ready("starting");
  CHECK(at.ask("GET", "/healthz").status == 200);
  const auto ready = at.ask("GET", "/readyz");
  CHECK(ready.status == 503);
  CHECK(ready.json()["detail"] == "Not ready: starting.");
  const auto list = at.ask("GET", "/v1/campaigns");
  CHECK(list.status == 503);
  CHECK(list.headers.count("retry-after") == 1);
  CHECK(at.ask("GET", "/nowhere").status == 404);
  at.engine.set_not_ready(std::nullopt);
  CHECK(at.ask("GET", "/readyz").status == 200);
}

TEST_CASE("a command that the engine loses is answered all the same") {
  served at;
  const auto id = at.create("[]");
  at.engine.drop_commands(true);
  CHECK(at.ask("POST", "/v1/campaigns/" + id + "/start").status == 503);
}
