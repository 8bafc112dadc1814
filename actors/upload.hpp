/// Receives the contacts of a campaign that is being created, stages them in the store, and brings it to life.
#pragma once

#include "actors/campaign_messages.hpp"
#include "actors/context.hpp"

namespace redial::actors {

/// @param from whose campaign it will be. The actor ends with the finish or the abort of its upload.
upload_actor spawn_upload(
  caf::actor_system& system, engine_context& context, registry_actor registry, writer_actor writer, caller from);

} // namespace redial::actors
