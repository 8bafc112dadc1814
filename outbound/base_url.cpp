#include "outbound/base_url.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <charconv>

namespace redial::outbound {

namespace {

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

problem wrong(std::string detail) { return {error_code::invalid_value, "the base URL " + std::move(detail), {}}; }

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > 253 || host.front() == '.' || host.front() == '-')
    return false;
  return host.find("..") == std::string_view::npos
         && std::all_of(host.begin(), host.end(), [](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; });
}

bool is_path(std::string_view path) {
  constexpr std::string_view allowed = "/-._~!$&'()*+,;=:@";
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%') {
      if (i + 2 >= path.size() || !is_hex(path[i + 1]) || !is_hex(path[i + 2]))
        return false;
      i += 2;
    } else if (!is_alphanumeric(path[i]) && allowed.find(path[i]) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

} // namespace

result<base_url> parse_base_url(std::string_view text) {
  base_url url;
  if (text.starts_with("https://"))
    url.tls = true;
  else if (!text.starts_with("http://"))
    return wrong("begins with neither http:// nor https://");
  auto rest = text.substr(url.tls ? 8 : 7);
  if (rest.find_first_of("?#") != std::string_view::npos)
    return wrong("has a query or a fragment");

  const auto slash = rest.find('/');
  auto authority = rest.substr(0, slash);
  if (slash != std::string_view::npos)
    url.path = rest.substr(slash);
  while (url.path.ends_with('/'))
    url.path.pop_back();
  if (!is_path(url.path))
    return wrong("has a path with characters that must be escaped");
  if (authority.find('@') != std::string_view::npos)
    return wrong("names a user");
  url.authority = authority;

  boost::system::error_code not_an_address;
  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    url.host = authority.substr(1, end == std::string_view::npos ? end : end - 1);
    boost::asio::ip::make_address_v6(url.host, not_an_address);
    if (end == std::string_view::npos || not_an_address)
      return wrong("has no IPv6 address in its brackets");
    port = authority.substr(end + 1);
    has_port = !port.empty();
    if (has_port && port.front() != ':')
      return wrong("goes on after the address in brackets");
    if (has_port)
      port.remove_prefix(1);
  } else {
    const auto colon = authority.find(':');
    url.host = authority.substr(0, colon);
    has_port = colon != std::string_view::npos;
    if (has_port)
      port = authority.substr(colon + 1);
    if (!is_host_name(url.host))
      return wrong("has no host name or address");
  }

  url.port = url.tls ? 443 : 80;
  if (has_port) {
    const auto read = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (read.ec != std::errc{} || read.ptr != port.data() + port.size() || url.port == 0)
      return wrong("has a port that is not a number from 1 to 65535");
  }
  return url;
}

} // namespace redial::outbound
