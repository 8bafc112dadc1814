#include "config/endpoint.hpp"

#include <catch2/catch.hpp>

using namespace redial::config;

TEST_CASE("endpoints are read as host and port") {
  CHECK(parse_endpoint("127.0.0.1:8080") == endpoint{"127.0.0.1", 8080});
  CHECK(parse_endpoint("[::1]:0") == endpoint{"::1", 0});
  CHECK(parse_endpoint("localhost:65535") == endpoint{"localhost", 65535});
  CHECK(parse_endpoint("my-host.example:80") == endpoint{"my-host.example", 80});
}

TEST_CASE("what is no endpoint is refused") {
  for (const auto* text : {"", ":", ":80", "localhost", "localhost:", "localhost:65536", "localhost:-1", "localhost:8o",
         "localhost: 80", "localhost:080", "::1:80", "[::1]80", "[]:80", "[::1:80", "a b:80", "http://localhost:80"})
    CHECK_FALSE(parse_endpoint(text).has_value());
}

TEST_CASE("only addresses of this machine are loopback") {
  for (const auto* host : {"localhost", "::1", "127.0.0.1", "127.255.255.255", "127.0.0.0"})
    CHECK(is_loopback(host));
  for (const auto* host :
    {"", "0.0.0.0", "::", "128.0.0.1", "10.127.0.1", "127.0.0", "127.0.0.1.1", "127.0.0.256", "127.0.0.1.example.org",
      "127.1", "127", "0127.0.0.1", "127.0.0.01", "127..0.1", "localhost.example.org", "::ffff:8.8.8.8", "127.0.0.1 "})
    CHECK_FALSE(is_loopback(host));
}
