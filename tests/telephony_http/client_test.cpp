#include "telephony/http/client.hpp"
#include "tests/show_result.hpp"
#include "tests/telephony_http/server.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>
#include <latch>

using namespace redial;
using namespace redial::telephony;
using namespace std::chrono_literals;
using redial::test::peer;
using redial::test::server;

namespace {

/// Answers every request with its body.
void echo(peer& with, int) {
  while (const auto request = with.read())
    with.answer(200, request->body());
}

http_client_options options_for(const server& at) {
  http_client_options options;
  options.base_url = "http://127.0.0.1:" + std::to_string(at.port()) + "/base";
  return options;
}

http_request posting(std::string body) {
  http_request request;
  request.method = http_request::verb::post;
  request.target = "/calls";
  request.idempotency_key = "cal_1";
  request.signature = "t=1,v1=00";
  request.body = std::move(body);
  return request;
}

std::future<http_outcome> send(http_transport& over, http_request request) {
  auto told = std::make_shared<std::promise<http_outcome>>();
  over.send(std::move(request), [told](http_outcome outcome) { told->set_value(std::move(outcome)); });
  return told->get_future();
}

/// @returns "200 body", "never sent" or "uncertain".
std::string text_of(std::future<http_outcome> told) {
  if (told.wait_for(20s) != std::future_status::ready)
    return "nothing within twenty seconds";
  const auto outcome = told.get();
  if (const auto* answer = std::get_if<http_answer>(&outcome))
    return std::to_string(answer->status) + " " + answer->body;
  return std::get<http_failure>(outcome) == http_failure::never_sent ? "never sent" : "uncertain";
}

} // namespace

TEST_CASE("requests as they go over the wire") {
  std::promise<std::vector<test::http_message>> seen;
  server at{[&](peer& with, int) {
    std::vector<test::http_message> messages;
    for (int i = 0; i < 3; ++i) {
      messages.push_back(with.read().value());
      with.answer(i == 2 ? 204 : 200, "", "Retry-After: 7\r\n");
    }
    seen.set_value(std::move(messages));
    with.read();
  }};
  const auto client = make_http_client(options_for(at)).value();
  CHECK(text_of(send(*client, posting("{\"a\":1}"))) == "200 ");
  http_request get;
  get.target = "/calls?attempt_id=cal_1";
  get.signature = "t=1,v1=11";
  const auto answer = send(*client, get).get();
  CHECK(std::get<http_answer>(answer).retry_after == 7s);
  get.method = http_request::verb::erase;
  get.target = "/calls/p1";
  CHECK(text_of(send(*client, get)) == "204 ");

  const auto messages = seen.get_future().get();
  const auto& post = messages.at(0);
  CHECK(post.method_string() == "POST");
  CHECK(post.target() == "/base/calls");
  CHECK(post["Host"] == "127.0.0.1:" + std::to_string(at.port()));
  CHECK(post["Idempotency-Key"] == "cal_1");
  CHECK(post["Redial-Signature"] == "t=1,v1=00");
  CHECK(post["Content-Type"] == "application/json");
  CHECK(post.body() == "{\"a\":1}");
  CHECK(messages.at(1).method_string() == "GET");
  CHECK(messages.at(1).target() == "/base/calls?attempt_id=cal_1");
  CHECK(messages.at(1).count("Idempotency-Key") == 0);
  CHECK(messages.at(2).method_string() == "DELETE");
  CHECK(at.connections() == 1);
}

TEST_CASE("one connection serves one request after the other") {
  server at{echo};
  const auto client = make_http_client(options_for(at)).value();
  for (int i = 0; i < 200; ++i)
    CHECK(text_of(send(*client, posting(std::to_string(i)))) == "200 " + std::to_string(i));
  CHECK(at.connections() == 1);
}

