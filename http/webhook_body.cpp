#include "http/webhook_body.hpp"

#include "http/json_body.hpp"
#include "http/json_text.hpp"

namespace redial::http {

namespace {

using nlohmann::json;

void read_events(const json& given, actors::new_webhook& wanted, fault_list& faults) {
  if (!given.is_array() || given.empty()) {
    faults.add("/events", "must be an array of event types that is not empty");
    return;
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto* name = given[i].get_ptr<const std::string*>();
    const auto type = name ? parse_notice_type(*name) : std::nullopt;
    if (name && *name == "*" && given.size() == 1) {
      wanted.every_event = true;
    } else if (type && !wanted.events.has(*type)) {
      wanted.events.add(*type);
    } else {
      faults.add("/events/" + std::to_string(i),
        type                   ? "is given more than once"
        : name && *name == "*" ? "must stand alone"
                               : "must be a type of event: campaign.started, campaign.paused, campaign.resumed, "
                                 "campaign.stopped, campaign.completed, call.completed, call.disposition_set, "
                                 "call.escalated, or * alone");
    }
  }
}

} // namespace

checked<actors::new_webhook> read_webhook(std::string_view body) {
  auto parsed = parse_object(body);
  if (auto* wrong = std::get_if<problem_details>(&parsed))
    return std::move(*wrong);
  const auto& given = std::get<json>(parsed);
  actors::new_webhook wanted;
  fault_list faults;
  for (const auto& [name, value] : given.items()) {
    const auto* text = value.get_ptr<const std::string*>();
    if (name == "url") {
      if (text && !text->empty())
        wanted.url = *text;
      else
        faults.add("/url", "must be an https:// URL");
    } else if (name == "events") {
      read_events(value, wanted, faults);
    } else if (name == "secret") {
      if (text && webhook_key(*text))
        wanted.secret = *text;
      else
        faults.add("/secret", "must be whsec_ and 24 to 64 bytes in base64");
    } else {
      faults.add("/" + pointer_token(name), "is not a member of this body");
    }
  }
  require_members(given, {"url", "events"}, faults);
  if (!faults.empty())
    return invalid_body(std::move(faults));
  return wanted;
}

} // namespace redial::http
