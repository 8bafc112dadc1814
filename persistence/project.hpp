/// Which rows events write. A function of the events alone, so that the same events make the same rows wherever they
/// are replayed.
#pragma once

#include "domain/event.hpp"
#include "persistence/engine.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace redial::persistence {

/// Memory that `project` uses again from call to call; holds no state between them.
struct projection_buffers {
  std::string journal;
  std::string contact;
  std::string call;
  std::string index;
};

/// Adds to `changes` what `events` write: the journal row of them all (`first_seq` is the number of the first), and
/// - contact_event: the contact's row, which becomes its state afterwards; with an ended call the call's row; with a
///   number that is not to be called any more, what the workspace's list has of it;
/// - attempt_started: the call's place in `call_start`, which attempt_not_placed takes away again;
/// - attempt_ended with a disposition: the call's place in `call_label`.
/// The campaign's own row follows from its state: `project_head`. @param definition of its first event
void project(campaign_no campaign, const campaign_definition& definition, std::uint64_t first_seq,
  std::span<const event> events, projection_buffers& buffers, batch& changes);

/// Adds the campaign's row to `changes`. @param state after the events, with a definition.
void project_head(campaign_no campaign, const campaign_state& state, projection_buffers& buffers, batch& changes);

} // namespace redial::persistence