TEST_CASE("many threads, two of the client's, few connections: each hears its own answer") {
  server at{echo};
  auto options = options_for(at);
  options.connections = 4;
  options.threads = 2;
  const auto client = make_http_client(options).value();
  std::vector<std::thread> senders;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t) {
    senders.emplace_back([&, t] {
      std::vector<std::future<http_outcome>> told;
      for (int i = 0; i < 250; ++i)
        told.push_back(send(*client, posting(std::to_string(1000 * t + i))));
      for (int i = 0; i < 250; ++i)
        right += text_of(std::move(told.at(static_cast<std::size_t>(i)))) == "200 " + std::to_string(1000 * t + i);
    });
  }
  for (auto& sender : senders)
    sender.join();
  CHECK(right == 1000);
  CHECK(at.requests() == 1000);
  CHECK(at.connections() <= 4);
}

TEST_CASE("nobody listens: never sent, and the reason is told once") {
  std::uint16_t free = 0;
  {
    server gone{echo};
    free = gone.port();
  }
  http_client_options options;
  options.base_url = "http://127.0.0.1:" + std::to_string(free);
  std::vector<std::string> told;
  options.log = [&](std::string sentence) { told.push_back(std::move(sentence)); };
  const auto client = make_http_client(options).value();
  for (int i = 0; i < 3; ++i)
    CHECK(text_of(send(*client, posting("x"))) == "never sent");
  client->shut_down();
  REQUIRE(told.size() == 1);
  CHECK(told.at(0).find("Connection refused") != std::string::npos);
  options.log = nullptr;
  options.base_url = "http://no-such-host.invalid";
  const auto nameless = make_http_client(options).value();
  CHECK(text_of(send(*nameless, posting("x"))) == "never sent");
}

TEST_CASE("a connection that breaks once the request was read is uncertain, and nothing is sent again") {
  for (const int way : {0, 1, 2, 3}) {
    CAPTURE(way);
    server at{[way](peer& with, int) {
      with.read();
      if (way == 0)
        with.reset();
      else if (way == 1)
        with.close();
      else if (way == 2)
        with.write("HTTP/1.1 202 Acc");
      else
        with.write("HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n{\"call_id\"");
    }};
    const auto client = make_http_client(options_for(at)).value();
    CHECK(text_of(send(*client, posting("x"))) == "uncertain");
    CHECK(at.requests() == 1);
    CHECK(at.connections() == 1);
  }
}

TEST_CASE("a connection that breaks before anything is read is no answer") {
  server at{[](peer& with, int) { with.reset(); }};
  const auto client = make_http_client(options_for(at)).value();
  // The kernel may have taken the bytes before the reset came: either is right, but not an answer.
  const auto outcome = text_of(send(*client, posting("x")));
  CHECK((outcome == "never sent" || outcome == "uncertain"));
  CHECK(at.requests() == 0);
}

TEST_CASE("a connection that was closed while idle is replaced unseen") {
  for (const bool resets : {false, true}) {
    CAPTURE(resets);
    std::latch closed{1};
    server at{[&](peer& with, int number) {
      if (number > 1)
        return echo(with, number);
      with.answer(200, with.read()->body());
      if (resets)
        with.reset();
      else
        with.close();
      closed.count_down();
    }};
    const auto client = make_http_client(options_for(at)).value();
    CHECK(text_of(send(*client, posting("1"))) == "200 1");
    closed.wait();
    CHECK(text_of(send(*client, posting("2"))) == "200 2");
    CHECK(at.requests() == 2);
    CHECK(at.connections() == 2);
  }
}

TEST_CASE("a connection that says something unasked is not used again") {
  std::latch said{1};
  server at{[&](peer& with, int number) {
    if (number > 1)
      return echo(with, number);
    with.answer(200, with.read()->body());
    with.answer(200, "of another");
    said.count_down();
    with.read();
  }};
  const auto client = make_http_client(options_for(at)).value();
  CHECK(text_of(send(*client, posting("1"))) == "200 1");
  said.wait();
  CHECK(text_of(send(*client, posting("2"))) == "200 2");
  CHECK(at.connections() == 2);
}

TEST_CASE("an answer that comes too late is uncertain, and nobody else's") {
  std::latch given_up{1};
  server at{[&](peer& with, int number) {
    if (number > 1)
      return echo(with, number);
    with.read();
    given_up.wait();
    with.answer(200, "late");
  }};
  auto options = options_for(at);
  options.request_timeout = 100ms;
  const auto client = make_http_client(options).value();
  CHECK(text_of(send(*client, posting("1"))) == "uncertain");
  given_up.count_down();
  CHECK(text_of(send(*client, posting("2"))) == "200 2");
}

