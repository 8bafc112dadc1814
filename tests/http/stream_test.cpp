#include "http/body_source.hpp"
#include "http/router.hpp"
#include "tests/http/http_client.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <condition_variable>
#include <mutex>

using namespace redial;
using namespace std::chrono_literals;
using http::pulled;
using test::raw_client;
using test::request_text;
using test::served;

namespace {

/// What the routes of these tests stream, and what came of it. One test at a time.
class script {
public:
  // What the source does; set before the request.
  std::size_t pieces = 0;              ///< then it ends, unless endless
  std::size_t piece_bytes = 1000;      ///< of each
  std::optional<std::size_t> fails_at; ///< instead of this piece
  bool throws = false;                 ///< fails by an exception
  bool later = false;                  ///< has each piece only when `release` has been called for it
  bool endless = false;
  std::chrono::milliseconds heartbeat{};

  std::string piece(std::size_t number) const {
    std::string text = std::to_string(number) + ":";
    text.resize(piece_bytes, static_cast<char>('a' + number % 26));
    return text;
  }
  std::string whole() const {
    std::string all;
    for (std::size_t i = 0; i < pieces; ++i)
      all += piece(i);
    return all;
  }

  std::size_t pulls() const {
    const std::lock_guard lock{mutex_};
    return pulls_;
  }
  /// Waits until `count` sources live; false after ten seconds.
  bool wait_for_sources(int count) const {
    return wait([&] { return live_ == count; });
  }
  /// Waits until a source has said that it has nothing.
  bool wait_for_later() const {
    return wait([&] { return waiting_ != nullptr; });
  }
  /// Lets the source have one piece more; from this thread, as an engine would.
  void release() {
    const std::lock_guard lock{mutex_};
    ++released_;
    if (waiting_)
      waiting_->post([link = waiting_] { link->resume(); });
    waiting_.reset();
  }

private:
  friend class scripted_source;
  template <class F>
  bool wait(F done) const {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, 10s, done);
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  int live_ = 0;
  std::size_t pulls_ = 0;
  std::size_t released_ = 0;
  http::session_link_ptr waiting_;
};

script* running = nullptr;

class scripted_source final : public http::body_source {
public:
  scripted_source(script& to_follow, http::session_link_ptr link) : script_{to_follow}, link_{std::move(link)} {
    add(1);
  }
  ~scripted_source() override { add(-1); }

  pulled pull(std::string& out) override {
    const std::lock_guard lock{script_.mutex_};
    if (!out.empty())
      throw std::logic_error{"asked for a piece while the former is still there"};
    ++script_.pulls_;
    if (script_.fails_at == next_) {
      if (script_.throws)
        throw std::runtime_error{"as the test demands"};
      return pulled::failed;
    }
    if (!script_.endless && next_ == script_.pieces)
      return pulled::end;
    if (script_.later && next_ >= script_.released_) {
      script_.waiting_ = link_;
      script_.changed_.notify_all();
      return pulled::later;
    }
    out += script_.piece(next_++);
    return pulled::piece;
  }
  bool endless() const noexcept override { return script_.endless; }
  std::chrono::milliseconds heartbeat_interval() const noexcept override { return script_.heartbeat; }
  void beat(std::string& out) override { out += "beat"; }

private:
  void add(int count) {
    const std::lock_guard lock{script_.mutex_};
    script_.live_ += count;
    script_.changed_.notify_all();
  }

  script& script_;
  http::session_link_ptr link_;
  std::size_t next_ = 0;
};

std::optional<http::response> stream(http::route_context&, http::request&, const http::link_maker& link) {
  http::response answer;
  answer.content_type = "text/plain";
  answer.disposition = "attachment; filename=\"x.txt\"";
  answer.stream = std::make_shared<scripted_source>(*running, link());
  return answer;
}

/// Answers with the stream only once the engine has been asked something.
std::optional<http::response> stream_later(
  http::route_context& context, http::request& asked, const http::link_maker& make) {
  auto link = make();
  context.engine.list_contacts(asked.caller(), campaign_id::parse("cmp_000000000").value(), {}, 0, 1,
    [link, answer = http::responder{link}](const result<contact_page>&) {
      answer([link] {
        http::response what;
        what.stream = std::make_shared<scripted_source>(*running, link);
        return what;
      });
    });
  return std::nullopt;
}

constexpr std::array routes{
  http::route{http::verb::get, "/stream", stream},
  http::route{http::verb::get, "/later", stream_later},
};

/// A server that streams what a script says.
struct streaming : script {
  explicit streaming(http::server_options options = {}) : at{with_routes(std::move(options))} { running = this; }
  ~streaming() { at.server.stop(0ms); }
  static http::server_options with_routes(http::server_options options) {
    options.more_routes = routes;
    return options;
  }
  served at;
};

} // namespace

