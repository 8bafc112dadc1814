#include "domain/webhook.hpp"

#include "domain/base62.hpp"

#include <algorithm>
#include <array>

namespace redial {

namespace {

constexpr std::string_view id_prefix = "whk_";
constexpr std::size_t id_length = 13;
constexpr std::string_view secret_prefix = "whsec_";
constexpr std::size_t made_key = 32;
constexpr std::size_t shortest_key = 24;
constexpr std::size_t longest_key = 64;
constexpr std::string_view base64_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

} // namespace

webhook_id make_webhook_id(random_source& random) {
  webhook_id id{id_prefix};
  id.resize(id_length);
  fill_base62(random, std::span{id}.subspan(id_prefix.size()));
  return id;
}

bool is_webhook_id(std::string_view text) noexcept {
  return text.size() == id_length && text.starts_with(id_prefix)
         && std::all_of(text.begin() + id_prefix.size(), text.end(), is_base62);
}

std::string make_webhook_secret(random_source& random) {
  std::string key(made_key, '\0');
  random.fill(std::as_writable_bytes(std::span{key}));
  return std::string{secret_prefix} + base64(key);
}

std::optional<std::string> webhook_key(std::string_view secret) {
  if (!secret.starts_with(secret_prefix))
    return std::nullopt;
  auto key = parse_base64(secret.substr(secret_prefix.size()));
  if (!key || key->size() < shortest_key || key->size() > longest_key)
    return std::nullopt;
  return key;
}

std::string base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto taken = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = (group << 8U) | (k < taken ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text += k <= taken ? base64_alphabet[(group >> (18U - 6U * k)) & 63U] : '=';
  }
  return text;
}

std::optional<std::string> parse_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t group = 0;
  unsigned bits = 0;
  auto body = text;
  while (!body.empty() && body.back() == '=' && text.size() - body.size() < 2)
    body.remove_suffix(1);
  for (const char c : body) {
    const auto value = base64_alphabet.find(c);
    if (value == std::string_view::npos)
      return std::nullopt;
    group = (group << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(static_cast<unsigned char>((group >> bits) & 0xffU));
    }
  }
  // One text for the same bytes: no bits left over, the padding as it must be.
  if (base64(bytes) != text)
    return std::nullopt;
  return bytes;
}

milliseconds retry_delay(
  const retry_policy& policy, unsigned attempts, milliseconds retry_after, random_source& random) {
  auto bound = policy.first;
  for (unsigned i = 0; i < attempts && bound < policy.longest; ++i)
    bound *= 2;
  bound = std::min(bound, policy.longest);
  std::array<std::uint64_t, 1> drawn{};
  random.fill(std::as_writable_bytes(std::span{drawn}));
  const auto span = static_cast<std::uint64_t>(std::max<std::int64_t>((bound - policy.first).count(), 0)) + 1;
  const auto delay = policy.first + milliseconds{static_cast<std::int64_t>(drawn[0] % span)};
  return std::max(delay, std::min(retry_after, policy.longest));
}

} // namespace redial
