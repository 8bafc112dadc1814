/// One contact while its call lasts, and through a short wait for the next one: talks to the gateway, holds the timers,
/// and tells its campaign, which alone decides what the news mean.
#pragma once

#include "actors/context.hpp"
#include "actors/messages.hpp"

namespace redial::actors {

/// @param keeps the actor stays after a call has ended until it is told to wait or to retire; otherwise it goes at
/// once, or, where a disposition may still follow, when it is told to retire. Does nothing before its first
/// `contact_dial` or `contact_lookup`.
contact_actor spawn_contact(
  caf::actor_system& system, engine_context& context, campaign_actor campaign, contact_no number, bool keeps);

} // namespace redial::actors
