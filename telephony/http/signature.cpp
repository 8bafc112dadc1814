#include "telephony/http/signature.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace redial::telephony {

namespace {

constexpr std::size_t hex_length = 64;

std::string hex_mac(std::string_view secret, std::string_view stamp, std::string_view body) {
  std::string signed_text;
  signed_text.reserve(stamp.size() + 1 + body.size());
  signed_text.append(stamp).append(1, '.').append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  // A null key would mean "the key of the last call" to HMAC.
  const char* key = secret.empty() ? "" : secret.data();
  if (!HMAC(EVP_sha256(), key, static_cast<int>(secret.size()),
        reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(), mac.data(), &length)
      || length * 2 != hex_length)
    throw std::runtime_error("HMAC-SHA256 is not to be had from OpenSSL");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(hex_length);
  for (unsigned i = 0; i < length; ++i) {
    hex += digits[mac.at(i) >> 4U];
    hex += digits[mac.at(i) & 15U];
  }
  return hex;
}

struct signature_parts {
  std::string_view stamp;
  std::int64_t seconds = 0;
  std::string_view mac;
};

std::optional<signature_parts> split(std::string_view header) {
  signature_parts parts;
  const auto comma = header.find(',');
  if (!header.starts_with("t=") || comma == std::string_view::npos)
    return std::nullopt;
  parts.stamp = header.substr(2, comma - 2);
  auto rest = header.substr(comma + 1);
  if (!rest.starts_with("v1=") || rest.size() != 3 + hex_length)
    return std::nullopt;
  parts.mac = rest.substr(3);
  const auto* end = parts.stamp.data() + parts.stamp.size();
  const auto read = std::from_chars(parts.stamp.data(), end, parts.seconds);
  if (read.ec != std::errc{} || read.ptr != end || parts.seconds < 0)
    return std::nullopt;
  return parts;
}

problem unauthorized(std::string detail) { return {error_code::unauthorized, std::move(detail), {}}; }

} // namespace

std::string sign(std::string_view secret, std::int64_t now, std::string_view body) {
  const auto stamp = std::to_string(now);
  return "t=" + stamp + ",v1=" + hex_mac(secret, stamp, body);
}

result<void> check_signature(
  std::string_view header, std::string_view secret, std::int64_t now, std::string_view body) {
  if (header.empty())
    return unauthorized("Redial-Signature is absent");
  const auto parts = split(header);
  if (!parts)
    return unauthorized("Redial-Signature is not of the form t=<unix seconds>,v1=<64 hex digits>");
  // Over the text of the stamp as it came: "007" and "7" are signed differently.
  const auto expected = hex_mac(secret, parts->stamp, body);
  if (CRYPTO_memcmp(expected.data(), parts->mac.data(), hex_length) != 0)
    return unauthorized("Redial-Signature does not match the secret and the body");
  // Compared without a difference that could overflow: the stamp may be any number that fits.
  if (parts->seconds < now - signature_tolerance_s)
    return unauthorized("Redial-Signature is too old; check the clocks of both sides");
  if (parts->seconds > now + signature_tolerance_s)
    return unauthorized("Redial-Signature is from the future; check the clocks of both sides");
  return {};
}

} // namespace redial::telephony
