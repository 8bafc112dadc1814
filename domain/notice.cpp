#include "domain/notice.hpp"

#include "domain/base62.hpp"

#include <algorithm>

namespace redial {

namespace {

constexpr std::string_view escalated = "escalated";
constexpr std::string_view id_prefix = "evt_";
constexpr std::size_t id_length = 4 + 2 * base62_digits + 1;

// Part of the id, so they never change.
constexpr std::uint8_t first_sub = 0;
constexpr std::uint8_t disposition_sub = 1;
constexpr std::uint8_t escalated_sub = 2;

notice_type type_of(campaign_change change) noexcept {
  switch (change) {
  case campaign_change::started: return notice_type::campaign_started;
  case campaign_change::paused: return notice_type::campaign_paused;
  case campaign_change::resumed: return notice_type::campaign_resumed;
  case campaign_change::stopped: return notice_type::campaign_stopped;
  case campaign_change::completed: break;
  }
  return notice_type::campaign_completed;
}

void tell_disposition(std::vector<notice>& told, time_point at, const notice_call& call, std::string_view label) {
  told.push_back({notice_type::call_disposition_set, disposition_sub, at, call});
  if (label == escalated)
    told.push_back({notice_type::call_escalated, escalated_sub, at, call});
}

std::vector<notice> notices_of(const contact_event& e) {
  std::vector<notice> told;
  switch (e.change) {
  case contact_change::attempt_completed:
    told.push_back({notice_type::call_completed, first_sub, e.at,
      notice_call{e.contact, e.after.attempts, std::nullopt, e.after.call}});
    break;
  case contact_change::disposition_set:
    tell_disposition(told, e.at, {e.contact, e.after.attempts, std::nullopt, e.after.call}, e.after.call->disposition);
    break;
  case contact_change::attempt_ended: {
    const notice_call call{e.contact, e.ended->attempt, e.ended, std::nullopt};
    if (!e.completed_before)
      told.push_back({notice_type::call_completed, first_sub, e.at, call});
    if (!e.ended->disposition.empty() && !e.disposition_before)
      tell_disposition(told, e.at, call, e.ended->disposition);
    break;
  }
  case contact_change::removed:
  case contact_change::retry_cancelled:
  case contact_change::attempt_started:
  case contact_change::attempt_answered:
  case contact_change::attempt_not_placed: break;
  }
  return told;
}

} // namespace

std::string_view to_string(notice_type type) noexcept {
  constexpr std::array<std::string_view, all_notice_types.size()> names{"campaign.started", "campaign.paused",
    "campaign.resumed", "campaign.stopped", "campaign.completed", "call.completed", "call.disposition_set",
    "call.escalated"};
  return names.at(static_cast<std::size_t>(type));
}

std::optional<notice_type> parse_notice_type(std::string_view text) noexcept {
  for (auto type : all_notice_types) {
    if (to_string(type) == text)
      return type;
  }
  return std::nullopt;
}

std::vector<notice> notices_of(const event& e) {
  if (const auto* fact = std::get_if<contact_event>(&e))
    return notices_of(*fact);
  if (const auto* changed = std::get_if<campaign_changed>(&e))
    return {{type_of(changed->change), first_sub, changed->at, std::nullopt}};
  return {};
}

std::vector<notice> notices_of(const campaign_definition& campaign, const event& e) {
  if (!campaign.single_call.empty() && !std::holds_alternative<contact_event>(e))
    return {};
  return notices_of(e);
}

std::string notice_id::to_string() const {
  std::string text{id_prefix};
  append_base62(text, campaign);
  append_base62(text, seq);
  text += static_cast<char>('0' + sub);
  return text;
}

std::optional<notice_id> notice_id::parse(std::string_view text) noexcept {
  if (text.size() != id_length || !text.starts_with(id_prefix))
    return std::nullopt;
  text.remove_prefix(id_prefix.size());
  const auto campaign = parse_base62(text.substr(0, base62_digits));
  const auto seq = parse_base62(text.substr(base62_digits, base62_digits));
  const auto last = text.back();
  if (!campaign || !seq || *campaign == 0 || *seq == 0 || last < '0' || last > '0' + escalated_sub)
    return std::nullopt;
  return notice_id{*campaign, *seq, static_cast<std::uint8_t>(last - '0')};
}

} // namespace redial
