// The text forms of the domain's enumerations, one table each.
#include "domain/campaign.hpp"
#include "domain/contact.hpp"
#include "domain/event.hpp"

#include <algorithm>

namespace redial {

namespace {

template <class Enum, std::size_t N>
std::optional<Enum> parse_name(const std::array<Enum, N>& values, std::string_view text) noexcept {
  for (auto value : values) {
    if (to_string(value) == text)
      return value;
  }
  return std::nullopt;
}

} // namespace

std::string_view to_string(campaign_status status) noexcept {
  constexpr std::array<std::string_view, 5> names{"scheduled", "running", "paused", "completed", "stopped"};
  return names.at(static_cast<std::size_t>(status));
}

std::string_view to_string(campaign_action action) noexcept {
  constexpr std::array<std::string_view, 4> names{"start", "pause", "resume", "stop"};
  return names.at(static_cast<std::size_t>(action));
}

std::string_view to_string(end_reason reason) noexcept {
  constexpr std::array<std::string_view, 4> names{"", "completed", "stop_action", "end_time"};
  return names.at(static_cast<std::size_t>(reason));
}

std::string_view to_string(contact_status status) noexcept {
  constexpr std::array<std::string_view, 5> names{"pending", "in_progress", "waiting_retry", "done", "removed"};
  return names.at(static_cast<std::size_t>(status));
}

std::string_view to_string(call_outcome outcome) noexcept {
  constexpr std::array<std::string_view, 10> names{"answered", "busy", "no_answer", "voicemail", "declined",
    "invalid_number", "unreachable", "network_error", "abandoned", "unknown"};
  return names.at(static_cast<std::size_t>(outcome));
}

std::optional<campaign_status> parse_campaign_status(std::string_view text) noexcept {
  return parse_name(all_campaign_statuses, text);
}

std::optional<campaign_action> parse_campaign_action(std::string_view text) noexcept {
  return parse_name(all_campaign_actions, text);
}

std::optional<contact_status> parse_contact_status(std::string_view text) noexcept {
  return parse_name(all_contact_statuses, text);
}

std::optional<call_outcome> parse_call_outcome(std::string_view text) noexcept {
  return parse_name(all_call_outcomes, text);
}

bool disposition::is_valid(std::string_view label) noexcept {
  return !label.empty() && label.size() <= 64 && std::all_of(label.begin(), label.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

time_point time_of(const event& e) noexcept {
  if (const auto* created = std::get_if<campaign_created>(&e))
    return created->definition->created_at;
  if (const auto* changed = std::get_if<campaign_changed>(&e))
    return changed->at;
  if (const auto* added = std::get_if<contacts_added>(&e))
    return added->at;
  return std::get_if<contact_event>(&e)->at;
}

} // namespace redial
