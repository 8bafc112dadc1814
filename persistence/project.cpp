#include "persistence/project.hpp"

#include "persistence/codec.hpp"
#include "persistence/keys.hpp"

namespace redial::persistence {

void project(campaign_no campaign, std::uint64_t first_seq, std::span<const event> events, projection_buffers& buffers,
  batch& changes) {
  buffers.journal.clear();
  for (const auto& e : events) {
    if (const auto* fact = std::get_if<contact_event>(&e)) {
      encode(fact->after, buffers.contact);
      changes.put(table::contact, keys::of_contact(campaign, fact->contact), buffers.contact);
      if (fact->ended) {
        encode(*fact->ended, buffers.call);
        changes.put(table::call, keys::of_call(campaign, fact->contact, fact->ended->attempt), buffers.call);
      }
    }
    append_event(e, buffers.contact, buffers.call, buffers.journal);
  }
  changes.put(table::journal, keys::of_events(campaign, first_seq), buffers.journal);
}

void project_head(campaign_no campaign, const campaign_state& state, projection_buffers& buffers, batch& changes) {
  encode(state, buffers.contact);
  changes.put(table::campaign, keys::of(campaign), buffers.contact);
}

} // namespace redial::persistence
