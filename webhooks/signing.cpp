#include "webhooks/signing.hpp"

#include "domain/webhook.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace redial::webhooks {

std::string sign(std::string_view secret, std::string_view id, std::int64_t at, std::string_view body) {
  const auto key = webhook_key(secret);
  if (!key)
    throw std::runtime_error("a webhook's secret is none");
  const auto stamp = std::to_string(at);
  std::string text;
  text.reserve(id.size() + stamp.size() + body.size() + 2);
  text.append(id).append(1, '.').append(stamp).append(1, '.').append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  if (!HMAC(EVP_sha256(), key->data(), static_cast<int>(key->size()),
        reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &length))
    throw std::runtime_error("HMAC-SHA256 is not to be had from OpenSSL");
  return "v1," + base64({reinterpret_cast<const char*>(mac.data()), length});
}

} // namespace redial::webhooks
