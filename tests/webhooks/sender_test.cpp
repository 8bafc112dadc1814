// Over real sockets, to a receiver that behaves well or badly.
#include "tests/show_result.hpp"
#include "tests/telephony_http/server.hpp"
#include "webhooks/http_sender.hpp"
#include "webhooks/signing.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <mutex>
#include <thread>

using namespace redial;
using namespace redial::webhooks;
using namespace std::chrono_literals;
using boost::asio::ip::make_address;
using Catch::Matchers::Contains;
using redial::test::peer;
using redial::test::server;

namespace {

const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

sender_options lenient() {
  sender_options o;
  o.policy = {true, true};
  o.unix_now = [] { return std::int64_t{1614265330}; };
  return o;
}

message to(const std::string& url, const std::string& body = R"({"test": 2432232314})") {
  return {url, secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", std::make_shared<const std::string>(body)};
}

std::string url_of(const server& at, const std::string& path = "/hook") {
  return "http://127.0.0.1:" + std::to_string(at.port()) + path;
}

std::future<answer> begin(sender& by, message what) {
  auto told = std::make_shared<std::promise<answer>>();
  by.send(std::move(what), [told](answer said) { told->set_value(std::move(said)); });
  return told->get_future();
}

answer wait(std::future<answer> told) {
  if (told.wait_for(20s) != std::future_status::ready)
    return {0, "NOTHING WITHIN TWENTY SECONDS", {}};
  return told.get();
}

answer send(sender& by, message what) { return wait(begin(by, std::move(what))); }

void well(peer& with, int) {
  while (with.read())
    with.answer(200, "{}");
}

} // namespace

TEST_CASE("a message as it goes over the wire") {
  std::promise<test::http_message> seen;
  server at{[&](peer& with, int) {
    seen.set_value(with.read().value());
    with.answer(202, "thanks", "Retry-After: 7\r\n");
  }};
  const auto by = make_http_sender(lenient()).value();
  const auto said = send(*by, to(url_of(at, "/hook?key=1")));
  CHECK(said.status == 202);
  CHECK(said.error.empty());
  CHECK(said.retry_after == 7s);
  const auto heard = seen.get_future().get();
  CHECK(heard.method_string() == "POST");
  CHECK(heard.target() == "/hook?key=1");
  CHECK(heard["Host"] == "127.0.0.1:" + std::to_string(at.port()));
  CHECK(heard["Content-Type"] == "application/json");
  CHECK(heard["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek");
  CHECK(heard["webhook-timestamp"] == "1614265330");
  CHECK(heard["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  CHECK(heard.body() == R"({"test": 2432232314})");
}

TEST_CASE("a connection serves one message after the other, and is replaced unseen when it was closed") {
  server at{[&](peer& with, int) {
    for (int i = 0; i < 5 && with.read(); ++i)
      with.answer(i % 2 == 0 ? 204 : 200, i % 2 == 0 ? "" : "ok");
  }};
  const auto by = make_http_sender(lenient()).value();
  for (int i = 0; i < 20; ++i)
    CHECK(send(*by, to(url_of(at))).status / 100 == 2);
  CHECK(at.requests() == 20);
  CHECK(at.connections() >= 4);
  CHECK(at.connections() <= 6);
}

TEST_CASE("every answer is one, and none is followed anywhere") {
  server elsewhere{well};
  for (const unsigned status : {200U, 301U, 302U, 307U, 308U, 400U, 410U, 429U, 500U, 503U}) {
    server at{[&](peer& with, int) {
      with.read();
      with.answer(status, "", "Location: " + url_of(elsewhere) + "\r\n");
    }};
    const auto by = make_http_sender(lenient()).value();
    CHECK(send(*by, to(url_of(at))).status == status);
  }
  CHECK(elsewhere.connections() == 0);
}

TEST_CASE("receivers that give no answer") {
  auto options = lenient();
  options.timeout = 300ms;
  const auto by = make_http_sender(options).value();
  SECTION("silence") {
    server at{[](peer& with, int) {
      with.read();
      with.read(); // until the client goes
    }};
    CHECK_THAT(send(*by, to(url_of(at))).error, Contains("no answer within 300 ms"));
  }
  SECTION("a head that never ends") {
    server at{[](peer& with, int) {
      with.read();
      with.write("HTTP/1.1 200 OK\r\nX-Drip: ");
      with.read();
    }};
    CHECK_THAT(send(*by, to(url_of(at))).error, Contains("no answer within 300 ms"));
  }
  SECTION("a head without bounds") {
    server at{[](peer& with, int) {
      with.read();
      with.write("HTTP/1.1 200 OK\r\nX-Long: " + std::string(100'000, 'x') + "\r\n\r\n");
    }};
    const auto said = send(*by, to(url_of(at)));
    CHECK(said.status == 0);
    CHECK_FALSE(said.error.empty());
  }
  SECTION("something else than HTTP") {
    server at{[](peer& with, int) {
      with.read();
      with.write("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    }};
    CHECK(send(*by, to(url_of(at))).status == 0);
  }
  SECTION("the connection is closed, or reset") {
    for (const bool resets : {false, true}) {
      server at{[&](peer& with, int) {
        with.read();
        resets ? with.reset() : with.close();
      }};
      const auto said = send(*by, to(url_of(at)));
      CHECK(said.status == 0);
      CHECK_FALSE(said.error.empty());
      CHECK(at.connections() == 1);
    }
  }
  SECTION("nobody listens") {
    std::string gone;
    {
      server at{well};
      gone = url_of(at);
    }
    CHECK_THAT(send(*by, to(gone)).error, Contains("refused"));
  }
}

TEST_CASE("an answer of ten gigabytes is cut off, and counts by its status") {
  std::promise<std::uint64_t> sent;
  server at{[&](peer& with, int number) {
    if (number > 1)
      return well(with, number);
    with.read();
    with.write("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n");
    sent.set_value(0);
    with.read(); // until it is cut
  }};
  server chunked{[&](peer& with, int number) {
    if (number > 1)
      return well(with, number);
    with.read();
    with.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const auto chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    for (int i = 0; i < 1000; ++i)
      with.write(chunk); // into the void, once it is cut
  }};
  const auto by = make_http_sender(lenient()).value();
  for (const auto* each : {&at, &chunked}) {
    CHECK(send(*by, to(url_of(*each))).status == 200);
    CHECK(send(*by, to(url_of(*each))).status == 200);
    CHECK(each->connections() == 2);
  }
}

TEST_CASE("a body that does not come costs the connection, not the message") {
  server at{[](peer& with, int number) {
    if (number > 1)
      return well(with, number);
    with.read();
    with.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    with.read();
  }};
  auto options = lenient();
  options.body_timeout = 100ms;
  const auto by = make_http_sender(options).value();
  CHECK(send(*by, to(url_of(at))).status == 200);
  CHECK(send(*by, to(url_of(at))).status == 200);
  CHECK(at.connections() == 2);
}

TEST_CASE("names that lead to addresses that are not public are refused, and looked up once") {
  server at{well};
  std::atomic<int> asked{0};
  sender_options options;
  options.policy = {true, false};
  std::vector<boost::asio::ip::address> found;
  options.resolve = [&](const std::string& host) {
    CHECK(host == "hooks.example.com");
    // A name that changes its mind from one question to the next gets no second one.
    return ++asked == 1 ? found : std::vector{make_address("8.8.8.8")};
  };
  const auto url = "http://hooks.example.com:" + std::to_string(at.port()) + "/";
  for (const std::vector<std::string>& addresses : {std::vector<std::string>{"127.0.0.1"}, {"::1"}, {"169.254.169.254"},
         {"::ffff:127.0.0.1"}, {"10.0.0.1"}, {"8.8.8.8", "127.0.0.1"}, {"fd00::1", "8.8.8.8"}}) {
    asked = 0;
    found.clear();
    for (const auto& text : addresses)
      found.push_back(make_address(text));
    const auto by = make_http_sender(options).value();
    const auto said = send(*by, to(url));
    CHECK(said.status == 0);
    CHECK_THAT(said.error, Contains("not public"));
    CHECK(asked == 1);
  }
  CHECK(at.connections() == 0);
  // Literal ones at once; and the system's own resolver is asked where no other is given.
  options.resolve = nullptr;
  const auto by = make_http_sender(options).value();
  CHECK_THAT(send(*by, to(url_of(at))).error, Contains("not public"));
  CHECK_THAT(send(*by, to("http://ip6-localhost:" + std::to_string(at.port()) + "/")).error,
    Contains("not public") || Contains("cannot resolve"));
  CHECK(by->check(url_of(at)).has_error());
  CHECK(by->check("http://hooks.example.com/").has_value());
  CHECK(at.connections() == 0);
}

TEST_CASE("a name is connected to at the address that was looked at") {
  server at{well};
  auto options = lenient();
  std::atomic<int> asked{0};
  options.resolve = [&](const std::string&) {
    ++asked;
    return std::vector{make_address("127.0.0.1")};
  };
  const auto by = make_http_sender(options).value();
  const auto url = "http://no-such-host.invalid:" + std::to_string(at.port()) + "/";
  CHECK(send(*by, to(url)).status == 200);
  CHECK(send(*by, to(url)).status == 200);
  CHECK(asked == 1); // once a connection
  CHECK(at.connections() == 1);
}

TEST_CASE("a name that is looked up for ever holds up nobody else, and no end") {
  std::promise<void> release;
  auto released = release.get_future().share();
  auto options = lenient();
  options.timeout = 300ms;
  options.resolve = [released](const std::string& host) -> std::vector<boost::asio::ip::address> {
    if (host == "slow.example.com")
      released.wait();
    return {make_address("127.0.0.1")};
  };
  server at{well};
  const auto port = ":" + std::to_string(at.port()) + "/";
  auto by = make_http_sender(options).value();
  auto slow = begin(*by, to("http://slow.example.com" + port));
  CHECK(send(*by, to("http://fast.example.com" + port)).status == 200);
  CHECK_THAT(wait(std::move(slow)).error, Contains("no answer within 300 ms"));
  auto never = begin(*by, to("http://slow.example.com" + port));
  by.reset();
  release.set_value();
  CHECK_THROWS(never.get()); // its callback was dropped
}

TEST_CASE("TLS: the certificate must be trusted and for that host") {
  test::certificate good{"IP:127.0.0.1,DNS:hooks.example.com"};
  server at{well, &good};
  auto options = lenient();
  options.policy.allow_http = false;
  options.resolve = [](const std::string&) { return std::vector{make_address("127.0.0.1")}; };
  const auto url = [&](const std::string& host) { return "https://" + host + ":" + std::to_string(at.port()) + "/"; };
  {
    const auto by = make_http_sender(options).value();
    const auto said = send(*by, to(url("127.0.0.1")));
    CHECK(said.status == 0);
    CHECK_THAT(said.error, Contains("TLS") && Contains("self"));
  }
  options.ca_file = good.file();
  const auto by = make_http_sender(options).value();
  CHECK(send(*by, to(url("127.0.0.1"))).status == 200);
  CHECK(send(*by, to(url("hooks.example.com"))).status == 200);
  const auto other = send(*by, to(url("other.example.com")));
  CHECK(other.status == 0);
  CHECK_THAT(other.error, Contains("TLS"));
  CHECK(at.requests() == 2);
  options.ca_file = "/nowhere.pem";
  CHECK(make_http_sender(options).error().code == error_code::invalid_value);
}

TEST_CASE("so many connections and no more, and everybody gets a turn") {
  std::mutex mutex;
  int now = 0;
  int most = 0;
  server at{[&](peer& with, int) {
    while (with.read()) {
      {
        const std::lock_guard lock{mutex};
        most = std::max(most, ++now);
      }
      std::this_thread::sleep_for(5ms); // so that others may come
      {
        const std::lock_guard lock{mutex};
        --now;
      }
      with.answer(200, "");
    }
  }};
  auto options = lenient();
  options.connections = 3;
  const auto by = make_http_sender(options).value();
  std::vector<std::future<answer>> told;
  for (int i = 0; i < 60; ++i)
    told.push_back(begin(*by, to(url_of(at))));
  for (auto& each : told)
    CHECK(wait(std::move(each)).status == 200);
  CHECK(most <= 3);
  CHECK(at.requests() == 60);
}

TEST_CASE("an end drops what is under way and tells nobody") {
  server at{[](peer& with, int) {
    with.read();
    with.read();
  }};
  auto by = make_http_sender(lenient()).value();
  std::vector<std::future<answer>> told;
  for (int i = 0; i < 5; ++i)
    told.push_back(begin(*by, to(url_of(at))));
  while (at.requests() < 5)
    std::this_thread::yield();
  const auto before = std::chrono::steady_clock::now();
  by->shut_down();
  CHECK(std::chrono::steady_clock::now() - before < 5s);
  by.reset();
  for (auto& each : told)
    CHECK_THROWS(each.get()); // the promise went with the callback
}
