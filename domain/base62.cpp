#include "domain/base62.hpp"

#include <array>

namespace redial {

namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

int digit_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'A' && c <= 'Z')
    return c - 'A' + 10;
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 36;
  return -1;
}

} // namespace

void append_base62(std::string& out, std::uint64_t value) {
  std::array<char, base62_digits> digits{};
  for (auto it = digits.rbegin(); it != digits.rend(); ++it) {
    *it = alphabet[value % 62];
    value /= 62;
  }
  out.append(digits.data(), digits.size());
}

std::optional<std::uint64_t> parse_base62(std::string_view text) noexcept {
  std::uint64_t value = 0;
  for (char c : text) {
    auto digit = digit_value(c);
    if (digit < 0 || __builtin_mul_overflow(value, std::uint64_t{62}, &value)
        || __builtin_add_overflow(value, static_cast<std::uint64_t>(digit), &value))
      return std::nullopt;
  }
  return value;
}

bool is_base62(char c) noexcept { return digit_value(c) >= 0; }

void fill_base62(random_source& random, std::span<char> out) {
  // 248 is the largest multiple of 62 in a byte: what lies above is drawn again, so that no character is favoured.
  for (auto it = out.begin(); it != out.end();) {
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    for (auto byte : bytes) {
      if (auto value = std::to_integer<unsigned>(byte); value < 248 && it != out.end())
        *it++ = alphabet[value % 62];
    }
  }
}

} // namespace redial
