/// Signatures of Standard Webhooks (https://www.standardwebhooks.com).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace redial::webhooks {

/// @param secret "whsec_" and the key in base64 (`webhook_key`) @param at Unix seconds
/// @returns the value of the header webhook-signature: "v1," and the HMAC-SHA256 of "id.at.body" in base64.
/// @throws std::runtime_error where OpenSSL cannot sign.
std::string sign(std::string_view secret, std::string_view id, std::int64_t at, std::string_view body);

} // namespace redial::webhooks
