/// The URL of a webhook, taken apart.
#pragma once

#include "domain/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace redial::webhooks {

struct target {
  bool tls = false;
  std::string host; ///< name or address, an IPv6 address without its brackets
  std::uint16_t port = 0;
  std::string authority; ///< for the header Host
  std::string path;      ///< "/…", with the query if there is one

  friend bool operator==(const target&, const target&) = default;
};

/// What URLs may look like.
struct target_policy {
  bool allow_http = false;    ///< in the clear
  bool allow_private = false; ///< addresses that are not public
};

/// Reads "https://HOST[:PORT][/PATH][?QUERY]" strictly: at most 2,048 characters, no user, no fragment, nothing that
/// would have to be escaped, and no host of which it is plain that the policy forbids it.
/// @returns `invalid_value` saying what is wrong.
result<target> parse_target(std::string_view url, const target_policy& policy);

} // namespace redial::webhooks
