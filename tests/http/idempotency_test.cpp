// Idempotency-Key: what was created once is answered again, and not created again.
#include "tests/http/http_client.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using test::raw_client;
using test::request_text;
using test::served;

namespace {

constexpr std::string_view body =
  R"({"name":"n","script_id":"s","language":"hi-IN","contacts":[{"phone":"+919000000001","name":"A"}]})";
constexpr std::string_view other_body =
  R"({"name":"m","script_id":"s","language":"hi-IN","contacts":[{"phone":"+919000000001","name":"A"}]})";

std::string key(std::string_view text) { return "Idempotency-Key: " + std::string{text} + "\r\n"; }

std::string chunked(std::string_view text, std::string_view headers, std::size_t piece) {
  std::string out = "POST /v1/campaigns HTTP/1.1\r\nHost: t\r\n";
  out += headers;
  out += "Transfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < text.size(); at += piece) {
    const auto part = text.substr(at, piece);
    char length[20];
    std::snprintf(length, sizeof length, "%zx\r\n", part.size());
    out += length;
    out += part;
    out += "\r\n";
  }
  return out + "0\r\n\r\n";
}

} // namespace

TEST_CASE("the same key and body are answered as before, and nothing is created again") {
  served s;
  const auto first = s.ask("POST", "/v1/campaigns", body, key("k-1"));
  REQUIRE(first.status == 201);
  CHECK(first.headers.count("idempotency-replayed") == 0);
  const auto again = s.ask("POST", "/v1/campaigns", body, key("k-1"));
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(again.headers.at("location") == first.headers.at("location"));
  CHECK(again.headers.at("content-type") == "application/json");
  CHECK(again.headers.at("idempotency-replayed") == "true");
  CHECK(again.headers.at("x-request-id") != first.headers.at("x-request-id"));
  CHECK(s.engine.campaigns() == 1);

  // However the body is cut.
  raw_client client{s.server.port()};
  client.send(chunked(body, key("k-1"), 7));
  const auto in_pieces = client.receive();
  CHECK(in_pieces.status == 201);
  CHECK(in_pieces.body == first.body);
  // And the connection goes on.
  client.send(request_text("POST", "/v1/campaigns", body, key("k-2")));
  CHECK(client.receive().status == 201);
  CHECK(s.engine.campaigns() == 2);
  CHECK(s.engine.keys_in_use() == 0);

  // Without a key each is one more.
  CHECK(s.ask("POST", "/v1/campaigns", body).status == 201);
  CHECK(s.ask("POST", "/v1/campaigns", body).status == 201);
  CHECK(s.engine.campaigns() == 4);
}

TEST_CASE("the same key for something else is refused") {
  served s;
  REQUIRE(s.ask("POST", "/v1/campaigns", body, key("k")).status == 201);
  const auto reused = s.ask("POST", "/v1/campaigns", other_body, key("k"));
  CHECK(reused.status == 422);
  CHECK(reused.json()["code"] == "idempotency_key_reused");
  // The query and the content type belong to what is asked, too.
  CHECK(s.ask("POST", "/v1/campaigns?x=1", body, key("k")).json()["code"] == "idempotency_key_reused");
  CHECK(s.ask("POST", "/v1/campaigns", {}, key("k")).json()["code"] == "idempotency_key_reused");
  CHECK(s.ask("POST", "/v1/campaigns", "{", key("k")).json()["code"] == "idempotency_key_reused");
  CHECK(s.engine.campaigns() == 1);
  CHECK(s.engine.keys_in_use() == 0);
}

TEST_CASE("what is no key is refused") {
  served s;
  const auto sent = GENERATE(as<std::string>{}, "Idempotency-Key:\r\n", key(std::string(256, 'k')), key("caf\xC3\xA9"),
    key("a\tb"), key("a") + key("b"), key("a") + key("a"));
  const auto refused = s.ask("POST", "/v1/campaigns", body, sent);
  CHECK(refused.status == 400);
  CHECK(refused.json()["code"] == "invalid_idempotency_key");
  CHECK(s.engine.campaigns() == 0);
  CHECK(s.ask("POST", "/v1/campaigns", body, key(std::string(255, 'k'))).status == 201);
}

