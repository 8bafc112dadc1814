/// Small JSON bodies as a document, strictly: duplicate members and deep nesting are refused.
#pragma once

#include "http/problem.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
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

/// @returns 400 for a body in which `found` stands at `offset`, where only what `expected` says can.
problem_details unexpected_json(char found, std::string_view expected, std::uint64_t offset);

/// @returns 400 for a value that is nested deeper than `max_json_depth`, found out at `offset`, if that is known.
problem_details too_deep_json(std::optional<std::uint64_t> offset = std::nullopt);

/// Parses the whole of `text`. @returns the document; 400 `malformed_json` if it is not JSON, 422 naming the member if
/// one stands twice or a number is too large to be kept.
checked<nlohmann::json> parse_json(std::string_view text, const json_place& place = {});

/// @returns the same for a whole body that has to be an object; 422 for one that is JSON and none.
checked<nlohmann::json> parse_object(std::string_view body);

/// Adds a fault for each of `names` that `object` has no member of.
void require_members(const nlohmann::json& object, std::initializer_list<const char*> names, fault_list& faults);

} // namespace redial::http
