#include "telephony/http/signature.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::telephony;

namespace {

constexpr std::string_view secret = "whsec_example";
constexpr std::string_view body = R"({"event":"answered"})";
constexpr std::int64_t now = 1'700'000'000;
// printf '1700000000.{"event":"answered"}' | openssl dgst -sha256 -hmac whsec_example
constexpr std::string_view known = "t=1700000000,v1=aa669dd997ac4a920408c172857cd834b23b54de16ea3bd0db7bef3be9f8ce10";

std::string refusal(std::string_view header, std::int64_t at = now) {
  const auto checked = check_signature(header, secret, at, body);
  if (checked)
    return "accepted";
  CHECK(checked.error().code == error_code::unauthorized);
  return checked.error().detail;
}

} // namespace

TEST_CASE("a signature is that of the openssl command") {
  CHECK(sign(secret, now, body) == known);
  // printf '1700000000.' | openssl dgst -sha256 -hmac whsec_example
  CHECK(sign(secret, now, "") == "t=1700000000,v1=f2ce10def6b01dbe65f901efbc106851ac9db936edf773b593801c842bb7a1a1");
}

TEST_CASE("what was signed is accepted for five minutes either way") {
  CHECK(check_signature(known, secret, now, body));
  CHECK(check_signature(known, secret, now + 300, body));
  CHECK(check_signature(known, secret, now - 300, body));
  CHECK(refusal(known, now + 301).find("too old") != std::string::npos);
  CHECK(refusal(known, now - 301).find("future") != std::string::npos);
}

TEST_CASE("another body, secret, stamp or digit is refused") {
  CHECK(check_signature(known, secret, now, "{}").has_error());
  CHECK(check_signature(known, "another", now, body).has_error());
  CHECK(check_signature(known, "", now, body).has_error());
  auto changed = std::string{known};
  changed[2] = '2';
  CHECK(refusal(changed).find("does not match") != std::string::npos);
  for (std::size_t i = known.size() - 64; i < known.size(); ++i) {
    changed = known;
    changed[i] = changed[i] == '0' ? '1' : '0';
    CHECK(refusal(changed).find("does not match") != std::string::npos);
  }
}

TEST_CASE("a header of another form is refused and named") {
  CHECK(refusal("").find("absent") != std::string::npos);
  const std::string mac{known.substr(known.size() - 64)};
  for (const auto& header : {std::string{"t=1700000000"}, "v1=" + mac, "v1=" + mac + ",t=1700000000", "t=,v1=" + mac,
         "t=-1700000000,v1=" + mac, "t=1700000000x,v1=" + mac, "t=+1700000000,v1=" + mac,
         "t=99999999999999999999,v1=" + mac, "t=1700000000,v1=" + mac + "0", "t=1700000000,v1=" + mac.substr(1),
         "t=1700000000, v1=" + mac, "t=1700000000,v2=" + mac, "t=1700000000,v1=" + mac + ",v1=" + mac}) {
    CAPTURE(header);
    CHECK(refusal(header).find("not of the form") != std::string::npos);
  }
}

TEST_CASE("a signature of upper case digits is not the one asked for") {
  auto upper = std::string{known};
  for (auto& c : upper)
    c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  CHECK(refusal(upper).find("does not match") != std::string::npos);
}
