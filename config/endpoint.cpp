#include "config/endpoint.hpp"

#include <algorithm>
#include <charconv>

namespace redial::config {

namespace {

/// @returns the decimal number that `text` is, all of it and without leading zeros, or nullopt.
std::optional<unsigned> parse_number(std::string_view text, unsigned max) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value > max || (text.size() > 1 && text[0] == '0'))
    return std::nullopt;
  return value;
}

} // namespace

std::optional<endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  auto host = text.substr(0, colon);
  const auto port = parse_number(text.substr(colon + 1), 65'535);
  if (!port)
    return std::nullopt;
  const auto all_in = [](std::string_view s, std::string_view allowed) {
    return !s.empty() && s.find_first_not_of(allowed) == std::string_view::npos;
  };
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!all_in(host, "0123456789abcdefABCDEF:."))
      return std::nullopt;
  } else if (!all_in(host, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_")) {
    return std::nullopt;
  }
  return endpoint{std::string{host}, static_cast<std::uint16_t>(*port)};
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "::1")
    return true;
  int parts = 0;
  bool first_is_127 = false;
  for (std::string_view rest = host;; ++parts) {
    const auto dot = rest.find('.');
    const auto part = parse_number(rest.substr(0, dot), 255);
    if (!part || parts == 4)
      return false;
    if (parts == 0)
      first_is_127 = *part == 127;
    if (dot == std::string_view::npos)
      return first_is_127 && parts == 3;
    rest.remove_prefix(dot + 1);
  }
}

} // namespace redial::config
