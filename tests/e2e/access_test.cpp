/// Keys as operators and callers use them: made, listed and revoked beside a running server or without one.
#include "campaigns.hpp"

#include <csignal>
#include <fstream>
#include <iterator>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

namespace {

struct outcome {
  int status = -1;
  std::string out;
  std::string err;
};

/// Runs `redial keys …` on the data in `data`, its output kept elsewhere.
outcome keys(const scratch_directory& data, std::vector<std::string> arguments) {
  const scratch_directory elsewhere;
  arguments.insert(arguments.begin(), "keys");
  arguments.insert(arguments.end(), {"--data-dir", (data.path() / "data").string()});
  process child{elsewhere.path(), arguments};
  const auto status = child.wait();
  REQUIRE(status);
  return {*status, child.out(), child.err()};
}

/// @returns the text of a new key.
std::string make_key(
  const scratch_directory& data, const std::string& workspace, const std::string& scope, const std::string& name = {}) {
  const auto made = keys(data, {"create", "--workspace", workspace, "--scope", scope, "--name", name});
  INFO(made.err);
  REQUIRE(made.status == 0);
  REQUIRE(made.out.ends_with('\n'));
  auto text = made.out.substr(0, made.out.size() - 1);
  CHECK(text.size() == 47);
  CHECK(text.starts_with("rdk_"));
  CHECK(made.err.find(text) == std::string::npos);
  return text;
}

/// @returns the id of the key of this name.
std::string id_of(const scratch_directory& data, const std::string& name) {
  const auto all = keys(data, {"list"}).out;
  const auto end = all.find("\"" + name + "\"");
  REQUIRE(end != std::string::npos);
  const auto line = all.rfind('\n', end) + 1; // 0 where there is none
  return all.substr(line, all.find(' ', line) - line);
}

unsigned status_for(std::uint16_t port, const std::string& key) {
  return client{port, key}.get("/v1/campaigns").status;
}

/// @returns the files below `directory` that hold `text`.
std::vector<std::string> files_with(const std::filesystem::path& directory, const std::string& text) {
  std::vector<std::string> found;
  for (const auto& each : std::filesystem::recursive_directory_iterator{directory}) {
    if (!each.is_regular_file())
      continue;
    std::ifstream in{each.path(), std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{in}, {}};
    if (content.find(text) != std::string::npos)
      found.push_back(each.path().string());
  }
  return found;
}

} // namespace

TEST_CASE("keys are made, listed and revoked without a server, and beside one") {
  scratch_directory directory;
  CHECK(keys(directory, {"list"}).status == 1); // there are no data yet
  const auto before = make_key(directory, "acme", "write", "made before");
  CHECK(keys(directory, {"create", "--scope", "root"}).status != 0);
  CHECK(keys(directory, {"create"}).status != 0);
  CHECK(keys(directory, {"create", "--scope", "read", "--workspace", "No"}).status == 1);
  {
    server_process server{directory, {}};
    CHECK(status_for(server.port(), before) == 200);
    const auto beside = make_key(directory, "acme", "read", "made beside");
    CHECK(status_for(server.port(), beside) == 200);
    const auto list = keys(directory, {"list", "--workspace", "acme"}).out;
    CHECK_THAT(list, Catch::Contains("acme read") && Catch::Contains("\"made before\"") && !Catch::Contains("default"));
    CHECK(keys(directory, {"revoke", id_of(directory, "made beside")}).status == 0);
    CHECK(status_for(server.port(), beside) == 401);
    CHECK(keys(directory, {"revoke", "key_000000000"}).status == 1);
    CHECK(keys(directory, {"revoke", "nonsense"}).status == 1);
    CHECK_THAT(keys(directory, {"list"}).out, Catch::Contains("acme read") && Catch::Contains("revoked"));
    server.kill();
  }
  CHECK(keys(directory, {"revoke", id_of(directory, "made before")}).status == 0);
  server_process server{directory, {}};
  CHECK(status_for(server.port(), before) == 401);
  CHECK(status_for(server.port(), admin_key) == 200);
}

