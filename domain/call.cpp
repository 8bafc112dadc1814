#include "domain/call.hpp"

namespace redial {

namespace {

call_detail begin_detail(std::shared_ptr<const campaign_definition> campaign, contact_profile contact, call_id id,
  std::uint8_t attempt, time_point started_at) {
  call_detail told;
  told.id = campaign->single_call.empty() ? id : campaign->single_call;
  told.campaign = std::move(campaign);
  told.contact = std::move(contact);
  told.attempt = attempt;
  told.started_at = started_at;
  return told;
}

} // namespace

bool operator==(const call_detail& a, const call_detail& b) {
  return *a.campaign == *b.campaign && a.id == b.id && a.contact == b.contact && a.attempt == b.attempt
         && a.status == b.status && a.outcome == b.outcome && a.disposition == b.disposition
         && a.started_at == b.started_at && a.answered_at == b.answered_at && a.ended_at == b.ended_at;
}

std::string_view to_string(call_status status) noexcept {
  constexpr std::array<std::string_view, 6> names{
    "queued", "in_progress", "completed", "failed", "unknown", "cancelled"};
  return names.at(static_cast<std::size_t>(status));
}

call_status status_of(const ended_call& call) noexcept {
  if (call.outcome == call_outcome::unknown)
    return call_status::unknown;
  return call.answered_at ? call_status::completed : call_status::failed;
}

call_status status_of(const open_call& call) noexcept {
  return call.completed_at ? call_status::completed : call_status::in_progress;
}

call_detail detail_of(
  std::shared_ptr<const campaign_definition> campaign, contact_profile contact, const ended_call& call) {
  auto told = begin_detail(std::move(campaign), std::move(contact), call.id, call.attempt, call.started_at);
  told.status = status_of(call);
  told.outcome = call.outcome;
  told.disposition = call.disposition;
  told.answered_at = call.answered_at;
  told.ended_at = call.ended_at;
  return told;
}

call_detail detail_of(std::shared_ptr<const campaign_definition> campaign, contact_profile contact,
  const open_call& call, std::uint8_t attempt) {
  auto told = begin_detail(std::move(campaign), std::move(contact), call.id, attempt, call.started_at);
  told.status = status_of(call);
  if (call.completed_at)
    told.outcome = call_outcome::answered;
  told.disposition = call.disposition;
  told.answered_at = call.answered_at;
  told.ended_at = call.completed_at;
  return told;
}

call_detail single_call_of(const campaign_state& campaign, const contact_detail& contact) {
  if (contact.state.call)
    return detail_of(campaign.definition, contact.profile, *contact.state.call, contact.state.attempts);
  if (!contact.calls.empty())
    return detail_of(campaign.definition, contact.profile, contact.calls.back());
  call_detail told;
  told.id = campaign.definition->single_call;
  told.campaign = campaign.definition;
  told.contact = contact.profile;
  const bool waits = contact.state.status == contact_status::pending && !is_final(campaign.status);
  told.status = waits ? call_status::queued : call_status::cancelled;
  return told;
}

} // namespace redial
