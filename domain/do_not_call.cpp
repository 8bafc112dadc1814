#include "domain/do_not_call.hpp"

#include "domain/rules.hpp"

#include <utility>

namespace redial {

dnc_entry replace_entry(const std::optional<dnc_entry>& former, dnc_entry wanted, time_point now) {
  wanted.created_at = former && in_force(former->expires_at, now) ? former->created_at : now;
  return wanted;
}

dnc_entry entry_of_disposition(phone number, const campaign_id& of, time_point at) {
  return {number, "disposition dnd", of.to_string(), at, std::nullopt};
}

std::optional<dnc_entry> effective_entry(std::optional<dnc_entry> given, std::optional<dnc_entry> said) {
  return said && !(given && !given->expires_at) ? std::move(said) : std::move(given);
}

void note_do_not_call(contact_event& e, const contact_state& before, phone number) {
  const bool known_before = before.call && before.call->disposition == disposition::do_not_call;
  const bool said = (e.after.call && e.after.call->disposition == disposition::do_not_call)
                    || (e.ended && e.ended->disposition == disposition::do_not_call);
  if (said && !known_before)
    e.do_not_call = number;
}

std::optional<contact_event> decide_listed(
  const campaign_state& campaign, contact_no number, const contact_state& contact, time_point now) {
  if (contact.status == contact_status::in_progress)
    return std::nullopt;
  auto decided = decide_removal(campaign, number, contact, now);
  if (!decided || !decided->event)
    return std::nullopt;
  decided->event->listed = true;
  return std::move(decided->event);
}

} // namespace redial
