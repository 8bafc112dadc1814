/// Reads one campaign's list for an export, away from the threads that dial and from the reader that answers questions.
#pragma once

#include "actors/context.hpp"
#include "actors/read_messages.hpp"

namespace redial::actors {

/// @param context must outlive the actor, whose export it counts among `live_exports` already; the actor takes it out
///   again when it ends.
exporter_actor spawn_exporter(caf::actor_system& system, engine_context& context, campaign_no campaign);

} // namespace redial::actors