TEST_CASE("while a request is in progress its key is taken") {
  served s;
  s.engine.hold_answers(true);
  raw_client first{s.server.port()};
  first.send(request_text("POST", "/v1/campaigns", body, key("k")));
  REQUIRE(s.engine.wait_for_held(1));
  const auto busy = s.ask("POST", "/v1/campaigns", body, key("k"));
  CHECK(busy.status == 409);
  CHECK(busy.json()["code"] == "idempotency_in_progress");
  CHECK(busy.headers.at("retry-after") == "1");

  SECTION("until it is answered") {
    s.engine.hold_answers(false);
    CHECK(first.receive().status == 201);
    CHECK(s.ask("POST", "/v1/campaigns", body, key("k")).headers.count("idempotency-replayed") == 1);
  }
  SECTION("also when its client has gone, while the engine is at it") {
    first.close();
    CHECK(s.ask("POST", "/v1/campaigns", body, key("k")).status == 409);
    s.engine.hold_answers(false);
    // The answer is made when the effect is known: from then on it is to be had.
    for (int i = 0; i < 1000 && s.engine.keys_in_use() > 0; ++i)
      s.ask("GET", "/v1/campaigns");
    CHECK(s.ask("POST", "/v1/campaigns", body, key("k")).headers.count("idempotency-replayed") == 1);
  }
  CHECK(s.engine.campaigns() == 1);
}

TEST_CASE("a request that dies half way gives its key back") {
  served s;
  {
    raw_client half{s.server.port()};
    half.send("POST /v1/campaigns HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n"
              + key("k") + "\r\n{\"name\":");
    while (s.engine.keys_in_use() == 0)
      s.ask("GET", "/v1/campaigns");
    CHECK(s.ask("POST", "/v1/campaigns", body, key("k")).status == 409);
  }
  for (int i = 0; i < 1000 && s.engine.keys_in_use() > 0; ++i)
    s.ask("GET", "/v1/campaigns");
  CHECK(s.ask("POST", "/v1/campaigns", body, key("k")).status == 201);
  CHECK(s.engine.campaigns() == 1);
}

TEST_CASE("a refusal leaves no trace: the same key can be tried again") {
  served s;
  CHECK(s.ask("POST", "/v1/campaigns", "{}", key("k")).status == 422);
  CHECK(s.ask("POST", "/v1/campaigns", "{", key("k")).status == 400);
  CHECK(s.ask("POST", "/v1/campaigns", body, key("k") + "Content-Type: text/plain\r\n").status == 415);
  s.engine.refuse_uploads(true);
  CHECK(s.ask("POST", "/v1/campaigns", body, key("k")).status == 503);
  s.engine.refuse_uploads(false);
  CHECK(s.ask("POST", "/v1/campaigns", body, key("k")).status == 201);
  CHECK(s.engine.campaigns() == 1);
}

TEST_CASE("a body that is only compared has the same limit, and reaches no engine") {
  http::server_options options;
  options.body_limit = 100'000;
  served s{options};
  std::string long_body{body};
  long_body.insert(1, std::string(90'000, ' '));
  REQUIRE(s.ask("POST", "/v1/campaigns", long_body, key("k")).status == 201);
  s.engine.refuse_uploads(true);
  CHECK(s.ask("POST", "/v1/campaigns", long_body, key("k")).headers.count("idempotency-replayed") == 1);
  CHECK(s.ask("POST", "/v1/campaigns", long_body + " ", key("k")).status == 422);
  raw_client client{s.server.port()};
  client.send(chunked(long_body + std::string(20'000, ' '), key("k"), 5'000));
  CHECK(client.receive().status == 413);
}

TEST_CASE("routes that create nothing do not heed the key") {
  served s;
  const auto id = s.create(R"([{"phone":"+919000000001","name":"A"}])");
  CHECK(s.ask("PATCH", "/v1/campaigns/" + id, R"({"action":"start"})", key("k")).status == 200);
  CHECK(s.ask("PATCH", "/v1/campaigns/" + id, R"({"action":"start"})", key("k")).status == 409);
  CHECK(s.ask("GET", "/v1/campaigns/" + id, {}, key("k")).status == 200);
}