TEST_CASE("an answer of up to a mebibyte is read") {
  constexpr std::size_t mebibyte = 1024 * 1024;
  for (const bool chunked : {false, true}) {
    CAPTURE(chunked);
    server at{[chunked](peer& with, int) {
      while (const auto request = with.read()) {
        const std::string body(std::stoul(request->body()), 'x');
        if (!chunked)
          with.answer(200, body);
        else
          with.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n" + body.substr(0, mebibyte)
                     + "\r\n" + (body.size() > mebibyte ? "1\r\nx\r\n" : "") + "0\r\n\r\n");
      }
    }};
    const auto client = make_http_client(options_for(at)).value();
    CHECK(text_of(send(*client, posting(std::to_string(mebibyte)))).size() == mebibyte + 4);
    CHECK(text_of(send(*client, posting(std::to_string(mebibyte + 1)))) == "uncertain");
  }
}

TEST_CASE("answers of other forms") {
  struct row {
    std::string wire;
    std::string heard;
    bool reusable;
  };
  for (const auto& [wire, expected, reusable] : std::vector<row>{
         {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 ok", true},
         {"HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok", "202 ok", true},
         {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", "200 ok", false},
         {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 ok", false},
         {"HTTP/1.1 200 OK\r\n\r\nto the end", "200 to the end", false},
         {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more", "200 ok", false},
         {"HTTP/1.1 101 Switching\r\n\r\n", "101 ", false},
         {"HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", "uncertain", false},
         {"SSH-2.0-OpenSSH_9.2\r\n", "uncertain", false},
         {"HTTP/1.1 999999 OK\r\n\r\n", "uncertain", false},
         {"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok", "uncertain", false},
       }) {
    CAPTURE(wire.substr(0, 80));
    const bool to_the_end = wire.find("to the end") != std::string::npos;
    server at{[&, &bytes = wire](peer& with, int number) {
      if (number > 1)
        return echo(with, number);
      with.read();
      with.write(bytes);
      if (!to_the_end)
        echo(with, number);
    }};
    const auto client = make_http_client(options_for(at)).value();
    CHECK(text_of(send(*client, posting("1"))) == expected);
    CHECK(text_of(send(*client, posting("2"))) == "200 2");
    CHECK(at.connections() == (reusable ? 1 : 2));
  }
}

TEST_CASE("requests wait for a connection, not for ever, and not in any number") {
  std::promise<void> first_read;
  std::promise<void> go_on;
  server at{[&](peer& with, int) {
    const auto request = with.read();
    first_read.set_value();
    go_on.get_future().wait();
    with.answer(200, request->body());
    echo(with, 1);
  }};
  auto options = options_for(at);
  options.connections = 1;
  options.queue = 1;

  SECTION("a further one waits for its turn, the next finds no room") {
    const auto client = make_http_client(options).value();
    auto first = send(*client, posting("1"));
    first_read.get_future().wait();
    auto second = send(*client, posting("2"));
    CHECK(text_of(send(*client, posting("3"))) == "never sent");
    go_on.set_value();
    CHECK(text_of(std::move(first)) == "200 1");
    CHECK(text_of(std::move(second)) == "200 2");
    CHECK(at.connections() == 1);
  }
  SECTION("one that waits too long was never sent") {
    options.connect_timeout = 100ms;
    const auto client = make_http_client(options).value();
    auto first = send(*client, posting("1"));
    first_read.get_future().wait();
    CHECK(text_of(send(*client, posting("2"))) == "never sent");
    go_on.set_value();
    CHECK(text_of(std::move(first)) == "200 1");
    CHECK(text_of(send(*client, posting("3"))) == "200 3");
    CHECK(at.requests() == 2);
  }
}

TEST_CASE("shut_down drops what is under way") {
  std::latch read{1};
  server at{[&](peer& with, int) {
    with.read();
    read.count_down();
    with.read();
  }};
  const auto client = make_http_client(options_for(at)).value();
  std::atomic<int> told{0};
  client->send(posting("1"), [&](const http_outcome&) { ++told; });
  read.wait();
  client->shut_down();
  client->shut_down();
  client->send(posting("2"), [&](const http_outcome&) { ++told; });
  CHECK(told == 0);
}

TEST_CASE("shut_down may be called from within a done") {
  server at{echo};
  const auto client = make_http_client(options_for(at)).value();
  std::promise<void> told;
  client->send(posting("1"), [&](const http_outcome&) {
    client->shut_down();
    told.set_value();
  });
  REQUIRE(told.get_future().wait_for(20s) == std::future_status::ready);
}

TEST_CASE("what cannot be used is refused before anything is sent") {
  http_client_options options;
  options.base_url = "gopher://provider.test";
  CHECK(make_http_client(options).error().code == error_code::invalid_value);
  options.base_url = "https://provider.test";
  options.ca_file = "/no/such/file.pem";
  const auto refused = make_http_client(options);
  REQUIRE(refused.has_error());
  CHECK(refused.error().detail.find("/no/such/file.pem") != std::string::npos);
}

TEST_CASE("TLS to a provider whose certificate is trusted and names the host") {
  test::certificate own{"DNS:localhost,IP:127.0.0.1"};
  server at{echo, &own};
  for (const auto* host : {"localhost", "127.0.0.1"}) {
    CAPTURE(host);
    http_client_options options;
    options.base_url = std::string{"https://"} + host + ":" + std::to_string(at.port());
    options.ca_file = own.file();
    options.connections = 1;
    const auto client = make_http_client(options).value();
    const auto before = at.connections();
    for (int i = 0; i < 50; ++i)
      CHECK(text_of(send(*client, posting(std::to_string(i)))) == "200 " + std::to_string(i));
    CHECK(text_of(send(*client, posting(std::string(200'000, 'x')))).size() == 200'004);
    CHECK(at.connections() == before + 1);
  }
}

TEST_CASE("TLS to anybody else is refused before a byte of the request leaves") {
  test::certificate own{"DNS:localhost,IP:127.0.0.1"};
  test::certificate other{"DNS:provider.test"};
  http_client_options options;
  SECTION("a certificate for another name") {
    server at{echo, &other};
    for (const auto* host : {"localhost", "127.0.0.1"}) {
      options.base_url = std::string{"https://"} + host + ":" + std::to_string(at.port());
      options.ca_file = other.file();
      std::string told;
      options.log = [&](const std::string& sentence) { told = sentence; };
      const auto client = make_http_client(options).value();
      CHECK(text_of(send(*client, posting("secret"))) == "never sent");
      client->shut_down();
      CHECK(told.find("certificate verify failed") != std::string::npos);
      CHECK(at.requests() == 0);
    }
  }
  SECTION("a certificate that nobody vouches for") {
    server at{echo, &own};
    options.base_url = "https://localhost:" + std::to_string(at.port());
    for (const auto& file : {std::string{}, other.file()}) {
      options.ca_file = file;
      const auto client = make_http_client(options).value();
      CHECK(text_of(send(*client, posting("secret"))) == "never sent");
      CHECK(at.requests() == 0);
    }
  }
  SECTION("a server in the clear") {
    server at{[](peer& with, int) { with.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"); }};
    options.base_url = "https://localhost:" + std::to_string(at.port());
    options.ca_file = own.file();
    const auto client = make_http_client(options).value();
    CHECK(text_of(send(*client, posting("secret"))) == "never sent");
  }
}

TEST_CASE("a TLS connection that breaks after the request is uncertain") {
  test::certificate own{"DNS:localhost"};
  server at{[](peer& with, int) {
              with.read();
              with.reset();
            },
    &own};
  http_client_options options;
  options.base_url = "https://localhost:" + std::to_string(at.port());
  options.ca_file = own.file();
  const auto client = make_http_client(options).value();
  CHECK(text_of(send(*client, posting("x"))) == "uncertain");
  CHECK(at.requests() == 1);
}
