/// What is told to the outside of an event: one text for webhooks and live events.
#pragma once

#include "actors/feed.hpp"

#include <string>

namespace redial::http {

/// @returns the envelope: `id`, `type` and `event` (the same), `created_at`, and under `data` the campaign (its id and
/// name, or, with campaign.…, all that GET tells of it), the call as GET /v1/calls/{id} tells it, and the contact.
/// Thread-safe.
std::string encode_event(const actors::feed_message& message);

} // namespace redial::http
