#include "http/query.hpp"

#include <charconv>

namespace redial::http {

namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

} // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

query_reader::query_reader(std::string_view query) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (pair.empty())
      continue;
    const auto equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (!name || !value) {
      faults_.add_parameter(std::string{pair.substr(0, equals)}, "has a % that two hexadecimal digits do not follow");
      continue;
    }
    parameters_.push_back({std::move(*name), std::move(*value)});
  }
  taken_.resize(parameters_.size());
}

std::optional<std::string_view> query_reader::text(std::string_view name) {
  auto values = all(name);
  if (values.empty())
    return std::nullopt;
  if (values.size() > 1)
    refuse(name, "is given more than once");
  return values.front();
}

std::vector<std::string_view> query_reader::all(std::string_view name) {
  std::vector<std::string_view> values;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].name == name) {
      taken_[i] = true;
      values.emplace_back(parameters_[i].value);
    }
  }
  return values;
}

std::uint64_t query_reader::number(
  std::string_view name, std::uint64_t low, std::uint64_t high, std::uint64_t otherwise) {
  auto given = text(name);
  if (!given)
    return otherwise;
  std::uint64_t value = 0;
  const auto* end = given->data() + given->size();
  auto [stop, error] = std::from_chars(given->data(), end, value);
  if (error != std::errc{} || stop != end || value < low || value > high) {
    refuse(name, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return otherwise;
  }
  return value;
}

std::optional<time_point> query_reader::instant(std::string_view name, bool whole_day) {
  const auto given = text(name);
  if (!given)
    return std::nullopt;
  if (auto at = parse_rfc3339(*given))
    return at;
  // In a query a plus sign that was not encoded arrives as a space.
  if (auto space = given->rfind(' '); space != std::string_view::npos) {
    std::string mended{*given};
    mended[space] = '+';
    if (auto at = parse_rfc3339(mended))
      return at;
  }
  if (auto day = parse_date(*given))
    return whole_day ? *day + std::chrono::days{1} - milliseconds{1} : *day;
  refuse(name, "must be an ISO 8601 date or date-time, for instance 2024-01-31 or 2024-01-31T09:00:00Z");
  return std::nullopt;
}

void query_reader::refuse(std::string_view name, std::string detail) {
  faults_.add_parameter(std::string{name}, std::move(detail));
}

std::optional<problem_details> query_reader::finish() {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!taken_[i])
      refuse(parameters_[i].name, "is not a parameter of this resource");
  }
  if (faults_.empty())
    return std::nullopt;
  problem_details details;
  details.status = 400;
  details.code = "invalid_parameter";
  const auto& first = faults_.first().front();
  details.detail = "Query parameter " + first.parameter + " " + first.detail + ".";
  details.faults = std::move(faults_);
  return details;
}

} // namespace redial::http
