/// The only writer of the store. While one synced write is under way, what arrives queues up; the next write takes all
/// of it (group commit), so that a thousand campaigns cost hardly more syncs than one.
#pragma once

#include "actors/context.hpp"
#include "actors/store_messages.hpp"

namespace redial::actors {

/// Its queue is bounded by its senders: a campaign has one append under way, an upload one chunk.
/// @param context must outlive the actor.
writer_actor spawn_store_writer(caf::actor_system& system, engine_context& context);

} // namespace redial::actors
