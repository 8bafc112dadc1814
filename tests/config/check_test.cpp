#include "config/check.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::config;

namespace {

/// @returns the key and the words of the fault that `change` makes in the defaults, or "none".
template <class Change>
std::string fault_after(Change change) {
  settings s;
  change(s);
  const auto found = check(s);
  return found ? std::string{found->key} + ": " + found->what : "none";
}

} // namespace

TEST_CASE("the defaults are sound") {
  CHECK(fault_after([](settings&) {}) == "none");
}

TEST_CASE("redial listens where it is told to, but without keys on this machine alone") {
  using Catch::Contains;
  CHECK(fault_after([](auto& s) { s.http.listen = "[::1]:0"; }) == "none");
  CHECK(fault_after([](auto& s) { s.http.listen = "0.0.0.0:8080"; }) == "none");
  CHECK(fault_after([](auto& s) { s.http.insecure_no_auth = true; }) == "none");
  for (const auto* address : {"0.0.0.0:8080", "10.0.0.1:80", "[::]:8080", "redial.example:80"})
    CHECK_THAT(fault_after([&](auto& s) { s.http.listen = address, s.http.insecure_no_auth = true; }),
      Contains("http.insecure_no_auth") && Contains(address));
  CHECK_THAT(fault_after([](auto& s) { s.http.listen = "8080"; }), Contains("HOST:PORT"));
  CHECK_THAT(fault_after([](auto& s) { s.storage.data_dir = ""; }), Contains("storage.data_dir"));
}

TEST_CASE("a certificate and its key go together") {
  CHECK(fault_after([](auto& s) { s.http.tls_cert = "a.pem", s.http.tls_key = "b.pem"; }) == "none");
  CHECK_THAT(fault_after([](auto& s) { s.http.tls_cert = "a.pem"; }), Catch::Contains("http.tls_key"));
  CHECK_THAT(fault_after([](auto& s) { s.http.tls_key = "b.pem"; }), Catch::Contains("http.tls_cert"));
}

TEST_CASE("time runs faster with the simulator only") {
  CHECK(fault_after([](auto& s) { s.clock.speed = 600; }) == "none");
  CHECK_THAT(
    fault_after([](auto& s) { s.gateway.kind = "http", s.clock.speed = 1.5; }), Catch::Contains("clock.speed"));
}

TEST_CASE("a provider has to be found, and to find redial") {
  using Catch::Contains;
  const auto fault = [](auto change) {
    return fault_after([&](settings& s) {
      s.gateway.kind = "http";
      s.gateway.http.base_url = "https://provider.example/v2";
      s.gateway.http.secret = "sixteen letters.";
      change(s);
    });
  };
  CHECK(fault([](settings&) {}) == "none");
  CHECK_THAT(fault([](auto& s) { s.gateway.http.base_url = ""; }), Contains("gateway.http.base_url"));
  CHECK_THAT(fault([](auto& s) { s.gateway.http.base_url = "provider.example"; }), Contains("gateway.http.base_url"));
  CHECK_THAT(fault([](auto& s) { s.gateway.http.secret = "short"; }), Contains("gateway.http.secret"));
  CHECK_THAT(fault([](auto& s) { s.gateway.http.from = "911"; }), Contains("gateway.http.from"));
  CHECK_THAT(fault([](auto& s) { s.http.listen = "127.0.0.1:0"; }), Contains("gateway.http.callback_base_url"));
  CHECK_THAT(fault([](auto& s) { s.http.listen = "0.0.0.0:80"; }), Contains("gateway.http.callback_base_url"));
  CHECK(fault([](settings& s) {
    s.http.listen = "127.0.0.1:0";
    s.gateway.http.callback_base_url = "http://redial.example";
  }) == "none");
}

TEST_CASE("the simulator's settings go together") {
  using Catch::Contains;
  const auto fault = [](auto change) { return fault_after([&](settings& s) { change(s.gateway.simulator); }); };
  CHECK_THAT(fault([](auto& s) { s.outcomes.busy = 0.5; }), Contains("come to 1, come to 1.43"));
  CHECK(fault([](auto& s) { s.outcomes.busy += 1e-7; }) == "none");
  CHECK_THAT(fault([](auto& s) { s.peers_base = "919000000000"; }), Contains("peers_base"));
  CHECK_THAT(fault([](auto& s) { s.ring_mean_ms = 30'000; }), Contains("ring_mean_ms"));
  CHECK(fault([](auto& s) { s.ring_min_ms = s.ring_mean_ms = s.ring_max_ms = 0; }) == "none");
  CHECK_THAT(fault([](auto& s) { s.dispositions["No"] = 1; }), Contains("\"No\""));
  CHECK_THAT(fault([](auto& s) { s.dispositions["dnd"] = -1; }), Contains("dnd"));
  CHECK_THAT(fault([](auto& s) { s.dispositions = {{"dnd", 0}}; }), Contains("more than 0"));
  CHECK(fault([](auto& s) { s.dispositions.clear(); }) == "none");
  CHECK(fault([](auto& s) { s.overrides = {{"07", call_outcome::busy, ""}}; }) == "none");
  CHECK_THAT(fault([](auto& s) { s.overrides = {{"", call_outcome::busy, ""}}; }), Contains("1 to 15 digits"));
  CHECK_THAT(fault([](auto& s) { s.overrides = {{"+7", call_outcome::busy, ""}}; }), Contains("+7"));
  CHECK_THAT(fault([](auto& s) { s.overrides = {{"7", call_outcome::unknown, ""}}; }), Contains("unknown"));
  CHECK_THAT(fault([](auto& s) { s.overrides = {{"7", call_outcome::busy, "dnd"}}; }), Contains("not \"answered\""));
  CHECK_THAT(fault([](auto& s) { s.overrides = {{"7", call_outcome::answered, "Dnd"}}; }), Contains("\"Dnd\""));
}
