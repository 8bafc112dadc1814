/// Turns calls of the HTTP room into messages: the one door through which commands enter the engine.
#pragma once

#include "actors/campaign_messages.hpp"
#include "actors/context.hpp"

namespace redial::actors {

/// Who answers what reads the store, each in a thread of its own, so that long questions do not hold up short ones.
struct readers {
  reader_actor rows;  ///< a few rows
  reader_actor lists; ///< a page of an index, and counting in it
  reader_actor scans; ///< lists of contacts from end to end
};

front_actor spawn_front(caf::actor_system& system, engine_context& context, registry_actor registry, readers readers);

} // namespace redial::actors
