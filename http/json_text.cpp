#include "http/json_text.hpp"

#include <cstdint>

namespace redial::http {

namespace {

/// @returns the length of the well-formed UTF-8 sequence that `text` begins with, or 0 if it begins with none.
std::size_t sequence_length(std::string_view text) noexcept {
  auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  auto continues = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0U) == 0x80U; };
  const auto lead = byte(0);
  if (lead < 0x80)
    return 1;
  if (lead >= 0xC2 && lead <= 0xDF)
    return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continues(1) || !continues(2))
      return 0;
    const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3))
      return 0;
    const bool overlong = lead == 0xF0 && byte(1) < 0x90;
    const bool beyond = lead == 0xF4 && byte(1) > 0x8F;
    return overlong || beyond ? 0 : 4;
  }
  return 0;
}

void append_control(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
  case '\b': out += "\\b"; return;
  case '\f': out += "\\f"; return;
  case '\n': out += "\\n"; return;
  case '\r': out += "\\r"; return;
  case '\t': out += "\\t"; return;
  default: break;
  }
  out += "\\u00";
  out += hex[static_cast<std::uint8_t>(c) >> 4U];
  out += hex[static_cast<std::uint8_t>(c) & 15U];
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t plain = 0; // everything before it is written
  auto flush = [&](std::size_t upto) { out.append(text.substr(plain, upto - plain)); };
  std::size_t i = 0;
  while (i < text.size()) {
    const auto c = static_cast<std::uint8_t>(text[i]);
    if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    if (c < 0x20 || c == 0x7F || c == '"' || c == '\\') {
      flush(i);
      if (c == '"' || c == '\\') {
        out += '\\';
        out += text[i];
      } else {
        append_control(out, text[i]);
      }
      plain = ++i;
      continue;
    }
    const auto length = sequence_length(text.substr(i));
    if (length == 0) {
      flush(i);
      out += "\xEF\xBF\xBD";
      plain = ++i;
    } else {
      i += length;
    }
  }
  flush(text.size());
  out += '"';
}

void append_time(std::string& out, const std::optional<time_point>& at) {
  if (!at) {
    out += "null";
    return;
  }
  out += '"';
  out += format_rfc3339(*at);
  out += '"';
}

std::string pointer_token(std::string_view name) {
  std::string token;
  token.reserve(name.size());
  for (char c : name) {
    if (c == '~')
      token += "~0";
    else if (c == '/')
      token += "~1";
    else
      token += c;
  }
  return token;
}

} // namespace redial::http
