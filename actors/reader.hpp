/// Answers questions about contacts and calls from the store's committed rows, away from the threads that dial.
#pragma once

#include "actors/context.hpp"
#include "actors/read_messages.hpp"

namespace redial::actors {

/// @param context must outlive the actor.
/// @param id says which one of several it is
reader_actor spawn_reader(caf::actor_system& system, engine_context& context, std::string id);

} // namespace redial::actors
