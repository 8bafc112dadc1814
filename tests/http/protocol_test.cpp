#include "tests/http/http_client.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using test::raw_client;
using test::request_text;
using test::served;

TEST_CASE("requests on one connection are answered in order, pipelined ones too") {
  served at;
  raw_client client{at.server.port()};
  std::string many;
  for (int i = 0; i < 200; ++i)
    many += request_text("GET", "/healthz", {}, "X-Request-Id: n" + std::to_string(i) + "\r\n");
  client.send(many);
  for (int i = 0; i < 200; ++i) {
    const auto reply = client.receive();
    REQUIRE(reply.status == 200);
    REQUIRE(reply.headers.at("x-request-id") == "n" + std::to_string(i));
  }
}

TEST_CASE("the next request is not begun before the last is answered") {
  served at;
  const auto id = at.create("[]");
  at.engine.hold_answers(true);
  raw_client client{at.server.port()};
  client.send(request_text("POST", "/v1/campaigns/" + id + "/start") + request_text("GET", "/v1/campaigns/" + id));
  REQUIRE(at.engine.wait_for_held(1));
  at.engine.hold_answers(false);
  CHECK(client.receive().json()["status"] == "running");
  CHECK(client.receive().json()["status"] == "running"); // it would say scheduled had it overtaken
}

TEST_CASE("a request byte by byte") {
  served at;
  raw_client client{at.server.port()};
  for (char c : request_text("GET", "/healthz"))
    client.send({&c, 1});
  CHECK(client.receive().status == 200);
}

TEST_CASE("HTTP/1.0 closes, unless asked not to") {
  served at;
  raw_client client{at.server.port()};
  client.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(client.receive().headers.at("connection") == "keep-alive");
  client.send("GET /healthz HTTP/1.0\r\n\r\n");
  const auto reply = client.receive();
  CHECK(reply.status == 200);
  CHECK(reply.headers.at("connection") == "close");
  CHECK(client.closed_by_server());
}

TEST_CASE("Connection: close is obeyed") {
  served at;
  raw_client client{at.server.port()};
  client.send(request_text("GET", "/healthz", {}, "Connection: close\r\n"));
  CHECK(client.receive().headers.at("connection") == "close");
  CHECK(client.closed_by_server());
}

TEST_CASE("HEAD has the head of GET and no body") {
  served at;
  raw_client client{at.server.port()};
  client.send(request_text("HEAD", "/healthz") + request_text("GET", "/healthz"));
  const auto head = client.receive(true);
  const auto get = client.receive();
  CHECK(head.status == 200);
  CHECK(head.headers.at("content-length") == std::to_string(get.body.size()));
}

