// POST /v1/campaigns/{id}/contacts over the memory engine.
#include "tests/http/http_client.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using test::raw_client;
using test::request_text;
using test::served;

namespace {

constexpr std::string_view json_type = "Content-Type: application/json\r\n";
constexpr std::string_view ndjson_type = "Content-Type: application/x-ndjson\r\n";
constexpr std::string_view csv_type = "Content-Type: text/csv\r\n";

std::string path(const std::string& id, std::string_view query = {}) {
  return "/v1/campaigns/" + id + "/contacts" + std::string{query};
}

std::string create(served& s) { return s.create(R"([{"phone":"+919000000001","name":"A"}])"); }

} // namespace

TEST_CASE("contacts are added in each format") {
  served s;
  const auto id = create(s);
  const auto json = s.ask("POST", path(id),
    R"([{"phone":"+919000000001","name":"A"},{"phone":"+919000000002","name":"B","x":[1]}])", json_type);
  CHECK(json.status == 200);
  CHECK(
    json.json() == nlohmann::json::parse(R"({"added":1,"duplicates_skipped":1,"invalid_skipped":0,"total_contacts":2,
             "errors":[],"error_count":0})"));
  CHECK(s.ask("POST", path(id), "{\"phone\":\"+919000000003\",\"name\":\"C\"}\n", ndjson_type).json()["added"] == 1);
  CHECK(s.ask("POST", path(id), "name,phone,plan\nD,+919000000004,\"a\"\"b\"\n", csv_type).json()["added"] == 1);
  const auto last = s.ask("GET", path(id) + "/%2B919000000004").json();
  CHECK(last["name"] == "D");
  CHECK(last["fields"]["plan"] == "a\"b");
  CHECK(s.ask("GET", "/v1/campaigns/" + id).json()["total_contacts"] == 4);
  CHECK(s.ask("POST", path(id), "[]", json_type).json()["added"] == 0);
}

TEST_CASE("one invalid row refuses them all, or is skipped, as asked") {
  served s;
  const auto id = create(s);
  const std::string body = "phone,name\n+919000000002,B\n12,\n+919000000003,C\n";
  const auto rejected = s.ask("POST", path(id), body, csv_type);
  CHECK(rejected.status == 422);
  CHECK(rejected.json()["error_count"] == 2);
  CHECK(rejected.json()["errors"][0]["pointer"] == "/1/phone");
  CHECK(rejected.json()["errors"][0]["line"] == 3);
  CHECK(s.ask("GET", "/v1/campaigns/" + id).json()["total_contacts"] == 1);
  CHECK(s.ask("POST", path(id, "?on_invalid=reject"), body, csv_type).status == 422);
  const auto skipped = s.ask("POST", path(id, "?on_invalid=skip"), body, csv_type);
  CHECK(skipped.status == 200);
  CHECK(skipped.json()["added"] == 2);
  CHECK(skipped.json()["invalid_skipped"] == 1);
  CHECK(skipped.json()["error_count"] == 2);
  CHECK(skipped.json()["errors"][1]
        == nlohmann::json::parse(R"({"pointer":"/1/name","detail":"must have 1 to 255 characters","line":3})"));
  CHECK(s.engine.open_uploads() == 0);
}

TEST_CASE("what cannot be added to") {
  served s;
  const auto id = create(s);
  const std::string body = R"([{"phone":"+919000000002","name":"B"}])";
  // The connection goes on after each of these.
  raw_client client{s.server.port()};
  const auto ask = [&](const std::string& target, std::string_view headers = json_type) {
    client.send(request_text("POST", target, body, headers));
    return client.receive();
  };
  CHECK(ask(path("cmp_000000000")).status == 404);
  CHECK(ask(path("nonsense")).status == 404);
  CHECK(ask(path(id, "?on_invalid=maybe")).status == 400);
  CHECK(ask(path(id, "?skip=1")).status == 400);
  CHECK(ask(path(id), "Content-Type: text/plain\r\n").status == 415);
  CHECK(ask(path(id), "Content-Type: application/json; charset=latin1\r\n").status == 415);
  CHECK(ask(path(id), csv_type).status == 400); // its header
  s.engine.refuse_uploads(true);
  CHECK(ask(path(id)).status == 503);
  s.engine.refuse_uploads(false);
  CHECK(ask(path(id)).status == 200);
  REQUIRE(s.ask("POST", "/v1/campaigns/" + id + "/stop").status == 200);
  const auto ended = ask(path(id));
  CHECK(ended.status == 409);
  CHECK(ended.json()["code"] == "campaign_ended");
  CHECK(ended.json()["current_status"] == "stopped");
  // Only this route takes other formats.
  CHECK(s.ask("POST", "/v1/campaigns", "phone,name\n", csv_type).status == 415);
  // A long body for what is not there is not read to its end.
  raw_client other{s.server.port()};
  other.send(
    request_text("POST", path("cmp_000000000"), {}, "Content-Length: 100000000\r\n") + std::string(200'000, ' '));
  const auto cut = other.receive();
  CHECK(cut.status == 404);
  CHECK(cut.headers.at("connection") == "close");
}

TEST_CASE("an addition under a key is made once") {
  served s;
  const auto id = create(s);
  const auto other = create(s);
  const std::string key = "Idempotency-Key: k\r\n";
  const std::string body = "{\"phone\":\"+919000000002\",\"name\":\"B\"}\n{}\n";
  const auto target = path(id, "?on_invalid=skip");
  const auto first = s.ask("POST", target, body, key + std::string{ndjson_type});
  CHECK(first.status == 200);
  const auto again = s.ask("POST", target, body, key + std::string{ndjson_type});
  CHECK(again.body == first.body);
  CHECK(again.headers.at("idempotency-replayed") == "true");
  CHECK(again.json()["invalid_skipped"] == 1);
  CHECK(s.ask("POST", path(other, "?on_invalid=skip"), body, key + std::string{ndjson_type}).status == 422);
  CHECK(s.ask("POST", path(id), body, key + std::string{ndjson_type}).status == 422);
  CHECK(s.ask("GET", "/v1/campaigns/" + id).json()["total_contacts"] == 2);
  CHECK(s.engine.keys_in_use() == 0);
}

TEST_CASE("100,000 rows pass through in chunks, and a client that goes half way leaves nothing") {
  served s;
  const auto id = create(s);
  std::string rows;
  for (int i = 0; i < 100'000; ++i)
    rows += "+9190" + std::to_string(10'000'000 + i) + ",N\n";
  {
    raw_client half{s.server.port()};
    half.send(request_text("POST", path(id), {}, std::string{csv_type} + "Content-Length: 100000000\r\n")
              + "phone,name\n" + rows);
    REQUIRE(s.engine.wait_for_open_uploads(1));
  }
  REQUIRE(s.engine.wait_for_open_uploads(0));
  CHECK(s.ask("GET", "/v1/campaigns/" + id).json()["total_contacts"] == 1);
  CHECK(s.ask("POST", path(id), "phone,name\n" + rows, csv_type).json()["added"] == 100'000);
  CHECK(s.engine.largest_chunk() <= 2048);
}
