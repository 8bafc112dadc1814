/// Writing JSON text straight into a string: what answers are made of, without a document tree in between.
#pragma once

#include "domain/time.hpp"

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace redial::http {

/// Appends `text` as a JSON string, quotes included. Bytes that are not UTF-8 become U+FFFD, so that whatever a client
/// sent can be named in an answer.
void append_json_string(std::string& out, std::string_view text);

/// Appends `,"name":`, for every member of an object but the first. @param name needs no escaping
inline void begin_member(std::string& out, std::string_view name) {
  out += ",\"";
  out += name;
  out += "\":";
}

/// Appends `text` as a JSON string, or null where it is empty: a member that is not set.
inline void append_text_or_null(std::string& out, std::string_view text) {
  if (text.empty())
    out += "null";
  else
    append_json_string(out, text);
}

/// Appends `value` in decimal.
template <std::integral T>
void append_number(std::string& out, T value) {
  char digits[24];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

/// Appends an instant as a JSON string (RFC 3339), or null.
void append_time(std::string& out, const std::optional<time_point>& at);

/// @returns `name` as one reference token of a JSON pointer (RFC 6901): "~" and "/" escaped.
std::string pointer_token(std::string_view name);

} // namespace redial::http
