#include "crypto/hasher.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <stdexcept>

namespace redial::crypto {

struct hasher::state {
  struct free_context {
    void operator()(EVP_MD_CTX* which) const noexcept { EVP_MD_CTX_free(which); }
  };
  std::unique_ptr<EVP_MD_CTX, free_context> context{EVP_MD_CTX_new()};
};

namespace {

void require(bool done) {
  if (!done)
    throw std::runtime_error("SHA-256 is not to be had from OpenSSL");
}

} // namespace

hasher::hasher() : state_{std::make_unique<state>()} {
  require(state_->context != nullptr && EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
}

hasher::~hasher() = default;
hasher::hasher(hasher&&) noexcept = default;
hasher& hasher::operator=(hasher&&) noexcept = default;

hasher& hasher::add(std::string_view text) {
  require(EVP_DigestUpdate(state_->context.get(), text.data(), text.size()) == 1);
  return *this;
}

hasher& hasher::add_part(std::string_view text) {
  std::array<char, 8> length{};
  for (std::size_t i = 0; i < length.size(); ++i)
    length.at(i) = static_cast<char>((std::uint64_t{text.size()} >> (8 * i)) & 0xffU);
  return add({length.data(), length.size()}).add(text);
}

std::string hasher::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  require(EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size) == 1);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

} // namespace redial::crypto
