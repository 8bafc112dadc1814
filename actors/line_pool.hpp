/// Shares lines and calls per second among the campaigns: credit flows down, nobody polls.
#pragma once

#include "actors/context.hpp"
#include "actors/line_messages.hpp"

namespace redial::actors {

/// @param context must outlive the actor.
line_pool_actor spawn_line_pool(caf::actor_system& system, engine_context& context);

} // namespace redial::actors
