#include "http/head_check.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace redial::http {

namespace beast = boost::beast;
using beast::http::field;

namespace {

problem_details malformed(std::string detail) { return refusal(400, "malformed_http", std::move(detail)); }

} // namespace

std::optional<problem_details> check_head(const request_head& head, bool chunked) {
  const bool http_1_0 = head.version() == 10;
  const auto hosts = head.count(field::host);
  if (hosts > 1 || (hosts == 0 && !http_1_0))
    return malformed("A request has exactly one Host header field.");
  if (head.count(field::transfer_encoding) > 0) {
    if (http_1_0)
      return malformed("HTTP/1.0 has no Transfer-Encoding.");
    if (!chunked)
      return malformed("Transfer-Encoding must end with chunked.");
    if (!beast::iequals(head[field::transfer_encoding], "chunked"))
      return refusal(501, "not_implemented", "Of the transfer codings, only chunked is implemented.");
  }
  if (const auto expect = head[field::expect]; !expect.empty() && !beast::iequals(expect, "100-continue"))
    return refusal(417, "expectation_failed", "Only the expectation 100-continue can be met.");
  return std::nullopt;
}

problem_details malformed_http(const boost::system::error_code& error) {
  if (error == beast::http::error::header_limit)
    return refusal(431, "header_too_large", "The request line and header fields are too large.");
  return malformed("This is not a well-formed HTTP/1.1 request: " + error.message() + ".");
}

bool is_sane_request_id(std::string_view id) noexcept {
  constexpr std::size_t longest = 128;
  auto printable = [](char c) { return c > ' ' && c < '\x7F'; };
  return !id.empty() && id.size() <= longest && std::all_of(id.begin(), id.end(), printable);
}

split_target split(std::string_view target) noexcept {
  if (!target.empty() && target.front() != '/') {
    if (const auto scheme = target.find("://"); scheme != std::string_view::npos) {
      const auto path = target.find_first_of("/?", scheme + 3);
      target = path == std::string_view::npos ? std::string_view{"/"} : target.substr(path);
    }
  }
  target = target.substr(0, target.find('#'));
  const auto mark = target.find('?');
  if (mark == std::string_view::npos)
    return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

} // namespace redial::http
