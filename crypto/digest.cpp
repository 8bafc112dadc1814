#include "crypto/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdexcept>

namespace redial::crypto {

std::array<std::byte, 32> sha256(std::string_view text) {
  std::array<std::byte, 32> digest{};
  unsigned size = 0;
  if (EVP_Digest(
        text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, EVP_sha256(), nullptr)
        != 1
      || size != digest.size())
    throw std::runtime_error("SHA-256 is not to be had from OpenSSL");
  return digest;
}

bool equal(std::span<const std::byte> a, std::span<const std::byte> b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool equal(std::string_view a, std::string_view b) noexcept {
  return equal(std::as_bytes(std::span{a}), std::as_bytes(std::span{b}));
}

} // namespace redial::crypto
