/// Makes a one-off call: a campaign with one contact that callers do not see, created and started in one commit.
#pragma once

#include "actors/campaign_messages.hpp"
#include "actors/context.hpp"

namespace redial::actors {

/// Answers once it is on disk; then the campaign's actor dials as soon as it gets a line, as any other. Which call is
/// placed, how often, and what is asked after a crash is the campaign's affair; only its id is the callers' to keep.
void spawn_one_off(caf::actor_system& system, engine_context& context, registry_actor registry, writer_actor writer,
  const caller& from, one_off_call call, answer_note<call_detail> note, reply_once<call_detail> done);

} // namespace redial::actors
