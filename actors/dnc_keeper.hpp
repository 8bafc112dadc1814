/// The actor that changes the do-not-call lists: one change under way at a time, so that what each came to can be told
/// exactly. It commits, has the book follow, and then asks every campaign of the workspace whether a call that was
/// decided before is still on its way (docs/adr/0010).
#pragma once

#include "actors/campaign_messages.hpp"
#include "actors/context.hpp"

namespace redial::actors {

/// @param context its books are loaded: the keeper also sees to it that entries that have expired go.
dnc_keeper_actor spawn_dnc_keeper(
  caf::actor_system& system, engine_context& context, registry_actor registry, writer_actor writer);

} // namespace redial::actors
