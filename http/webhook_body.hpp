/// The body of POST /v1/webhooks.
#pragma once

#include "actors/webhooks.hpp"
#include "http/problem.hpp"

#include <string_view>

namespace redial::http {

/// Exactly `url`, `events` (names, or "*" alone) and, if wanted, `secret`. Whether anything may be sent to the URL is
/// for the engine to say.
checked<actors::new_webhook> read_webhook(std::string_view body);

} // namespace redial::http
