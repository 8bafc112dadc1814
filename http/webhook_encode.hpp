/// Webhooks and their deliveries as JSON.
#pragma once

#include "actors/webhooks.hpp"

#include <cstdint>
#include <string>

namespace redial::http {

/// @param with_secret in the answer to its creation, and never again
void append_webhook(std::string& out, const webhook& hook, bool with_secret);

std::string encode_webhook_page(const actors::webhook_page& page, std::uint64_t offset, std::size_t limit);
std::string encode_delivery_page(const actors::delivery_page& page, std::uint64_t offset, std::size_t limit);

} // namespace redial::http
