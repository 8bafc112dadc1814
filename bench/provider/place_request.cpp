#include "bench/provider/place_request.hpp"

#include "bench/provider/courier.hpp"

#include <nlohmann/json.hpp>

namespace redial::provider {

namespace {

using nlohmann::json;

problem wrong(const char* pointer, const char* what) { return {error_code::invalid_value, what, pointer}; }

/// @returns the text of a member, or nullptr where it is missing or no text.
const std::string* text(const json& from, const char* name) {
  const auto found = from.find(name);
  return found == from.end() ? nullptr : found->get_ptr<const std::string*>();
}

bool read_number(const json& from, const char* name, std::int64_t least, std::int64_t most, std::int64_t& out) {
  const auto found = from.find(name);
  if (found == from.end() || !found->is_number_integer())
    return false;
  // A number above the range of a signed one reads as negative here, and is refused all the same.
  out = found->get<std::int64_t>();
  return out >= least && out <= most;
}

} // namespace

result<call_order> parse_place_request(std::string_view key, std::string_view body) {
  const auto all = json::parse(body.begin(), body.end(), nullptr, false);
  if (!all.is_object())
    return wrong("", "the body must be a JSON object");
  call_order order;

  const auto* id = text(all, "attempt_id");
  const auto parsed = id ? call_id::parse(*id) : std::nullopt;
  if (!parsed)
    return wrong("/attempt_id", "must be the id of an attempt");
  if (key != *id)
    return wrong("/attempt_id", "must be the Idempotency-Key");
  order.attempt_id = *parsed;

  const auto* to = text(all, "to");
  const auto number = to ? phone::parse(*to) : std::nullopt;
  if (!number)
    return wrong("/to", "must be a phone number in E.164");
  order.to = *number;

  std::int64_t value = 0;
  if (!read_number(all, "attempt", 1, 255, value))
    return wrong("/attempt", "must be a number from 1 to 255");
  order.attempt = static_cast<std::uint8_t>(value);
  if (!read_number(all, "ring_timeout_s", 1, 65'535, value))
    return wrong("/ring_timeout_s", "must be a number from 1 to 65535");
  order.ring_timeout_s = static_cast<std::uint16_t>(value);
  if (!read_number(all, "max_duration_s", 1, 65'535, value))
    return wrong("/max_duration_s", "must be a number from 1 to 65535");
  order.max_duration_s = static_cast<std::uint16_t>(value);

  const auto* url = text(all, "callback_url");
  if (!url || !parse_callback_url(*url))
    return wrong("/callback_url", "must be an http or https URL");
  order.callback_url = *url;

  const auto* script = text(all, "script_id");
  if (!script || script->empty())
    return wrong("/script_id", "must say which script to run");
  const auto* language = text(all, "language");
  if (!language || language->empty())
    return wrong("/language", "must say which language to speak");
  const auto contact = all.find("contact");
  if (contact == all.end() || !contact->is_object() || !text(*contact, "name"))
    return wrong("/contact/name", "must be the contact's name");
  if (const auto fields = contact->find("fields"); fields == contact->end() || !fields->is_object())
    return wrong("/contact/fields", "must be an object");

  const auto campaign = all.find("campaign");
  const auto* campaign_name = campaign == all.end() ? nullptr : text(*campaign, "id");
  if (!campaign_name || campaign_name->empty() || campaign_name->size() > 100
      || campaign_name->find_first_of(" \n\r") != std::string::npos)
    return wrong("/campaign/id", "must be the id of a campaign");
  order.campaign = *campaign_name;
  return order;
}

} // namespace redial::provider
