#include "domain/restore.hpp"

#include "domain/rules.hpp"

#include <algorithm>

namespace redial {

restore_decision decide_restore(
  const campaign_state& campaign, std::span<const contact_in_flight> open, time_point now) {
  restore_decision made;
  now = std::max(now, campaign.last_at);
  if (campaign.status == campaign_status::running || campaign.status == campaign_status::scheduled) {
    made.paused = true;
    if (campaign.definition->single_call.empty())
      made.events.emplace_back(
        campaign_changed{campaign_change::paused, end_reason::none, now, "It was restored from a backup."});
    else
      made.events.emplace_back(campaign_changed{campaign_change::stopped, end_reason::stop_action, now});
  }
  for (const auto& contact : open) {
    const auto& call = contact.state.call;
    if (!call)
      continue;
    auto end = call->completed_at ? decide_result_overdue(contact.number, contact.state, call->id, milliseconds{0}, now)
                                  : decide_ended(*campaign.definition, contact.number, contact.state, call->id,
                                    {call_outcome::unknown, {}, now});
    if (!end)
      continue; // not in progress: it needs no end
    ++(call->completed_at ? made.ended : made.unknown);
    made.events.emplace_back(std::move(*end));
  }
  return made;
}

} // namespace redial
