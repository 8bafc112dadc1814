#pragma once

#include "actors/context.hpp"
#include "actors/webhook_messages.hpp"

namespace redial::actors {

/// Delivers to one webhook: reads the feed behind its cursor, puts each campaign's messages into a lane, sends, and
/// keeps what came of it in the store, not at once but soon. Told to the desk: what changes about the webhook.
courier_actor spawn_courier(caf::actor_system& system, engine_context& context, writer_actor writer, feed_actor feed,
  caf::actor_addr desk, persistence::webhook_row row);

} // namespace redial::actors
