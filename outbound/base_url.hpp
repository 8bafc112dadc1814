/// The URL of somebody else's server, taken apart.
#pragma once

#include "domain/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace redial::outbound {

struct base_url {
  bool tls = false;
  std::string host; ///< name or address, an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string path;      ///< empty, or "/…" without a slash at its end
  std::string authority; ///< for the header Host

  friend bool operator==(const base_url&, const base_url&) = default;
};

/// Reads "http://HOST[:PORT][/PATH]" or "https://…", strictly: no user, no query, no fragment, nothing that would have
/// to be escaped.
/// @returns `invalid_value` saying what is wrong.
result<base_url> parse_base_url(std::string_view text);

} // namespace redial::outbound
