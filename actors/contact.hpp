/// One contact while its call lasts, and through a short wait for the next one: talks to the gateway, holds the timers,
/// and tells its campaign, which alone decides what the news mean.
#pragma once

#include "actors/campaign_messages.hpp"
#include "actors/context.hpp"

namespace redial::actors {

/// Does nothing before its first `contact_dial` or `contact_lookup`, which says whom it works for; once that contact
/// has no call any more, it may be given another. Lives until it is told to retire.
contact_actor spawn_contact(caf::actor_system& system, engine_context& context, campaign_actor campaign);

} // namespace redial::actors
