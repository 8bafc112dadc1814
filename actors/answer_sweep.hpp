/// Erases stored answers that have expired.
#pragma once

#include "actors/context.hpp"
#include "actors/store_messages.hpp"

namespace redial::actors {

/// Goes through the stored answers once an hour, a slice at a time. @param context must outlive the actor.
sweep_actor spawn_answer_sweep(caf::actor_system& system, engine_context& context, writer_actor writer);

} // namespace redial::actors
