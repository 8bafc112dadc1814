// Who is let in, and what strangers learn.
#include "http/router.hpp"
#include "tests/http/http_client.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace redial;
using nlohmann::json;
using test::door;
using test::raw_client;
using test::request_text;
using test::served;

namespace {

constexpr std::string_view campaign = R"({"name":"n","script_id":"s","language":"hi-IN","contacts":[]})";

std::string bearer(std::string_view key) { return "Authorization: Bearer " + std::string{key} + "\r\n"; }

/// A server that asks for keys, and a key of each scope.
struct guarded {
  explicit guarded(std::uint32_t requests_per_minute = 0) : at{options(requests_per_minute), door::guarded} {}
  static http::server_options options(std::uint32_t requests_per_minute) {
    http::server_options with;
    with.requests_per_minute = requests_per_minute;
    return with;
  }
  served at;
  std::string reader = at.keys.add("default", access_scope::read, "reader");
  std::string writer = at.keys.add("default", access_scope::write, "writer");
  std::string admin = at.keys.add("default", access_scope::admin, "admin");
};

const std::string& key_of(const guarded& world, access_scope scope) {
  return scope == access_scope::read ? world.reader : scope == access_scope::write ? world.writer : world.admin;
}

/// @returns the path of a route with something in place of each {}.
std::string some_path(std::string_view pattern) {
  std::string path{pattern};
  for (auto at = path.find("{}"); at != std::string::npos; at = path.find("{}"))
    path.replace(at, 2, "x");
  return path;
}

std::string method_of(const http::route& route) { return std::string{boost::beast::http::to_string(route.method)}; }

/// Calls `look` with every route that the room serves.
template <class Look>
void each_route(Look&& look) {
  for (auto table : http::all_routes())
    for (const auto& route : table) {
      INFO(method_of(route) << " " << route.path);
      look(route);
    }
}

} // namespace

TEST_CASE("strangers learn nothing, on any route but the open ones") {
  guarded world;
  std::size_t open = 0;
  each_route([&](const http::route& route) {
    const auto reply = world.at.ask(method_of(route), some_path(route.path));
    if (!http::scope_of(route)) {
      ++open;
      CHECK(reply.status != 401);
      return;
    }
    CHECK(reply.status == 401);
    CHECK(reply.json()["code"] == "unauthorized");
    CHECK(reply.headers.at("www-authenticate") == "Bearer realm=\"redial\"");
    CHECK(reply.headers.count("x-ratelimit-limit") == 0);
  });
  CHECK(open == 4); // health, readiness, the description of the API, and what a provider signs
  for (auto path : {"/v1", "/v1/", "/v1/nothing", "/v1/campaigns/%zz", "/ops", "/ops/actors", "/v1/gateway/events"})
    CHECK(world.at.ask("GET", path).status == 401);
  CHECK(world.at.ask("PUT", "/v1/campaigns").status == 401);
  CHECK(world.at.ask("GET", "/nothing").status == 404);
  CHECK(world.at.ask("GET", "/v1/nothing", {}, bearer(world.reader)).status == 404);
  CHECK(world.at.ask("PUT", "/v1/campaigns", {}, bearer(world.reader)).status == 405);
}

TEST_CASE("each route takes the scopes that it says, and no smaller ones") {
  guarded world;
  each_route([&](const http::route& route) {
    const auto wanted = http::scope_of(route);
    if (!wanted)
      return;
    if (route.path.starts_with("/v1/keys") || route.takes == http::admission::operate)
      CHECK(*wanted == access_scope::admin);
    else
      CHECK(*wanted == (route.method == http::verb::get ? access_scope::read : access_scope::write));
    for (auto held : {access_scope::read, access_scope::write, access_scope::admin}) {
      // The whole answer is waited for, and that of a stream has no end.
      const auto method = route.path == "/v1/events" ? "HEAD" : method_of(route);
      const auto reply = world.at.ask(method, some_path(route.path), {}, bearer(key_of(world, held)));
      if (reaches(held, *wanted)) {
        CHECK(reply.status != 401);
        CHECK(reply.status != 403);
      } else {
        CHECK(reply.status == 403);
        CHECK(reply.json()["code"] == "insufficient_scope");
        CHECK(reply.headers.at("www-authenticate").ends_with("scope=\"" + std::string{to_string(*wanted)} + "\""));
      }
    }
  });
  CHECK(world.at.ask("HEAD", "/v1/campaigns", {}, bearer(world.reader)).status == 200);
}

