#include "tests/http/http_client.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace std::chrono_literals;
using test::raw_client;
using test::request_text;
using test::served;

// The timeouts are set so short that the server's own cut is what the tests wait for, by reading until it comes.

TEST_CASE("a header that does not end is answered 408") {
  http::server_options options;
  options.header_timeout = 50ms;
  served at{options};
  raw_client client{at.server.port()};
  client.send("GET /healthz HTTP/1.1\r\nHost:");
  CHECK(client.receive().status == 408);
  client.finish_sending();
  CHECK(client.closed_by_server());
}

TEST_CASE("an idle connection is closed in silence") {
  http::server_options options;
  options.idle_timeout = 50ms;
  served at{options};
  raw_client never{at.server.port()};
  CHECK(never.closed_by_server());
  raw_client once{at.server.port()};
  once.send(request_text("GET", "/healthz"));
  CHECK(once.receive().status == 200);
  CHECK(once.closed_by_server());
}

TEST_CASE("a body that stalls or drips is answered 408 and leaves nothing") {
  http::server_options options;
  options.body_timeout = 100ms;
  options.body_min_rate = 10'000;
  served at{options};
  for (auto target : {"POST /v1/campaigns", "PATCH /v1/campaigns/cmp_000000000"}) {
    raw_client client{at.server.port()};
    client.send(std::string{target} + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{");
    CHECK(client.receive().status == 408);
  }
  CHECK(at.engine.campaigns() == 0);
}

TEST_CASE("the time that the engine takes is not the sender's fault") {
  http::server_options options;
  options.body_timeout = 40ms;
  options.idle_timeout = 40ms;
  options.header_timeout = 40ms;
  served at{options};
  const auto id = at.create("[]");
  at.engine.hold_answers(true);
  raw_client slow{at.server.port()};
  slow.send(request_text("POST", "/v1/campaigns/" + id + "/start"));
  REQUIRE(at.engine.wait_for_held(1));
  // Another connection's timeout passes after this one's would have.
  raw_client other{at.server.port()};
  CHECK(other.closed_by_server());
  at.engine.hold_answers(false);
  CHECK(slow.receive().status == 200);
}