TEST_CASE("a streamed answer comes in chunks, and the next request of the connection after it") {
  streaming to;
  to.pieces = 3;
  raw_client client{to.at.server.port()};
  client.send(request_text("GET", "/stream", {}, "X-Request-Id: mine\r\n") + request_text("GET", "/healthz")
              + request_text("GET", "/later") + request_text("GET", "/healthz"));
  const auto head = client.receive_head();
  CHECK_THAT(head, Catch::StartsWith("HTTP/1.1 200 OK\r\n") && Catch::Contains("\r\nTransfer-Encoding: chunked\r\n")
                     && Catch::Contains("\r\nContent-Type: text/plain\r\n")
                     && Catch::Contains("\r\nContent-Disposition: attachment; filename=\"x.txt\"")
                     && Catch::Contains("\r\nX-Request-Id: mine\r\n") && !Catch::Contains("Content-Length")
                     && !Catch::Contains("Connection: close"));
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(client.receive_chunk() == to.piece(i));
  CHECK(client.receive_chunk().empty());
  CHECK(client.receive().json()["status"] == "ok");
  CHECK(client.receive().body == to.whole());
  CHECK(client.receive().json()["status"] == "ok");
  CHECK(to.wait_for_sources(0));
}

TEST_CASE("a streamed answer may be empty") {
  streaming to;
  CHECK(to.at.ask("GET", "/stream").body.empty());
}

TEST_CASE("pieces that come later, from elsewhere, are sent as they come") {
  streaming to;
  to.pieces = 50;
  to.later = true;
  raw_client client{to.at.server.port()};
  client.send(request_text("GET", "/stream"));
  client.receive_head();
  for (std::size_t i = 0; i < 50; ++i) {
    REQUIRE(to.wait_for_later());
    to.release();
    REQUIRE(client.receive_chunk() == to.piece(i));
  }
  CHECK(client.receive_chunk().empty());
}

TEST_CASE("HEAD of a streamed answer asks for no piece") {
  streaming to;
  to.pieces = 3;
  raw_client client{to.at.server.port()};
  client.send(request_text("HEAD", "/stream") + request_text("GET", "/healthz"));
  const auto head = client.receive(true);
  CHECK(head.status == 200);
  CHECK(head.headers.at("transfer-encoding") == "chunked");
  CHECK(client.receive().json()["status"] == "ok");
  CHECK(to.pulls() == 0);
  CHECK(to.wait_for_sources(0));
}

TEST_CASE("to HTTP/1.0 a streamed answer ends with the connection, and one that fails is reset") {
  streaming to;
  to.pieces = 3;
  for (std::string_view more : {"", "Connection: keep-alive\r\n"}) {
    raw_client client{to.at.server.port()};
    client.send("GET /stream HTTP/1.0\r\n" + std::string{more} + "\r\n");
    const auto head = client.receive_head();
    CHECK_THAT(head,
      Catch::Contains("\r\nConnection: close") && !Catch::Contains("Transfer-Encoding") && !Catch::Contains("Length"));
    CHECK(client.receive_rest() == to.whole());
  }
  to.fails_at = 2;
  raw_client client{to.at.server.port()};
  client.send("GET /stream HTTP/1.0\r\n\r\n");
  client.receive_head();
  CHECK(client.receive_rest() == std::nullopt);
}

TEST_CASE("a source that fails cuts the connection without the last chunk") {
  streaming to;
  to.pieces = 3;
  to.fails_at = 2;
  for (bool throws : {false, true}) {
    to.throws = throws;
    raw_client client{to.at.server.port()};
    client.send(request_text("GET", "/stream"));
    client.receive_head();
    CHECK(client.receive_chunk() == to.piece(0));
    CHECK(client.receive_chunk() == to.piece(1));
    CHECK(client.closed_by_server());
    CHECK(to.wait_for_sources(0));
  }
  CHECK(to.at.ask("GET", "/healthz").status == 200);
}

TEST_CASE("a client that reads slowly is sent no more than it takes") {
  streaming to;
  to.pieces = 1000;
  to.piece_bytes = http::body_source::piece_size;
  raw_client client{to.at.server.port(), 64 * 1024};
  client.send(request_text("GET", "/stream"));
  client.receive_head();
  // Turns of the only io thread, in each of which a server that does not wait for the client would send some pieces.
  const auto let_run = [&] {
    raw_client other{to.at.server.port()};
    for (int i = 0; i < 300; ++i) {
      other.send(request_text("GET", "/healthz"));
      REQUIRE(other.receive().status == 200);
    }
  };
  let_run();
  // What both systems hold, and the one piece of the connection.
  constexpr std::size_t held = 20;
  CHECK(to.pulls() <= held);
  for (std::size_t i = 0; i < 200; ++i)
    REQUIRE(client.receive_chunk() == to.piece(i));
  let_run();
  CHECK(to.pulls() <= 200 + held);
  for (std::size_t i = 200; i < 1000; ++i)
    REQUIRE(client.receive_chunk() == to.piece(i));
  CHECK(client.receive_chunk().empty());
}