TEST_CASE("what is no key") {
  guarded world;
  const auto asked = [&](std::string_view fields) { return world.at.ask("GET", "/v1/campaigns", {}, fields); };
  CHECK(asked(bearer(world.reader)).status == 200);
  CHECK(asked("authorization: bEARER   " + world.reader + "  \r\n").status == 200);
  for (const std::string& fields : {std::string{"Authorization: Basic YTpi\r\n"}, std::string{"Authorization:\r\n"},
         std::string{"Authorization: Bearer\r\n"}, std::string{"Authorization: Bearer \r\n"}, bearer("x"),
         bearer(world.reader.substr(0, world.reader.size() - 1)), bearer(world.reader + "k"),
         "Authorization: Bearer" + world.reader + "\r\n", "Authorization: " + world.reader + "\r\n",
         bearer(world.reader + "," + world.admin), bearer(world.reader) + bearer(world.reader),
         bearer(world.reader) + bearer(world.admin), "X-Api-Key: " + world.reader + "\r\n"}) {
    INFO(fields);
    const auto reply = asked(fields);
    CHECK(reply.status == 401);
    CHECK(reply.body.find(world.reader) == std::string::npos);
  }
}

TEST_CASE("a stranger's body is not waited for") {
  guarded world;
  raw_client client{world.at.server.port()};
  client.send("POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{");
  const auto reply = client.receive();
  CHECK(reply.status == 401);
  CHECK(reply.headers.at("connection") == "close");
  // Nor is it invited to send one.
  raw_client polite{world.at.server.port()};
  polite.send("POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n");
  CHECK(polite.receive_head().starts_with("HTTP/1.1 401"));
}

TEST_CASE("a connection that goes on with the same key looks it up once; with another, or a revoked one, again") {
  guarded world;
  raw_client client{world.at.server.port()};
  const auto asked = [&](const std::string& key) {
    client.send(request_text("GET", "/v1/campaigns", {}, bearer(key)));
    return client.receive().status;
  };
  const auto before = world.at.keys.lookups();
  for (int i = 0; i < 10; ++i)
    CHECK(asked(world.reader) == 200);
  CHECK(world.at.keys.lookups() == before + 1);
  CHECK(asked("nobody-" + std::string(40, 'k')) == 401);
  CHECK(asked(world.reader) == 200);
  world.at.keys.revoke(world.reader);
  CHECK(asked(world.reader) == 401);
  CHECK(asked(world.writer) == 200);
  // No key of an earlier request counts for one that brings none.
  client.send(request_text("GET", "/v1/campaigns"));
  CHECK(client.receive().status == 401);
}

TEST_CASE("a key that is revoked while a body is under way has no effect any more") {
  guarded world;
  const auto id = [&] {
    const auto made = world.at.ask("POST", "/v1/campaigns", campaign, bearer(world.writer));
    REQUIRE(made.status == 201);
    return made.json()["id"].get<std::string>();
  }();
  // One that is streamed, one that is collected.
  for (const auto& [method, path, body] : {std::tuple{"POST", std::string{"/v1/campaigns"}, std::string{campaign}},
         std::tuple{"PATCH", "/v1/campaigns/" + id, std::string{R"({"action":"start"})"}}}) {
    INFO(path);
    const auto key = world.at.keys.add("default", access_scope::write, method);
    raw_client client{world.at.server.port()};
    const auto text = request_text(method, path, body, bearer(key));
    const auto before = world.at.keys.lookups();
    client.send(std::string_view{text}.substr(0, text.size() - 1));
    // The key counts when the head has been read.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (world.at.keys.lookups() == before && std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
    REQUIRE(world.at.keys.lookups() == before + 1);
    world.at.keys.revoke(key);
    client.send(std::string_view{text}.substr(text.size() - 1));
    const auto reply = client.receive();
    CHECK(reply.status == 401);
    CHECK(reply.headers.at("www-authenticate").find("invalid_token") != std::string::npos);
  }
  CHECK(world.at.engine.campaigns() == 1);
  CHECK(world.at.engine.wait_for_open_uploads(0));
  CHECK(world.at.ask("GET", "/v1/campaigns/" + id, {}, bearer(world.reader)).json()["status"] == "scheduled");
}

TEST_CASE("another workspace's campaigns are not there") {
  guarded world;
  const auto made = world.at.ask("POST", "/v1/campaigns", campaign, bearer(world.writer));
  const auto path = "/v1/campaigns/" + made.json()["id"].get<std::string>();
  const auto other = world.at.keys.add("other", access_scope::admin, "other");
  CHECK(world.at.ask("GET", path, {}, bearer(world.reader)).status == 200);
  CHECK(world.at.ask("GET", path, {}, bearer(other)).status == 404);
  CHECK(world.at.ask("GET", "/v1/campaigns", {}, bearer(other)).json()["total"] == 0);
}

