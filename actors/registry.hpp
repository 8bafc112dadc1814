/// Knows the live campaigns: finds, spawns and recovers their actors, and starts again those that died.
#pragma once

#include "actors/campaign_messages.hpp"
#include "actors/context.hpp"

namespace redial::actors {

/// @param context must outlive the actor.
registry_actor spawn_registry(
  caf::actor_system& system, engine_context& context, writer_actor writer, line_pool_actor lines);

} // namespace redial::actors
