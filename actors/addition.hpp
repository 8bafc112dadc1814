/// Receives contacts that are being added to a campaign, and brings them there.
#pragma once

#include "actors/campaign_messages.hpp"
#include "actors/context.hpp"

namespace redial::actors {

/// Where an addition finds the others.
struct addition_links {
  registry_actor registry;
  reader_actor reader;
  writer_actor writer;
};

/// First stages the contacts under a number of their own, at the pace of the client. Then asks the campaign for its
/// turn and moves them, run by run: the campaign says which phones are new to it, the store writer places these behind
/// its list, where nobody sees them. At last the campaign lists them all with one event. Whatever dies on the way,
/// nothing is listed. Holds one chunk or one run at a time.
/// @param context must outlive the actor. The actor ends with the finish or the abort of its addition.
addition_actor spawn_addition(
  caf::actor_system& system, engine_context& context, addition_links links, const campaign_id& campaign, caller from);

} // namespace redial::actors
