/// The actor that owns one campaign. It alone changes it: takes commands in order, decides by the rules of the domain,
/// appends what it decided (one append under way at a time), and acts on it only once that is committed.
///
/// Its state runs ahead of the store by what is under way. If a write fails, it ends, and the registry starts it again
/// from what the store has.
#pragma once

#include "actors/campaign_messages.hpp"
#include "actors/context.hpp"

namespace redial::actors {

/// Where a campaign's actor finds the others.
struct campaign_links {
  registry_actor registry;
  writer_actor writer;
  line_pool_actor lines;
  actor_record_ptr record; ///< on which it shows what it does
};

/// Starts the actor of a campaign that is in the store. @param contacts handed over where they are at hand (a campaign
/// just created); null: they are read from the store, and calls found in progress are looked up at the gateway.
campaign_actor spawn_campaign(caf::actor_system& system, engine_context& context, campaign_links links,
  campaign_no number, std::shared_ptr<contact_table> contacts);

} // namespace redial::actors
