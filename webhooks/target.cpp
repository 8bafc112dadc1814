#include "webhooks/target.hpp"

#include "outbound/base_url.hpp"
#include "webhooks/address_policy.hpp"

#include <boost/asio/ip/address.hpp>

namespace redial::webhooks {

namespace {

constexpr std::size_t longest_url = 2048;

problem wrong(std::string detail) { return {error_code::invalid_value, std::move(detail), "/url"}; }

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool is_path(std::string_view path) {
  constexpr std::string_view allowed = "/-._~!$&'()*+,;=:@?";
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (c == '%') {
      if (i + 2 >= path.size() || !is_hex(path[i + 1]) || !is_hex(path[i + 2]))
        return false;
      i += 2;
    } else if (!plain && allowed.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

} // namespace

result<target> parse_target(std::string_view url, const target_policy& policy) {
  if (url.size() > longest_url)
    return wrong("must have at most 2048 characters");
  const auto scheme_end = url.find("://");
  const auto rest = scheme_end == std::string_view::npos ? std::string_view::npos : scheme_end + 3;
  const auto path_begin = rest == std::string_view::npos ? rest : url.find_first_of("/?#", rest);
  const auto base = outbound::parse_base_url(url.substr(0, path_begin));
  if (!base)
    return wrong("must be an https:// URL without a user: " + base.error().detail);
  if (!base->tls && !policy.allow_http)
    return wrong("must begin with https://");
  target to{base->tls, base->host, base->port, base->authority, "/"};
  if (path_begin != std::string_view::npos) {
    const auto path = url.substr(path_begin);
    if (path.find('#') != std::string_view::npos)
      return wrong("must have no fragment");
    if (!is_path(path))
      return wrong("has characters that must be escaped");
    to.path = path.front() == '?' ? "/" + std::string{path} : std::string{path};
  }
  if (!policy.allow_private) {
    boost::system::error_code is_name;
    const auto address = boost::asio::ip::make_address(to.host, is_name);
    if (is_name ? names_local_host(to.host) : !is_public(address))
      return wrong("must not lead to an address that is not public");
  }
  return to;
}

} // namespace redial::webhooks
