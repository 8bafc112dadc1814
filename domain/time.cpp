#include "domain/time.hpp"

#include <date/tz.h>

#include <array>
#include <cstdio>

namespace redial {

namespace {

/// Reads exactly `digits` decimal digits off the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits)
    return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, digits)) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take_char(std::string_view& text, std::string_view one_of) {
  if (text.empty() || one_of.find(text.front()) == std::string_view::npos)
    return false;
  text.remove_prefix(1);
  return true;
}

std::optional<date::sys_days> take_date(std::string_view& text) {
  auto year = take_number(text, 4);
  if (!year || !take_char(text, "-"))
    return std::nullopt;
  auto month = take_number(text, 2);
  if (!month || !take_char(text, "-"))
    return std::nullopt;
  auto day = take_number(text, 2);
  if (!day)
    return std::nullopt;
  date::year_month_day ymd{
    date::year{*year}, date::month{static_cast<unsigned>(*month)}, date::day{static_cast<unsigned>(*day)}};
  if (!ymd.ok())
    return std::nullopt;
  return date::sys_days{ymd};
}

std::optional<milliseconds> take_time_of_day(std::string_view& text) {
  auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take_char(text, ":"))
    return std::nullopt;
  auto minute = take_number(text, 2);
  if (!minute || *minute > 59 || !take_char(text, ":"))
    return std::nullopt;
  auto second = take_number(text, 2);
  if (!second || *second > 60)
    return std::nullopt;
  int millis = 0;
  if (take_char(text, ".")) {
    int scale = 100;
    std::size_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      millis += (text.front() - '0') * scale;
      scale /= 10;
      ++digits;
      text.remove_prefix(1);
    }
    if (digits == 0)
      return std::nullopt;
  }
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second}
         + milliseconds{millis};
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take_char(text, "Zz"))
    return std::chrono::minutes{0};
  if (text.empty())
    return std::nullopt;
  const bool west = text.front() == '-';
  if (!take_char(text, "+-"))
    return std::nullopt;
  auto hours = take_number(text, 2);
  if (!hours || *hours > 23 || !take_char(text, ":"))
    return std::nullopt;
  auto minutes = take_number(text, 2);
  if (!minutes || *minutes > 59)
    return std::nullopt;
  auto offset = std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
  return west ? -offset : offset;
}

} // namespace

std::optional<time_point> parse_rfc3339(std::string_view text) {
  auto day = take_date(text);
  if (!day || !take_char(text, "Tt"))
    return std::nullopt;
  auto time = take_time_of_day(text);
  if (!time)
    return std::nullopt;
  auto offset = take_offset(text);
  if (!offset || !text.empty())
    return std::nullopt;
  return time_point{day->time_since_epoch() + *time - *offset};
}

std::optional<time_point> parse_date(std::string_view text) {
  auto day = take_date(text);
  if (!day || !text.empty())
    return std::nullopt;
  return time_point{milliseconds{day->time_since_epoch()}};
}

std::string format_rfc3339(time_point at) {
  auto day = date::floor<date::days>(at);
  date::year_month_day ymd{day};
  date::hh_mm_ss<milliseconds> time{at - day};
  std::array<char, 40> buffer{};
  auto size = std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
    static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
    static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return {buffer.data(), static_cast<std::size_t>(size)};
}

bool is_known_timezone(std::string_view name) {
  // Files of the machine's own among the zones: they name no zone, and mean another one elsewhere.
  if (name == "localtime" || name == "posixrules")
    return false;
  for (const auto& zone : date::get_tzdb().zones) {
    if (zone.name() == name)
      return true;
  }
#if !USE_OS_TZDB
  for (const auto& link : date::get_tzdb().links) {
    if (link.name() == name)
      return true;
  }
#endif
  return false;
}

} // namespace redial
