#include "domain/access.hpp"

#include "domain/base62.hpp"

#include <algorithm>

namespace redial {

namespace {

constexpr std::string_view id_prefix = "key_";
constexpr std::string_view text_prefix = "rdk_";
constexpr std::string_view base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool is_token_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
         || std::string_view{"-._~+/="}.find(c) != std::string_view::npos;
}

} // namespace

std::string_view to_string(access_scope scope) noexcept {
  switch (scope) {
  case access_scope::read: return "read";
  case access_scope::write: return "write";
  case access_scope::admin: return "admin";
  }
  return "unknown";
}

std::optional<access_scope> parse_access_scope(std::string_view text) noexcept {
  for (auto scope : {access_scope::read, access_scope::write, access_scope::admin}) {
    if (text == to_string(scope))
      return scope;
  }
  return std::nullopt;
}

key_id key_id::make(random_source& random) {
  key_id id;
  std::copy(id_prefix.begin(), id_prefix.end(), id.text_.begin());
  fill_base62(random, std::span{id.text_}.subspan(id_prefix.size()));
  return id;
}

std::optional<key_id> key_id::parse(std::string_view text) noexcept {
  if (text.size() != length || !text.starts_with(id_prefix))
    return std::nullopt;
  const auto tail = text.substr(id_prefix.size());
  if (!std::all_of(tail.begin(), tail.end(), is_base62))
    return std::nullopt;
  key_id id;
  std::copy(text.begin(), text.end(), id.text_.begin());
  return id;
}

std::string make_key_text(random_source& random) {
  std::array<std::byte, 32> bits{};
  random.fill(bits);
  std::string text{text_prefix};
  std::uint32_t pending = 0;
  unsigned held = 0;
  for (auto byte : bits) {
    pending = (pending << 8U) | std::to_integer<std::uint32_t>(byte);
    for (held += 8; held >= 6; held -= 6)
      text += base64url[(pending >> (held - 6)) & 63U];
  }
  text += base64url[(pending << (6 - held)) & 63U]; // four bits are left
  return text;
}

bool is_key_text(std::string_view text) noexcept {
  constexpr std::size_t shortest = 32;
  constexpr std::size_t longest = 256;
  return text.size() >= shortest && text.size() <= longest && std::all_of(text.begin(), text.end(), is_token_character);
}

bool is_key_name(std::string_view name) noexcept {
  constexpr std::ptrdiff_t longest = 255;
  constexpr auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  constexpr auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7F'; };
  return name.size() <= 4 * longest && std::count_if(name.begin(), name.end(), begins_character) <= longest
         && std::none_of(name.begin(), name.end(), is_control);
}

} // namespace redial
