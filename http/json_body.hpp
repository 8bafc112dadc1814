/// Small JSON bodies as a document, strictly: duplicate members and deep nesting are refused.
#pragma once

#include "http/problem.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string_view>

namespace redial::http {

/// How many containers may be open at once in anything that a client sends.
inline constexpr unsigned max_json_depth = 64;

/// Where a text stands in the request, so that what is wrong with it can be named.
struct json_place {
  std::uint64_t offset = 0; ///< of its first byte in the body
  std::string pointer;      ///< to the value that it is
};

/// @returns 400 for a body that the parser would let pass, or whose fault it would not name: one of white space alone,
/// and one with a NUL, at which the parser ends as if the text did.
std::optional<problem_details> refuse_unparsed(std::string_view text, const json_place& place = {});

/// Parses the whole of `text`. @returns the document; 400 `malformed_json` if it is not JSON, 422 naming the member if
/// one stands twice or a number is too large to be kept.
checked<nlohmann::json> parse_json(std::string_view text, const json_place& place = {});

} // namespace redial::http
