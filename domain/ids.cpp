#include "domain/ids.hpp"

#include <algorithm>

namespace redial {

namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view campaign_prefix = "cmp_";
constexpr std::string_view call_prefix = "cal_";
constexpr int call_digits = 11; // for each half: 62^11 > 2^64

int digit_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'A' && c <= 'Z')
    return c - 'A' + 10;
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 36;
  return -1;
}

void append_base62(std::string& out, std::uint64_t value) {
  std::array<char, call_digits> digits{};
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

} // namespace

campaign_id campaign_id::make(random_source& random) {
  campaign_id id;
  std::copy(campaign_prefix.begin(), campaign_prefix.end(), id.text_.begin());
  // 248 is the largest multiple of 62 in a byte: what lies above is drawn again, so that no character is favoured.
  for (auto it = id.text_.begin() + campaign_prefix.size(); it != id.text_.end();) {
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    for (auto byte : bytes) {
      if (auto value = std::to_integer<unsigned>(byte); value < 248 && it != id.text_.end())
        *it++ = alphabet[value % 62];
    }
  }
  return id;
}

std::optional<campaign_id> campaign_id::parse(std::string_view text) noexcept {
  if (text.size() != length || !text.starts_with(campaign_prefix))
    return std::nullopt;
  auto tail = text.substr(campaign_prefix.size());
  if (!std::all_of(tail.begin(), tail.end(), [](char c) { return digit_value(c) >= 0; }))
    return std::nullopt;
  campaign_id id;
  std::copy(text.begin(), text.end(), id.text_.begin());
  return id;
}

call_id call_id::make(random_source& random) {
  std::array<std::uint64_t, 2> halves{};
  random.fill(std::as_writable_bytes(std::span{halves}));
  return {halves[0], halves[1]};
}

std::optional<call_id> call_id::parse(std::string_view text) noexcept {
  if (text.size() != length || !text.starts_with(call_prefix))
    return std::nullopt;
  auto high = parse_base62(text.substr(call_prefix.size(), call_digits));
  auto low = parse_base62(text.substr(call_prefix.size() + call_digits));
  if (!high || !low)
    return std::nullopt;
  return call_id{*high, *low};
}

std::string call_id::to_string() const {
  std::string out{call_prefix};
  append_base62(out, high_);
  append_base62(out, low_);
  return out;
}

} // namespace redial
