#include "tests/http/http_client.hpp"
#include "tests/http/sse_client.hpp"

#include <catch2/catch.hpp>

#include <atomic>

using namespace redial;
using namespace std::chrono_literals;
using test::raw_client;
using test::request_text;
using test::served;
using test::sse_client;

namespace {

/// Reads until the stream has said where it stands: what is told from then on, it tells.
void begin(sse_client& stream) {
  while (stream.last_id().empty())
    REQUIRE(stream.read_line());
}

std::string data(sse_client& stream) {
  const auto event = stream.next();
  return event ? event->data : "the end";
}

} // namespace

TEST_CASE("without an id, a stream tells what happens from now on") {
  served to;
  auto& feed = to.engine.events;
  feed.tell(1, R"({"n":0})");
  sse_client stream{to.server.port(), "/v1/events"};
  begin(stream);
  CHECK(stream.last_id() == "1"); // who goes now and comes back with it misses nothing
  for (int i = 1; i <= 3; ++i) {
    const auto id = feed.tell(1, R"({"n":)" + std::to_string(i) + "}");
    const auto event = stream.next();
    REQUIRE(event);
    CHECK(event->data == R"({"n":)" + std::to_string(i) + "}");
    CHECK(event->type == "call.completed");
    CHECK(event->id == id);
  }
}

TEST_CASE("events as they stand on the wire") {
  served to;
  to.engine.events.tell(1, "{\"a\":\r\n1,\n\"b\":2}");
  raw_client client{to.server.port()};
  client.send(request_text("GET", "/v1/events?last_event_id=0"));
  CHECK_THAT(client.receive_head(), Catch::Contains("\r\nContent-Type: text/event-stream\r\n"));
  CHECK(client.receive_chunk() == "retry: 2000\nid: 0\n\n");
  CHECK(client.receive_chunk() == "id: 1\nevent: call.completed\ndata: {\"a\":\ndata: 1,\ndata: \"b\":2}\n\n");
}

TEST_CASE("a stream goes on behind the id that it is given, in the header or in the query") {
  served to;
  auto& feed = to.engine.events;
  for (int i = 1; i <= 250; ++i)
    feed.tell(1, std::to_string(i));
  sse_client by_header{to.server.port(), "/v1/events", "100"};
  sse_client by_query{to.server.port(), "/v1/events?last_event_id=100"};
  // A browser that comes back asks what it asked at first, and says in the header how far it has come.
  sse_client by_both{to.server.port(), "/v1/events?last_event_id=7", "100"};
  for (int i = 101; i <= 250; ++i) {
    REQUIRE(data(by_header) == std::to_string(i));
    REQUIRE(data(by_query) == std::to_string(i));
    REQUIRE(data(by_both) == std::to_string(i));
  }
  feed.tell(1, "251");
  CHECK(data(by_header) == "251");
  CHECK(data(by_query) == "251");
}

TEST_CASE("an id that is none is refused") {
  served to;
  for (std::string_view id : {"x", "-1", "1.", "1.2", "1.2.3.4", "evt_0", "99999999999999999999"}) {
    INFO(id);
    const auto by_header = to.ask("GET", "/v1/events", {}, "Last-Event-ID: " + std::string{id} + "\r\n");
    CHECK(by_header.status == 400);
    CHECK_THAT(by_header.json()["detail"].get<std::string>(), Catch::Contains("Last-Event-ID"));
    const auto by_query = to.ask("GET", "/v1/events?last_event_id=" + std::string{id});
    CHECK(by_query.status == 400);
    CHECK(by_query.json()["errors"][0]["parameter"] == "last_event_id");
  }
  CHECK(to.ask("GET", "/v1/events?since=1").status == 400);
  sse_client with_empty_header{to.server.port(), "/v1/events", {}, "Last-Event-ID:\r\n"};
  begin(with_empty_header);
}

TEST_CASE("a stream tells of its campaign alone, and of its workspace alone") {
  served to;
  const auto first = to.create("[]");
  const auto second = to.create("[]");
  const auto number = to.engine.find(default_workspace, *campaign_id::parse(first))->number;
  const auto other = to.engine.find(default_workspace, *campaign_id::parse(second))->number;
  auto& feed = to.engine.events;
  sse_client stream{to.server.port(), "/v1/campaigns/" + first + "/events"};
  sse_client all{to.server.port(), "/v1/events"};
  begin(stream);
  begin(all);
  feed.tell(other, "other");
  feed.tell(number, "foreign", "elsewhere");
  feed.tell(number, "own");
  CHECK(data(stream) == "own");
  CHECK(data(all) == "other");
  CHECK(data(all) == "own");
  CHECK(to.ask("GET", "/v1/campaigns/cmp_zzzzzzzzz/events").status == 404);
  CHECK(to.ask("GET", "/v1/campaigns/nonsense/events").status == 404);
}

