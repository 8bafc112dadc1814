/// Ten thousand clients that say nothing.
#include "campaigns.hpp"

#include <sys/resource.h>

#include <algorithm>

using namespace redial;
using namespace redial::e2e;

TEST_CASE("10,000 idle connections are held, and others are answered meanwhile") {
  // This process and the server, which inherits the limit, each need a descriptor for every connection.
  constexpr std::size_t wished = 10'000;
  constexpr std::size_t spare = 200;
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  auto raised = before;
  raised.rlim_cur = std::min<rlim_t>(before.rlim_max, std::max<rlim_t>(before.rlim_cur, wished + spare));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &raised) == 0);
  const auto count = std::min<std::size_t>(wished, raised.rlim_cur - spare);
  if (count < wished)
    WARN("only " << count << " idle connections: the limit of open files allows no more");
  {
    scratch_directory directory;
    server_process server{directory, accelerated(1, 10)};
    std::vector<raw_socket> idle;
    idle.reserve(count);
    client http{server.port()};
    for (std::size_t i = 0; i < count; ++i) {
      idle.emplace_back(server.port());
      if (i % 500 == 0)
        REQUIRE(http.get("/readyz").status == 200);
    }
    const auto id = create(http, campaign_of(5));
    CHECK(show(http, id).at("total_contacts") == 5);
    client late{server.port()};
    CHECK(late.get("/v1/campaigns").status == 200);
    // They are held, not dropped: each can still ask.
    for (std::size_t i = 0; i < count; i += 97) {
      REQUIRE_FALSE(idle[i].closed());
      REQUIRE(idle[i].send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"));
      const auto answer = idle[i].receive();
      REQUIRE(answer.starts_with("HTTP/1.1 200"));
    }
    REQUIRE_FALSE(idle.back().closed());
    // Nor do they hold up a stop.
    CHECK(server.stop() == 0);
  }
  CHECK(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

TEST_CASE("connections beyond the limit are refused, and room that becomes free is used again") {
  scratch_directory directory;
  auto with = accelerated(1, 10);
  with.emplace_back("http.max_connections=5");
  server_process server{directory, with};
  std::vector<raw_socket> open;
  for (int i = 0; i < 5; ++i) {
    open.emplace_back(server.port());
    REQUIRE(open.back().send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"));
    REQUIRE(open.back().receive().starts_with("HTTP/1.1 200"));
  }
  raw_socket refused{server.port()};
  const auto answer = refused.receive_all();
  REQUIRE(answer);
  const auto problem = parse_reply(*answer);
  CHECK(problem.status == 503);
  CHECK(problem.json().at("code") == "overloaded");
  CHECK_FALSE(problem.header("Retry-After").empty());
  open.pop_back();
  eventually("room for one", [&] {
    raw_socket next{server.port()};
    next.send("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const auto received = next.receive_all();
    return received && received->starts_with("HTTP/1.1 200");
  });
}
