#include "persistence/project.hpp"

#include "persistence/call_index.hpp"
#include "persistence/codec.hpp"
#include "persistence/dnc_records.hpp"
#include "persistence/keys.hpp"

namespace redial::persistence {

namespace {

void project_index(campaign_no campaign, const contact_event& fact, std::string& key, batch& changes) {
  if (fact.change == contact_change::attempt_started) {
    call_start_key(campaign, {fact.after.call->started_at, fact.contact, fact.after.attempts}, key);
    changes.put(table::call_start, key, "");
  } else if (fact.change == contact_change::attempt_not_placed && fact.taken_back) {
    call_start_key(campaign, {*fact.taken_back, fact.contact, static_cast<std::uint8_t>(fact.after.attempts + 1)}, key);
    changes.erase(table::call_start, key);
  } else if (fact.ended && !fact.ended->disposition.empty()) {
    call_label_key(campaign, fact.ended->disposition, {fact.ended->started_at, fact.contact, fact.ended->attempt}, key);
    changes.put(table::call_label, key, "");
  }
}

} // namespace

void project(campaign_no campaign, const campaign_definition& definition, std::uint64_t first_seq,
  std::span<const event> events, projection_buffers& buffers, batch& changes) {
  buffers.journal.clear();
  for (const auto& e : events) {
    if (const auto* fact = std::get_if<contact_event>(&e)) {
      encode(fact->after, buffers.contact);
      changes.put(table::contact, keys::of_contact(campaign, fact->contact), buffers.contact);
      if (fact->ended) {
        encode(*fact->ended, buffers.call);
        changes.put(table::call, keys::of_call(campaign, fact->contact, fact->ended->attempt), buffers.call);
      }
      project_index(campaign, *fact, buffers.index, changes);
      if (fact->do_not_call) {
        const auto said = put_dnc(
          definition.workspace, dnc_origin::said, entry_of_disposition(*fact->do_not_call, definition.id, fact->at));
        changes.put(said.where, said.key, *said.value);
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
