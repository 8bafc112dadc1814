#include "tests/show_result.hpp"
#include "webhooks/target.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::webhooks;

TEST_CASE("URLs of webhooks are taken apart") {
  const target_policy strict;
  CHECK(parse_target("https://hooks.example.com/a/b?key=1&x=%20", strict).value()
        == target{true, "hooks.example.com", 443, "hooks.example.com", "/a/b?key=1&x=%20"});
  CHECK(parse_target("https://hooks.example.com", strict).value().path == "/");
  CHECK(parse_target("https://hooks.example.com?a=b", strict).value().path == "/?a=b");
  CHECK(parse_target("https://hooks.example.com/end/", strict).value().path == "/end/");
  CHECK(parse_target("https://8.8.8.8:8443/x", strict).value() == target{true, "8.8.8.8", 8443, "8.8.8.8:8443", "/x"});
  CHECK(parse_target("https://[2606:4700::1111]/x", strict).value()
        == target{true, "2606:4700::1111", 443, "[2606:4700::1111]", "/x"});
  CHECK(parse_target("http://127.0.0.1:8080/x", {true, true}).value().port == 8080);
  CHECK(parse_target("http://localhost/x", {true, true}).has_value());
}

TEST_CASE("URLs to which nothing is ever sent are refused by name") {
  const target_policy strict;
  for (const std::string url :
    {"", "hooks.example.com", "ftp://hooks.example.com", "http://hooks.example.com/", "https://", "https:///x",
      "https://user@hooks.example.com/", "https://user:secret@hooks.example.com/", "https://hooks.example.com/#a",
      "https://hooks.example.com/a b", "https://hooks.example.com/%zz", "https://hooks.example.com:0/",
      "https://hooks.example.com:99999/", "https://hooks.example.com/\r\nX: y", "https://127.0.0.1/", "https://[::1]/",
      "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/", "https://[::ffff:127.0.0.1]/",
      "https://[fe80::1]/", "https://localhost/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
      "https://hooks.example.com@127.0.0.1/", "https://100.64.0.1/", "https://\xC3\xA9.example/"}) {
    CAPTURE(url);
    const auto to = parse_target(url, strict);
    REQUIRE(to.has_error());
    CHECK(to.error().code == error_code::invalid_value);
    CHECK(to.error().pointer == "/url");
  }
  CHECK(parse_target("https://hooks.example.com/" + std::string(2048, 'a'), strict).has_error());
  // Each permission is one of its own.
  CHECK(parse_target("http://127.0.0.1/", {true, false}).has_error());
  CHECK(parse_target("http://127.0.0.1/", {false, true}).has_error());
}