TEST_CASE("a client that goes in the middle takes the source with it") {
  streaming to;
  SECTION("while there is something to write") {
    to.pieces = 1'000'000;
    to.piece_bytes = http::body_source::piece_size;
    raw_client client{to.at.server.port()};
    client.send(request_text("GET", "/stream"));
    client.receive_head();
    REQUIRE(client.receive_chunk() == to.piece(0));
    client.close();
    CHECK(to.wait_for_sources(0));
  }
  SECTION("while there is nothing") {
    to.endless = true;
    to.later = true;
    raw_client client{to.at.server.port()};
    client.send(request_text("GET", "/stream"));
    client.receive_head();
    REQUIRE(to.wait_for_later());
    client.close();
    CHECK(to.wait_for_sources(0));
  }
  to.release(); // reaches nobody
  CHECK(to.at.ask("GET", "/healthz").status == 200);
}

TEST_CASE("a client that only says that it will send no more gets the whole of what has an end") {
  streaming to;
  to.pieces = 100;
  to.piece_bytes = http::body_source::piece_size;
  raw_client client{to.at.server.port()};
  client.send(request_text("GET", "/stream"));
  client.finish_sending();
  CHECK(client.receive().body == to.whole());
  CHECK(client.closed_by_server());
}

TEST_CASE("a client that takes nothing is cut") {
  http::server_options options;
  options.body_timeout = 100ms;
  streaming to{options};
  to.pieces = 1000;
  to.piece_bytes = http::body_source::piece_size;
  raw_client client{to.at.server.port(), 64 * 1024};
  client.send(request_text("GET", "/stream"));
  REQUIRE(to.wait_for_sources(1));
  CHECK(to.wait_for_sources(0));
}

TEST_CASE("a stream that has nothing to say is not cut, and beats if it is to") {
  http::server_options options;
  options.body_timeout = 40ms;
  options.idle_timeout = 40ms;
  options.header_timeout = 40ms;
  streaming to{options};
  to.endless = true;
  to.later = true;
  raw_client client{to.at.server.port()};
  SECTION("silent") {
    client.send(request_text("GET", "/stream"));
    client.receive_head();
    REQUIRE(to.wait_for_later());
    // Other connections' timeouts pass after this one's would have.
    for (int i = 0; i < 3; ++i) {
      raw_client other{to.at.server.port()};
      REQUIRE(other.closed_by_server());
    }
    to.release();
    CHECK(client.receive_chunk() == to.piece(0));
  }
  SECTION("beating") {
    to.heartbeat = 20ms;
    client.send(request_text("GET", "/stream"));
    client.receive_head();
    for (int i = 0; i < 3; ++i)
      CHECK(client.receive_chunk() == "beat");
    to.release();
    std::string next;
    do
      next = client.receive_chunk();
    while (next == "beat");
    CHECK(next == to.piece(0));
    CHECK(client.receive_chunk() == "beat");
  }
}

TEST_CASE("a stop ends endless streams at once, in good order") {
  streaming to;
  to.endless = true;
  to.later = true;
  raw_client waiting{to.at.server.port()};
  waiting.send(request_text("GET", "/stream"));
  waiting.receive_head();
  REQUIRE(to.wait_for_later());
  to.at.server.stop(10s);
  CHECK(waiting.receive_chunk().empty());
  CHECK(waiting.closed_by_server());
}

TEST_CASE("a stop lets streams that have an end come to it, and cuts them when its time is over") {
  streaming to;
  to.pieces = 2;
  to.later = true;
  raw_client client{to.at.server.port()};
  client.send(request_text("GET", "/stream"));
  client.receive_head();
  REQUIRE(to.wait_for_later());
  SECTION("in time") {
    raw_client idle{to.at.server.port()};
    std::thread stopping{[&] { to.at.server.stop(10s); }};
    CHECK(idle.closed_by_server()); // the stop has begun
    to.release();
    to.release();
    CHECK(client.receive_chunks() == to.whole());
    CHECK(client.closed_by_server());
    stopping.join();
  }
  SECTION("not in time") {
    to.at.server.stop(30ms);
    CHECK(client.closed_by_server());
    CHECK(to.wait_for_sources(0));
  }
}