TEST_CASE("without any key the server starts, says how to make one, and serves nobody") {
  scratch_directory directory;
  server_process server{directory, {}, {"REDIAL_ADMIN_KEY="}};
  CHECK_THAT(server.child().err(), Catch::Contains("redial keys create"));
  CHECK(client(server.port(), "").get("/v1/campaigns").status == 401);
  CHECK(status_for(server.port(), admin_key) == 401);
  CHECK(client(server.port(), "").get("/healthz").status == 200);
  CHECK(status_for(server.port(), make_key(directory, "default", "read")) == 200);
}

TEST_CASE("REDIAL_ADMIN_KEY: the same at each start; another one takes its place; revoked, it stays so") {
  scratch_directory directory;
  const std::string first = "the-first-key-of-the-environment-of-this-test";
  const std::string second = "the-second-key-of-the-environment-of-this-test";
  const auto serve = [&](const std::string& key) {
    return std::make_unique<server_process>(directory, settings{}, std::vector<std::string>{"REDIAL_ADMIN_KEY=" + key});
  };
  for (int start = 0; start < 2; ++start) {
    const auto server = serve(first);
    CHECK(client(server->port(), first).get("/v1/keys").json().at("total") == 1);
    CHECK(server->stop() == 0);
  }
  {
    const auto server = serve(second);
    CHECK(status_for(server->port(), first) == 401);
    const auto all = client(server->port(), second).get("/v1/keys").json();
    CHECK(all.at("total") == 2);
    // Its own, too: the answer still comes, and nothing after it.
    for (const auto& key : all.at("data")) {
      if (!key.at("revoked").get<bool>())
        CHECK(client(server->port(), second).del("/v1/keys/" + key.at("id").get<std::string>()).status == 200);
    }
    CHECK(status_for(server->port(), second) == 401);
    CHECK(server->stop() == 0);
  }
  // Neither comes back by a restart; who is called is another matter.
  for (const auto& revoked : {first, second}) {
    const auto server = serve(revoked);
    CHECK(status_for(server->port(), revoked) == 401);
    CHECK_THAT(
      server->child().err(), Catch::Contains("REDIAL_ADMIN_KEY has been revoked") && !Catch::Contains(revoked));
    CHECK(server->stop() == 0);
  }
  process child{directory.path(),
    {"serve", "--data-dir", (directory.path() / "data").string(), "--listen", "127.0.0.1:0"},
    {"REDIAL_ADMIN_KEY=too-short"}};
  CHECK(child.wait() == 1);
  CHECK_THAT(child.err(), Catch::Contains("REDIAL_ADMIN_KEY") && !Catch::Contains("too-short"));
}

TEST_CASE("no key stands in the data or in the log") {
  scratch_directory directory;
  std::vector<std::string> texts{admin_key};
  {
    server_process server{directory, {"--log-level=trace"}};
    client http{server.port()};
    for (const auto* scope : {"read", "write", "admin"}) {
      const auto body = json{{"scope", scope}, {"name", scope}}.dump();
      const headers keyed{{"Idempotency-Key", scope}};
      const auto made = http.request(verb::post, "/v1/keys", body, keyed);
      REQUIRE(made.status == 201);
      // The answer that is kept for who asks again is all but the text.
      auto expected = made.json();
      expected["key"] = nullptr;
      CHECK(http.request(verb::post, "/v1/keys", body, keyed).json() == expected);
      texts.push_back(made.json().at("key"));
      CHECK(status_for(server.port(), texts.back()) == 200);
      CHECK(http.del(made.header("Location")).status == 200);
      CHECK(status_for(server.port(), texts.back()) == 401);
    }
    texts.push_back(make_key(directory, "acme", "admin"));
    CHECK(status_for(server.port(), texts.back()) == 200);
    // A request is logged once its answer has left.
    eventually(
      "the log tells of it", [&] { return server.child().err().find("workspace=acme key=key_") != std::string::npos; });
    CHECK(server.stop() == 0);
  }
  // Once more, so that what was in the log of the database is in its files too.
  server_process server{directory, {}};
  CHECK(server.stop() == 0);
  for (const auto& text : texts)
    CHECK(files_with(directory.path(), text).empty());
  CHECK_FALSE(files_with(directory.path(), "acme").empty()); // they were looked through
}

