/// Turns calls of the HTTP room into messages: the one door through which commands enter the engine.
#pragma once

#include "actors/context.hpp"
#include "actors/messages.hpp"

namespace redial::actors {

front_actor spawn_front(caf::actor_system& system, registry_actor registry, reader_actor reader);

} // namespace redial::actors