TEST_CASE("a stream goes with the key that it was opened with, and tells of that key's workspace") {
  http::server_options options;
  options.heartbeat = 20ms;
  served to{options, test::door::guarded};
  const auto alpha = to.keys.add("alpha", access_scope::read, "a");
  const auto beta = to.keys.add("beta", access_scope::read, "b");
  CHECK(to.ask("GET", "/v1/events").status == 401);
  sse_client of_alpha{to.server.port(), "/v1/events", {}, "Authorization: Bearer " + alpha + "\r\n"};
  sse_client of_beta{to.server.port(), "/v1/events", {}, "Authorization: Bearer " + beta + "\r\n"};
  begin(of_alpha);
  begin(of_beta);
  to.engine.events.tell(1, "alpha's", "alpha");
  to.engine.events.tell(2, "beta's", "beta");
  CHECK(data(of_alpha) == "alpha's");
  CHECK(data(of_beta) == "beta's");
  to.keys.revoke(alpha);
  CHECK(data(of_alpha) == "the end");
  CHECK(of_alpha.ended());
  to.engine.events.tell(2, "beta's still", "beta");
  CHECK(data(of_beta) == "beta's still");
}

TEST_CASE("a client that says that it sends no more is told the end") {
  served to;
  raw_client client{to.server.port()};
  client.send(request_text("GET", "/v1/events?last_event_id=0"));
  client.receive_head();
  client.receive_chunk();
  client.finish_sending();
  CHECK(client.receive_chunk().empty());
  CHECK(client.closed_by_server());
}

TEST_CASE("a client that reads slowly is told all, and the server holds a page of it") {
  served to;
  auto& feed = to.engine.events;
  constexpr int events = 20'000;
  for (int i = 0; i < events; ++i)
    feed.tell(1, std::to_string(i) + ":" + std::string(1000, 'x'));
  sse_client slow{to.server.port(), "/v1/events", "0", {}, 64 * 1024};
  begin(slow);
  for (int i = 0; i < 300; ++i)
    REQUIRE(to.ask("GET", "/v1/campaigns/cmp_zzzzzzzzz/contacts").status == 404); // by the thread that reads the feed
  CHECK(feed.readings() < 40);                                                    // of 200
  for (int i = 0; i < events; ++i)
    REQUIRE(data(slow).starts_with(std::to_string(i) + ":"));
}

TEST_CASE("a stream that has nothing to tell beats, and says how far it has looked") {
  http::server_options options;
  options.heartbeat = 20ms;
  options.idle_timeout = 40ms;
  options.body_timeout = 40ms;
  served to{options};
  const auto id = to.create("[]");
  sse_client stream{to.server.port(), "/v1/campaigns/" + id + "/events"};
  begin(stream);
  CHECK(stream.last_id() == "0");
  while (stream.comments() < 3)
    REQUIRE(stream.read_line());
  to.engine.events.tell(9999, "of another campaign");
  while (stream.last_id() == "0")
    REQUIRE(stream.read_line());
  CHECK(stream.last_id() == "1");
}

TEST_CASE("so many streams, and no more; each makes room when it goes") {
  http::server_options options;
  options.max_streams = 2;
  served to{options};
  std::optional<sse_client> first{std::in_place, to.server.port(), "/v1/events"};
  sse_client second{to.server.port(), "/v1/events"};
  CHECK(to.ask("HEAD", "/v1/events").status == 503);
  const auto refused = to.ask("GET", "/v1/events");
  CHECK(refused.status == 503);
  CHECK(refused.headers.count("retry-after") == 1);
  CHECK(to.ask("GET", "/healthz").status == 200);
  first->close();
  // It is found out by the connection's end, which the server sees in a turn of its own.
  for (int turns = 0; to.ask("HEAD", "/v1/events").status != 200; ++turns)
    REQUIRE(turns < 100'000);
  CHECK(to.ask("HEAD", "/v1/events").status == 200); // a HEAD keeps no place
  sse_client third{to.server.port(), "/v1/events"};
  begin(third);
}

TEST_CASE("a stop ends streams in good order, and a feed that cannot be read cuts them") {
  served to;
  sse_client stream{to.server.port(), "/v1/events"};
  begin(stream);
  SECTION("stop") {
    to.server.stop(10s);
    CHECK(data(stream) == "the end");
    CHECK(stream.ended());
  }
  SECTION("cannot be read") {
    to.engine.events.fail();
    to.engine.events.tell(1, "lost");
    CHECK(data(stream) == "the end");
    CHECK(!stream.ended());
  }
}

TEST_CASE("events that come while others are being sent, from several threads, are all told once, in order") {
  served to;
  auto& feed = to.engine.events;
  std::vector<std::unique_ptr<sse_client>> streams;
  for (int i = 0; i < 4; ++i) {
    streams.push_back(std::make_unique<sse_client>(to.server.port(), "/v1/events"));
    begin(*streams.back());
  }
  std::thread teller{[&] {
    for (int i = 0; i < 3000; ++i)
      feed.tell(1, std::to_string(i));
  }};
  for (auto& stream : streams) {
    for (int i = 0; i < 3000; ++i)
      REQUIRE(data(*stream) == std::to_string(i));
  }
  teller.join();
}