TEST_CASE("the limit of requests is told with every answer to a known caller, and kept") {
  constexpr std::uint32_t limit = 5;
  guarded world{limit};
  // The minute may end in between, once.
  unsigned granted = 0;
  test::reply_text refused;
  for (unsigned i = 0; i < 2 * limit + 1 && refused.status == 0; ++i) {
    const auto reply = world.at.ask("GET", i % 2 == 0 ? "/v1/campaigns" : "/v1/nothing", {}, bearer(world.reader));
    CHECK(reply.headers.at("x-ratelimit-limit") == std::to_string(limit));
    const auto remaining = std::stoul(reply.headers.at("x-ratelimit-remaining"));
    CHECK(remaining < limit);
    CHECK(std::stoll(reply.headers.at("x-ratelimit-reset")) % 60 == 0);
    if (reply.status == 429)
      refused = reply;
    else
      ++granted;
  }
  REQUIRE(refused.status == 429);
  CHECK(granted >= limit);
  CHECK(refused.json()["code"] == "rate_limited");
  CHECK(refused.headers.at("x-ratelimit-remaining") == "0");
  const auto wait = std::stoi(refused.headers.at("retry-after"));
  CHECK(wait >= 1);
  CHECK(wait <= 60);
  // Others go on: another workspace, whoever watches, and strangers are told what strangers are told.
  CHECK(world.at.ask("GET", "/v1/campaigns", {}, bearer(world.at.keys.add("other", access_scope::read, "o"))).status
        == 200);
  for (unsigned i = 0; i < 2 * limit; ++i)
    CHECK(world.at.ask("GET", "/healthz").headers.count("x-ratelimit-limit") == 0);
  CHECK(world.at.ask("GET", "/v1/campaigns").status == 401);
}

TEST_CASE("keys are made, shown without their text, and revoked") {
  guarded world;
  const auto as_admin = bearer(world.admin);
  const auto made = world.at.ask("POST", "/v1/keys", R"({"scope":"write","name":"CI"})", as_admin);
  REQUIRE(made.status == 201);
  const auto key = made.json();
  CHECK(key["scope"] == "write");
  CHECK(key["name"] == "CI");
  CHECK(key["workspace"] == "default");
  CHECK(key["revoked"] == false);
  const auto path = made.headers.at("location");
  CHECK(path == "/v1/keys/" + key["id"].get<std::string>());
  auto shown = key;
  shown.erase("key");
  CHECK(world.at.ask("GET", path, {}, as_admin).json() == shown);
  const auto text = bearer(key["key"].get<std::string>());
  CHECK(world.at.ask("POST", "/v1/campaigns", campaign, text).status == 201);

  const auto list = world.at.ask("GET", "/v1/keys?limit=100", {}, as_admin);
  CHECK(list.json()["total"] == 4);
  CHECK(list.body.find("\"key\"") == std::string::npos);
  CHECK(world.at.ask("GET", "/v1/keys?limit=1&offset=1", {}, as_admin).json()["data"].size() == 1);
  CHECK(world.at.ask("GET", "/v1/keys?offset=9", {}, as_admin).json()["data"].empty());

  const auto foreign = bearer(world.at.keys.add("other", access_scope::admin, "other"));
  CHECK(world.at.ask("DELETE", path, {}, foreign).status == 404);
  CHECK(world.at.ask("GET", path, {}, foreign).status == 404);
  CHECK(world.at.ask("GET", "/v1/keys", {}, foreign).json()["total"] == 1);

  const auto gone = world.at.ask("DELETE", path, {}, as_admin);
  CHECK(gone.status == 200);
  CHECK(gone.json()["revoked"] == true);
  CHECK(gone.json()["revoked_at"].is_string());
  CHECK(world.at.ask("DELETE", path, {}, as_admin).status == 200);
  CHECK(world.at.ask("GET", "/v1/campaigns", {}, text).status == 401);
  CHECK(world.at.ask("DELETE", "/v1/keys/key_000000000", {}, as_admin).status == 404);
  CHECK(world.at.ask("DELETE", "/v1/keys/x", {}, as_admin).status == 404);
}

TEST_CASE("what is no order for a key is refused by name") {
  guarded world;
  const auto refused = [&](std::string_view body) {
    const auto reply = world.at.ask("POST", "/v1/keys", body, bearer(world.admin));
    CHECK(reply.status == 422);
    return reply.json()["errors"][0]["pointer"].get<std::string>();
  };
  CHECK(refused("{}") == "/scope");
  CHECK(refused(R"({"scope":"root"})") == "/scope");
  CHECK(refused(R"({"scope":1})") == "/scope");
  CHECK(refused(R"({"scope":"read","workspace":"other"})") == "/workspace");
  CHECK(refused(R"({"scope":"read","name":1})") == "/name");
  CHECK(refused(R"({"scope":"read","name":"a\nb"})") == "/name");
  CHECK(refused(R"({"scope":"read","name":")" + std::string(256, 'x') + "\"}") == "/name");
  CHECK(refused("[]").empty());
  CHECK(world.at.ask("POST", "/v1/keys", {}, bearer(world.admin)).status == 400);
}

TEST_CASE("without keys asked for, everybody is an admin of the default workspace") {
  served at;
  CHECK(at.ask("POST", "/v1/keys", R"({"scope":"read"})").status == 201);
  CHECK(at.ask("GET", "/v1/campaigns", {}, bearer("nonsense")).status == 200);
}
