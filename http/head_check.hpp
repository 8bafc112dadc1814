/// What must hold of a request's head before anything else is asked.
#pragma once

#include "http/problem.hpp"

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace redial::http {

using request_head = boost::beast::http::request_header<boost::beast::http::fields>;

/// Refuses what would leave it open where this request ends and the next begins, or whom it is for. Beast has refused
/// two different lengths already, and a length together with chunks.
/// @param chunked whether the body will be read in chunks
/// @returns 400, 417 or 501; the connection must be closed after it.
std::optional<problem_details> check_head(const request_head& head, bool chunked);

/// @returns the answer to a parser's error: 431 if the head is too large, 400 otherwise.
problem_details malformed_http(const boost::system::error_code& error);

/// @returns whether a client's request id may be repeated in answers and logs: 1 to 128 printable ASCII characters.
bool is_sane_request_id(std::string_view id) noexcept;

/// The target of a request, as path and query.
struct split_target {
  std::string_view path;
  std::string_view query; ///< what follows the "?"
};
/// @returns the parts of an origin-form target, or of an absolute-form one behind its authority.
split_target split(std::string_view target) noexcept;

} // namespace redial::http
