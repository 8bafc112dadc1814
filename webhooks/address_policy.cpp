#include "webhooks/address_policy.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <string>

namespace redial::webhooks {

namespace {

namespace ip = boost::asio::ip;

struct v4_range {
  std::uint32_t network;
  unsigned bits;
};

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

// The IANA registry of special-purpose IPv4 addresses, and what lies above.
constexpr std::array not_public_v4{
  v4_range{v4(0, 0, 0, 0), 8},       // this network
  v4_range{v4(10, 0, 0, 0), 8},      // private
  v4_range{v4(100, 64, 0, 0), 10},   // shared with the provider (CGNAT)
  v4_range{v4(127, 0, 0, 0), 8},     // loopback
  v4_range{v4(169, 254, 0, 0), 16},  // link-local; metadata services
  v4_range{v4(172, 16, 0, 0), 12},   // private
  v4_range{v4(192, 0, 0, 0), 24},    // protocol assignments
  v4_range{v4(192, 0, 2, 0), 24},    // documentation
  v4_range{v4(192, 88, 99, 0), 24},  // 6to4 relays
  v4_range{v4(192, 168, 0, 0), 16},  // private
  v4_range{v4(198, 18, 0, 0), 15},   // benchmarks
  v4_range{v4(198, 51, 100, 0), 24}, // documentation
  v4_range{v4(203, 0, 113, 0), 24},  // documentation
  v4_range{v4(224, 0, 0, 0), 4},     // multicast
  v4_range{v4(240, 0, 0, 0), 4},     // reserved, broadcast
};

bool is_public_v4(std::uint32_t address) noexcept {
  return std::none_of(not_public_v4.begin(), not_public_v4.end(),
    [&](const v4_range& range) { return (address >> (32U - range.bits)) == (range.network >> (32U - range.bits)); });
}

using v6_bytes = ip::address_v6::bytes_type;

std::uint32_t last_four(const v6_bytes& bytes) noexcept { return v4(bytes[12], bytes[13], bytes[14], bytes[15]); }

bool starts_with(const v6_bytes& bytes, std::initializer_list<unsigned> prefix) noexcept {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

bool is_public_v6(const v6_bytes& bytes) noexcept {
  if (starts_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})) // IPv4-mapped
    return is_public_v4(last_four(bytes));
  if (starts_with(bytes, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) // NAT64
    return is_public_v4(last_four(bytes));
  // Of all the others only 2000::/3 is given out.
  if ((bytes[0] & 0xe0U) != 0x20U)
    return false;
  return !(starts_with(bytes, {0x20, 0x02})                                   // 6to4
           || (starts_with(bytes, {0x20, 0x01}) && (bytes[2] & 0xfeU) == 0)   // 2001::/23: Teredo and others
           || starts_with(bytes, {0x20, 0x01, 0x0d, 0xb8})                    // documentation
           || (starts_with(bytes, {0x3f, 0xff}) && (bytes[2] & 0xf0U) == 0)); // documentation
}

} // namespace

bool is_public(const ip::address& address) noexcept {
  return address.is_v4() ? is_public_v4(address.to_v4().to_uint()) : is_public_v6(address.to_v6().to_bytes());
}

bool names_local_host(std::string_view host) noexcept {
  if (host.ends_with('.'))
    host.remove_suffix(1);
  const auto dot = host.rfind('.');
  auto last = std::string{dot == std::string_view::npos ? host : host.substr(dot + 1)};
  std::transform(last.begin(), last.end(), last.begin(), [](unsigned char c) { return std::tolower(c); });
  if (last == "localhost")
    return true;
  const auto digits = std::string_view{last};
  const auto is_hex =
    digits.starts_with("0x") && digits.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
  return !last.empty() && (is_hex || digits.find_first_not_of("0123456789") == std::string_view::npos);
}

} // namespace redial::webhooks
