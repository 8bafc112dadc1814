#include "domain/time.hpp"

#include <catch2/catch.hpp>

using namespace redial;

namespace {

std::string reread(std::string_view text) {
  auto at = parse_rfc3339(text);
  return at ? format_rfc3339(*at) : "refused";
}

} // namespace

TEST_CASE("RFC 3339 date-times are read to the millisecond, in UTC") {
  auto [text, utc] = GENERATE(table<std::string, std::string>({
    {"2024-01-31T09:00:00Z", "2024-01-31T09:00:00.000Z"},
    {"2024-01-31T09:00:00+05:30", "2024-01-31T03:30:00.000Z"},
    {"2024-01-31T09:00:00-08:00", "2024-01-31T17:00:00.000Z"},
    {"2024-01-01T00:30:00+01:00", "2023-12-31T23:30:00.000Z"},
    {"2024-01-31T09:00:00-00:00", "2024-01-31T09:00:00.000Z"},
    {"2024-01-31T09:00:00+23:59", "2024-01-30T09:01:00.000Z"},
    {"2024-01-31t09:00:00z", "2024-01-31T09:00:00.000Z"},
    {"2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000Z"},
    {"2000-02-29T12:00:00Z", "2000-02-29T12:00:00.000Z"},
    // fractions are cut, not rounded
    {"2024-01-31T09:00:00.1Z", "2024-01-31T09:00:00.100Z"},
    {"2024-01-31T09:00:00.12Z", "2024-01-31T09:00:00.120Z"},
    {"2024-01-31T09:00:00.123Z", "2024-01-31T09:00:00.123Z"},
    {"2024-01-31T09:00:00.1239999999999999999999Z", "2024-01-31T09:00:00.123Z"},
    {"2024-01-31T09:00:00.000+05:30", "2024-01-31T03:30:00.000Z"},
    {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
    // a leap second is the second after it
    {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
    {"1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00.000Z"},
    // the edges of four digits
    {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"},
    {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
  }));
  CAPTURE(text);
  CHECK(reread(text) == utc);
  CHECK(reread(utc) == utc);
}

TEST_CASE("what is not an RFC 3339 date-time is refused") {
  auto text = GENERATE(as<std::string>{}, "", "2024", "2024-01-31", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z",
    "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2024-04-31T00:00:00Z",
    "2024-01-00T00:00:00Z", "2024-01-32T00:00:00Z", "2024-01-31T24:00:00Z", "2024-01-31T09:60:00Z",
    "2024-01-31T09:00:61Z", "2024-01-31T09:00:00", "2024-01-31T09:00Z", "2024-01-31T09Z", "2024-01-31 09:00:00Z",
    "2024-01-31T09:00:00+0530", "2024-01-31T09:00:00+05", "2024-01-31T09:00:00+24:00", "2024-01-31T09:00:00+05:60",
    "2024-01-31T09:00:00.Z", "2024-01-31T09:00:00,5Z", "2024-01-31T09:00:00Zx", "2024-01-31T09:00:00Z ",
    " 2024-01-31T09:00:00Z", "2024-01-31T09:00:00+05:30Z", "2024-1-31T09:00:00Z", "24-01-31T09:00:00Z",
    "20240131T090000Z", "12024-01-31T09:00:00Z", "-024-01-31T09:00:00Z", "2024-01-31T-9:00:00Z", "2024-01-31T+9:00:00Z",
    "2024-01-31T09:00:00.-1Z", "2024/01/31T09:00:00Z", "2024-01-31T09:00:00 Z",
    "2024-01-31T09:00:00\xE2\x88\x92"
    "05:30",
    "yesterday", "1706671800");
  CAPTURE(text);
  CHECK_FALSE(parse_rfc3339(text));
}

TEST_CASE("every day of four centuries comes back from its text") {
  auto day = *parse_date("1900-01-01");
  std::string before;
  for (int i = 0; i < 146097; ++i, day += std::chrono::hours{24}) {
    auto text = format_rfc3339(day);
    REQUIRE(text > before);
    REQUIRE(parse_rfc3339(text) == day);
    REQUIRE(parse_date(std::string_view{text}.substr(0, 10)) == day);
    before = std::move(text);
  }
  CHECK(day == *parse_date("2300-01-01"));
}

TEST_CASE("dates are midnight in UTC") {
  CHECK(format_rfc3339(*parse_date("2024-01-31")) == "2024-01-31T00:00:00.000Z");
  CHECK(format_rfc3339(*parse_date("2024-02-29")) == "2024-02-29T00:00:00.000Z");
  auto text = GENERATE(as<std::string>{}, "", "2024-13-01", "2024-02-30", "2023-02-29", "2024-1-1", "2024-01",
    "20240131", "2024-01-31T", "2024-01-31Z", "2024-01-31 ", "31-01-2024", "2024-01-311", "today");
  CAPTURE(text);
  CHECK_FALSE(parse_date(text));
}

TEST_CASE("time zones are those of the IANA database") {
  for (auto name : {"Asia/Kolkata", "Europe/Berlin", "America/New_York", "UTC", "Etc/UTC",
         "Asia/Calcutta" /* an old name, still good */}) {
    CAPTURE(name);
    CHECK(is_known_timezone(name));
  }
  for (auto name : {"", "Asia", "Asia/Atlantis", "asia/kolkata", "IST+5:30", "+05:30", "localtime", "posixrules",
         "zone.tab", "../UTC", "Asia/../UTC", "/usr/share/zoneinfo/UTC", " UTC", "UTC "}) {
    CAPTURE(name);
    CHECK_FALSE(is_known_timezone(name));
  }
}