TEST_CASE("a key that is revoked while a campaign is being uploaded creates none") {
  scratch_directory directory;
  server_process server{directory, {}};
  const auto key = make_key(directory, "default", "write", "in flight");
  const auto body = campaign_of(3000).dump();
  raw_socket sender{server.port()};
  REQUIRE(sender.send("POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key
                      + "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: "
                      + std::to_string(body.size()) + "\r\n\r\n"));
  REQUIRE(sender.receive().starts_with("HTTP/1.1 100")); // it has been let in
  REQUIRE(sender.send(std::string_view{body}.substr(0, body.size() / 2)));
  REQUIRE(keys(directory, {"revoke", id_of(directory, "in flight")}).status == 0);
  REQUIRE(sender.send(std::string_view{body}.substr(body.size() / 2)));
  sender.finish();
  const auto answer = sender.receive_all();
  REQUIRE(answer);
  CHECK(parse_reply(*answer).status == 401);
  client http{server.port()};
  CHECK(count_campaigns(http) == 0);
}

TEST_CASE("--insecure-no-auth serves everybody, and on this machine alone") {
  scratch_directory directory;
  for (const auto* address : {"0.0.0.0:0", "[::]:0"}) {
    process child{directory.path(), {"serve", "--listen", address, "--insecure-no-auth"}};
    CHECK(child.wait().value_or(0) == 2);
    CHECK_THAT(child.err(), Catch::Contains("http.insecure_no_auth"));
  }
  server_process server{directory, {"--insecure-no-auth"}, {"REDIAL_ADMIN_KEY="}};
  CHECK_THAT(server.child().err(), Catch::Contains("insecure_no_auth"));
  client nobody{server.port(), ""};
  create(nobody, campaign_of(1));
  CHECK(nobody.post("/v1/keys", R"({"scope":"read"})").status == 201);
}

TEST_CASE("beyond this machine redial listens with keys, and warns where they travel in the clear") {
  scratch_directory directory;
  process child{
    directory.path(), {"serve", "--data-dir", (directory.path() / "data").string(), "--listen", "0.0.0.0:0"}};
  eventually("it listens", [&] { return child.out().starts_with("redial listening on http://0.0.0.0:"); });
  CHECK_THAT(child.err(), Catch::Contains("without TLS"));
  child.signal(SIGTERM);
  CHECK(child.wait() == 0);
}

TEST_CASE("requests beyond the limit of a minute are turned away, one workspace's alone") {
  scratch_directory directory;
  server_process server{directory, {"http.requests_per_minute=3"}};
  client http{server.port()};
  reply refused;
  for (int i = 0; i < 7 && refused.status == 0; ++i) { // a minute may end in between, once
    auto answer = http.get("/v1/campaigns");
    CHECK(answer.header("X-RateLimit-Limit") == "3");
    CHECK_FALSE(answer.header("X-RateLimit-Reset").empty());
    if (answer.status == 429)
      refused = std::move(answer);
    else
      CHECK(answer.status == 200);
  }
  REQUIRE(refused.status == 429);
  CHECK(refused.json().at("code") == "rate_limited");
  CHECK(std::stoi(refused.header("Retry-After")) >= 1);
  CHECK(http.get("/healthz").status == 200);
  CHECK(http.post("/v1/gateway/events", "{}").status == 404); // calls go through no provider here
  CHECK(status_for(server.port(), make_key(directory, "acme", "read")) == 200);
}

TEST_CASE("a megabyte of header is refused before anybody asks whose it is") {
  scratch_directory directory;
  server_process server{directory, {}};
  raw_socket socket{server.port()};
  socket.send(
    "GET /v1/campaigns HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + std::string(1024 * 1024, 'x') + "\r\n\r\n");
  socket.finish();
  const auto answer = socket.receive_all();
  REQUIRE(answer);
  CHECK(parse_reply(*answer).status == 431);
}
