/// Where a server listens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace redial::config {

struct endpoint {
  std::string host; ///< without the brackets of an IPv6 address
  std::uint16_t port = 0;

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

/// Reads "HOST:PORT", where HOST is a name, an IPv4 address or an IPv6 address in brackets, and PORT 0 to 65535.
/// @returns nullopt on anything else.
std::optional<endpoint> parse_endpoint(std::string_view text);

/// @returns whether `host` can be reached from this machine alone: 127.0.0.0/8, ::1 or localhost.
bool is_loopback(std::string_view host);

} // namespace redial::config
