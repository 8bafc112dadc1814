#include "http/body_source.hpp"
#include "http/router.hpp"
#include "http/tls.hpp"
#include "tests/certificate.hpp"
#include "tests/http/http_client.hpp"
#include "tests/persistence/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <atomic>
#include <fstream>

using namespace redial;
using namespace std::chrono_literals;
using test::raw_client;
using test::request_text;
using test::served;

namespace {

constexpr std::size_t pieces = 300;
std::atomic<std::size_t> pulls{0};

std::string piece(std::size_t number) {
  auto text = std::to_string(number) + ":";
  text.resize(http::body_source::piece_size, static_cast<char>('a' + number % 26));
  return text;
}

class counting_source final : public http::body_source {
public:
  http::pulled pull(std::string& out) override {
    if (next_ == pieces)
      return http::pulled::end;
    ++pulls;
    out = piece(next_++);
    return http::pulled::piece;
  }

private:
  std::size_t next_ = 0;
};

std::optional<http::response> stream(http::route_context&, http::request&, const http::link_maker&) {
  pulls = 0;
  http::response answer;
  answer.stream = std::make_shared<counting_source>();
  return answer;
}

constexpr std::array routes{http::route{http::verb::get, "/stream", stream}};

/// A server under TLS, as "first".
struct secured {
  explicit secured(http::server_options options = {}) : at{with_tls(std::move(options))} {}
  http::server_options with_tls(http::server_options options) {
    test::make_certificate("first", certificate, key);
    identity = http::tls_identity::load(certificate, key).value();
    options.tls = identity;
    options.more_routes = routes;
    return options;
  }
  persistence::test::temp_directory directory;
  std::filesystem::path certificate = directory.path() / "certificate.pem";
  std::filesystem::path key = directory.path() / "key.pem";
  std::shared_ptr<http::tls_identity> identity;
  served at;
};

} // namespace

TEST_CASE("under TLS, requests of one connection are answered in order, uploads and streamed answers among them") {
  secured to;
  raw_client client{to.at.server.port()};
  client.secure();
  CHECK(client.server_name() == "first");
  CHECK(client.protocol() == "http/1.1");
  std::string contacts;
  for (int i = 0; i < 20'000; ++i)
    contacts += (i == 0 ? R"({"phone":"+9198)" : R"(,{"phone":"+9198)") + std::to_string(10'000'000 + i)
                + R"(","name":"A name that is not very short"})";
  const auto body = R"({"name":"n","script_id":"s","language":"hi-IN","contacts":[)" + contacts + "]}";
  REQUIRE(body.size() > 1'000'000);
  client.send(request_text("GET", "/healthz") + request_text("POST", "/v1/campaigns", body)
              + request_text("GET", "/stream") + request_text("HEAD", "/stream") + request_text("GET", "/healthz"));
  CHECK(client.receive().status == 200);
  CHECK(client.receive().json()["total_contacts"] == 20'000);
  client.receive_head();
  for (std::size_t i = 0; i < pieces; ++i)
    REQUIRE(client.receive_chunk() == piece(i));
  CHECK(client.receive_chunk().empty());
  CHECK(client.receive(true).status == 200);
  CHECK(client.receive().status == 200);
  client.send(request_text("GET", "/healthz", {}, "Connection: close\r\n"));
  CHECK(client.receive().status == 200);
  CHECK(client.closed_by_server());
}

TEST_CASE("under TLS, a client that reads slowly is sent no more than it takes") {
  secured to;
  raw_client client{to.at.server.port(), 64 * 1024};
  client.secure();
  client.send(request_text("GET", "/stream"));
  client.receive_head();
  raw_client other{to.at.server.port()};
  other.secure();
  for (int i = 0; i < 300; ++i) {
    other.send(request_text("GET", "/healthz"));
    REQUIRE(other.receive().status == 200);
  }
  CHECK(pulls <= 20);
  for (std::size_t i = 0; i < pieces; ++i)
    REQUIRE(client.receive_chunk() == piece(i));
  CHECK(client.receive_chunk().empty());
}

TEST_CASE("HTTP in the clear to a port that speaks TLS is told so") {
  secured to;
  for (std::string_view method : {"GET", "DELETE"}) {
    raw_client client{to.at.server.port()};
    client.send(request_text(method, "/healthz"));
    const auto reply = client.receive();
    CHECK(reply.status == 400);
    CHECK(reply.json()["code"] == "tls_required");
    client.finish_sending();
    CHECK(client.closed_by_server());
  }
}

TEST_CASE("a handshake that does not come to its end is cut, one that is none at once") {
  http::server_options options;
  options.header_timeout = 50ms;
  secured to{options};
  raw_client silent{to.at.server.port()};
  CHECK(silent.closed_by_server());
  raw_client half{to.at.server.port()};
  half.send("\x16\x03\x01"); // as a handshake begins
  CHECK(half.closed_by_server());
  raw_client wrong{to.at.server.port()};
  wrong.send("\x16" + std::string(2000, 'x'));
  wrong.receive_rest(); // an alert or a reset
  raw_client good{to.at.server.port()};
  good.secure();
  good.send(request_text("GET", "/healthz"));
  CHECK(good.receive().status == 200);
}

TEST_CASE("a stop closes what shakes hands and what is idle") {
  secured to;
  raw_client silent{to.at.server.port()};
  raw_client idle{to.at.server.port()};
  idle.secure();
  idle.send(request_text("GET", "/healthz"));
  CHECK(idle.receive().status == 200);
  to.at.server.stop(10s);
  CHECK(silent.closed_by_server());
  CHECK(idle.closed_by_server());
}

TEST_CASE("a renewed certificate is shown to new connections, and a bad one to nobody") {
  secured to;
  raw_client before{to.at.server.port()};
  before.secure();
  test::make_certificate("second", to.certificate, to.key);
  CHECK(to.identity->reload().has_value());
  raw_client after{to.at.server.port()};
  after.secure();
  CHECK(after.server_name() == "second");
  before.send(request_text("GET", "/healthz"));
  CHECK(before.receive().status == 200);

  const auto refused = [&](const std::filesystem::path& named) {
    const auto reloaded = to.identity->reload();
    REQUIRE_FALSE(reloaded.has_value());
    CHECK_THAT(reloaded.error().detail, Catch::Contains(named.string()));
    raw_client still{to.at.server.port()};
    still.secure();
    CHECK(still.server_name() == "second");
  };
  test::make_certificate("third", to.certificate, to.directory.path() / "other.pem");
  refused(to.key); // belongs to another certificate
  std::ofstream{to.certificate} << "-----BEGIN CERTIFICATE-----\nnonsense\n";
  refused(to.certificate);
  std::filesystem::remove(to.certificate);
  refused(to.certificate);
}

TEST_CASE("a certificate and a key that cannot be used are named") {
  persistence::test::temp_directory directory;
  const auto certificate = directory.path() / "certificate.pem";
  const auto key = directory.path() / "key.pem";
  const auto missing = directory.path() / "missing.pem";
  test::make_certificate("x", certificate, key);
  CHECK(http::tls_identity::load(certificate, key).has_value());
  CHECK_THAT(http::tls_identity::load(missing, key).error().detail,
    Catch::Contains(missing.string()) && Catch::Contains("No such file", Catch::CaseSensitive::No));
  CHECK_THAT(http::tls_identity::load(certificate, missing).error().detail, Catch::Contains(missing.string()));
  CHECK_THAT(http::tls_identity::load(certificate, certificate).error().detail, Catch::Contains("the key in"));
  CHECK_THAT(http::tls_identity::load(key, key).error().detail, Catch::Contains("the certificate in"));
}
