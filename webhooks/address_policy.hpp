/// Which addresses webhooks may lead to.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <string_view>

namespace redial::webhooks {

/// @returns whether `address` is one of the public internet: not private, loopback, link-local, unique local, shared
/// (CGNAT), multicast, reserved, for documentation or for benchmarks. An IPv4 address that is wrapped in an IPv6 one
/// (mapped, NAT64) counts as what it is.
bool is_public(const boost::asio::ip::address& address) noexcept;

/// @returns whether `host` names this machine without a look at any address: localhost and what lies below it, and
/// numbers that some resolvers take for addresses ("127.1", "0x7f000001", "2130706433").
bool names_local_host(std::string_view host) noexcept;

} // namespace redial::webhooks
