#include "outbound/base_url.hpp"
#include "outbound/retry_after.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::outbound;
using namespace std::chrono_literals;

TEST_CASE("a base URL is taken apart") {
  CHECK(*parse_base_url("http://provider.test") == base_url{false, "provider.test", 80, "", "provider.test"});
  CHECK(*parse_base_url("https://provider.test/") == base_url{true, "provider.test", 443, "", "provider.test"});
  CHECK(*parse_base_url("https://a-b.test:8443/v1/tel%20ephony//")
        == base_url{true, "a-b.test", 8443, "/v1/tel%20ephony", "a-b.test:8443"});
  CHECK(*parse_base_url("http://127.0.0.1:1") == base_url{false, "127.0.0.1", 1, "", "127.0.0.1:1"});
  CHECK(*parse_base_url("http://[::1]:65535/x") == base_url{false, "::1", 65535, "/x", "[::1]:65535"});
  CHECK(*parse_base_url("https://[2001:db8::7]") == base_url{true, "2001:db8::7", 443, "", "[2001:db8::7]"});
}

TEST_CASE("what is no base URL is refused") {
  for (const auto* text : {"", "provider.test", "ftp://provider.test", "HTTP://provider.test", "http:/provider.test",
         "http://", "http:///path", "http://:80", "http://-a.test", "http://a..test", "http://.test", "http://a_b.test",
         "http://a b.test", "http://user@a.test", "http://user:pw@a.test", "http://a.test:", "http://a.test:0",
         "http://a.test:65536", "http://a.test:-1", "http://a.test:8 ", "http://a.test:80:80", "http://[::1",
         "http://[::g]", "http://[::1]8080", "http://[]", "http://::1", "http://a.test?x=1", "http://a.test/?x",
         "http://a.test/#x", "http://a.test/a b", "http://a.test/%2", "http://a.test/%zz", "http://a.test/\r\nX: y",
         "http://a.test/<", "http://a.test\\b"}) {
    CAPTURE(text);
    const auto read = parse_base_url(text);
    REQUIRE(read.has_error());
    CHECK(read.error().code == error_code::invalid_value);
  }
}

TEST_CASE("Retry-After is read as seconds or as an instant") {
  const auto now = std::chrono::system_clock::from_time_t(784'111'777); // Sun, 06 Nov 1994 08:49:37 GMT
  CHECK(read_retry_after("0", now) == 0ms);
  CHECK(read_retry_after("120", now) == 120s);
  CHECK(read_retry_after("86401", now) == 24h);
  CHECK(read_retry_after("99999999999999999999", now) == 24h);
  CHECK(read_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now) == 60s);
  CHECK(read_retry_after("Sun, 06 Nov 1994 08:49:36 GMT", now) == 0ms);
  CHECK(read_retry_after("Sun, 06 Nov 2094 08:49:37 GMT", now) == 24h);
  for (const auto* text :
    {"", "-1", "+1", "1.5", "soon", "1 s", "Sun, 06 Nov 1994 08:50:37", "Sun, 06 Nov 1994 08:50:37 GMT+1"})
    CHECK(read_retry_after(text, now) == 0ms);
}