TEST_CASE("what is not HTTP is answered 400 and closed") {
  served at;
  for (std::string_view bytes : {"nonsense\r\n\r\n", "GET /healthz\r\n\r\n", "GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n",
         "GET /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
         "GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
         "\x16\x03\x01\x02\r\n\r\n",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
         "POST /v1/campaigns HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: 2x\r\n\r\n{}",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    INFO(bytes);
    raw_client client{at.server.port()};
    client.send(bytes);
    const auto reply = client.receive();
    CHECK(reply.status == 400);
    CHECK(reply.headers.at("content-type") == "application/problem+json");
    CHECK(reply.headers.count("x-request-id") == 1);
    CHECK(reply.json()["code"] == "malformed_http");
    CHECK(reply.headers.at("connection") == "close");
    client.finish_sending();
    CHECK(client.closed_by_server());
  }
}

TEST_CASE("requests cut in the middle") {
  served at;
  for (std::string_view bytes : {"GET /heal", "GET /healthz HTTP/1.1\r\nHost: a\r\n",
         "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{\"name\":",
         "PATCH /v1/campaigns/cmp_000000000 HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{"}) {
    raw_client client{at.server.port()};
    client.send(bytes);
    client.finish_sending();
    CHECK(client.receive().status == 400);
    CHECK(client.closed_by_server());
  }
  CHECK(at.ask("GET", "/healthz").status == 200);
}

TEST_CASE("too large a header is answered 431") {
  served at;
  CHECK(at.ask("GET", "/healthz", {}, "X-Long: " + std::string(20'000, 'x') + "\r\n").status == 431);
  CHECK(at.ask("GET", "/" + std::string(20'000, 'x')).status == 431);
  std::string many;
  for (int i = 0; i < 2000; ++i)
    many += "X-" + std::to_string(i) + ": 1\r\n";
  CHECK(at.ask("GET", "/healthz", {}, many).status == 431);
  CHECK(at.ask("GET", "/healthz", {}, "X-Long: " + std::string(12'000, 'x') + "\r\n").status == 200);
  CHECK(at.ask("GET", "/v1/campaigns/" + std::string(10'000, 'x')).status == 404);
}

TEST_CASE("too large a body is answered 413, by its length before it is sent") {
  http::server_options options;
  options.body_limit = 1000;
  served at{options};
  raw_client client{at.server.port()};
  client.send("POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
  CHECK(client.receive().status == 413);
  raw_client chunked{at.server.port()};
  chunked.send(
    "POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, ' '));
  CHECK(chunked.receive().status == 413);
  CHECK(at.ask("PATCH", "/v1/campaigns/cmp_000000000", std::string(65'537, ' ')).status == 413);
  CHECK(at.engine.campaigns() == 0);
}

TEST_CASE("a large refused body does not cost its sender the answer") {
  served at;
  raw_client client{at.server.port()};
  client.send(request_text("PATCH", "/v1/campaigns/cmp_000000000", std::string(4 << 20, ' ')));
  CHECK(client.receive().status == 413);
}

TEST_CASE("the connection survives a refusal whose body is short") {
  served at;
  raw_client client{at.server.port()};
  client.send(request_text("POST", "/nowhere", "{}") + request_text("PUT", "/v1/campaigns", "{}")
              + request_text("POST", "/v1/campaigns", "{}", "Content-Type: text/plain\r\n")
              + request_text("GET", "/healthz"));
  CHECK(client.receive().status == 404);
  const auto wrong_method = client.receive();
  CHECK(wrong_method.status == 405);
  CHECK(wrong_method.headers.at("allow") == "GET, HEAD, POST");
  CHECK(client.receive().status == 415);
  CHECK(client.receive().status == 200);
}

TEST_CASE("chunked bodies") {
  served at;
  raw_client client{at.server.port()};
  client.send("POST /v1/campaigns HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string body =
    R"({"name":"n","script_id":"s","language":"hi-IN","contacts":[{"phone":"+919812345678","name":"A"}]})";
  for (char c : body)
    client.send("1;ext=x\r\n" + std::string{c} + "\r\n");
  client.send("0\r\nTrailer-Field: x\r\n\r\n" + request_text("GET", "/healthz"));
  CHECK(client.receive().status == 201);
  CHECK(client.receive().status == 200);
}

TEST_CASE("Expect: 100-continue") {
  served at;
  const std::string body = R"({"name":"n","script_id":"s","language":"hi-IN","contacts":[]})";
  const auto head = [&](std::string_view target, std::string_view expect) {
    return "POST " + std::string{target} + " HTTP/1.1\r\nHost: a\r\nExpect: " + std::string{expect}
           + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  };
  raw_client client{at.server.port()};
  client.send(head("/v1/campaigns", "100-continue"));
  CHECK(client.receive_head() == "HTTP/1.1 100 Continue");
  client.send(body);
  CHECK(client.receive().status == 201);
  raw_client nowhere{at.server.port()};
  nowhere.send(head("/nowhere", "100-continue"));
  CHECK(nowhere.receive().status == 404);
  raw_client other{at.server.port()};
  other.send(head("/v1/campaigns", "miracle"));
  CHECK(other.receive().status == 417);
}

TEST_CASE("request ids are repeated if sane, made if not") {
  served at;
  CHECK(at.ask("GET", "/healthz", {}, "X-Request-Id: mine-1\r\n").headers.at("x-request-id") == "mine-1");
  const auto made = at.ask("GET", "/healthz", {}, "X-Request-Id: a b\r\n").headers.at("x-request-id");
  CHECK(made != "a b");
  CHECK(made != at.ask("GET", "/healthz").headers.at("x-request-id"));
  CHECK(at.ask("GET", "/nowhere", {}, "X-Request-Id: mine-2\r\n").headers.at("x-request-id") == "mine-2");
}

TEST_CASE("connections beyond the limit are turned away, and let in again") {
  http::server_options options;
  options.max_connections = 2;
  served at{options};
  raw_client first{at.server.port()};
  first.send(request_text("GET", "/healthz"));
  first.receive();
  {
    raw_client second{at.server.port()};
    second.send(request_text("GET", "/healthz"));
    second.receive();
    raw_client third{at.server.port()};
    const auto reply = third.receive();
    CHECK(reply.status == 503);
    CHECK(reply.headers.count("retry-after") == 1);
    second.send(request_text("GET", "/healthz", {}, "Connection: close\r\n"));
    second.receive();
    CHECK(second.closed_by_server());
  }
  CHECK(at.ask("GET", "/healthz").status == 200);
}

TEST_CASE("several io threads serve alike") {
  http::server_options options;
  options.threads = 3;
  served at{options};
  std::vector<std::unique_ptr<raw_client>> clients;
  for (int i = 0; i < 12; ++i)
    clients.push_back(std::make_unique<raw_client>(at.server.port()));
  for (auto& each : clients)
    each->send(request_text("GET", "/healthz"));
  for (auto& each : clients)
    CHECK(each->receive().status == 200);
}

TEST_CASE("stop finishes what is in progress and closes what is idle") {
  served at;
  const auto id = at.create("[]");
  raw_client idle{at.server.port()};
  idle.send(request_text("GET", "/healthz"));
  idle.receive();
  raw_client busy{at.server.port()};
  at.engine.hold_answers(true);
  busy.send(request_text("POST", "/v1/campaigns/" + id + "/start"));
  REQUIRE(at.engine.wait_for_held(1));
  std::thread stopping{[&] { at.server.stop(std::chrono::seconds{10}); }};
  CHECK(idle.closed_by_server());
  at.engine.hold_answers(false);
  const auto reply = busy.receive();
  CHECK(reply.status == 200);
  CHECK(reply.headers.at("connection") == "close");
  CHECK(busy.closed_by_server());
  stopping.join();
  CHECK_THROWS(raw_client{at.server.port()});
}

TEST_CASE("stop cuts what does not finish in time; a late answer harms nobody") {
  served at;
  const auto id = at.create("[]");
  raw_client busy{at.server.port()};
  at.engine.hold_answers(true);
  busy.send(request_text("POST", "/v1/campaigns/" + id + "/start"));
  REQUIRE(at.engine.wait_for_held(1));
  at.server.stop(std::chrono::milliseconds{30});
  CHECK(busy.closed_by_server());
  at.engine.hold_answers(false);
  CHECK(at.engine.find(default_workspace, *campaign_id::parse(id)) != nullptr);
}

TEST_CASE("a port that is taken is refused by name") {
  served at;
  http::server_options options;
  options.port = at.server.port();
  http::server second{options, at.engine, at.keys, at.time};
  CHECK_THROWS_WITH(second.start(), Catch::Contains(std::to_string(options.port)));
}
