#include "telephony/http/protocol.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace redial::telephony {

namespace {

using nlohmann::json;

problem malformed(std::string detail) { return {error_code::malformed, std::move(detail), {}}; }
problem invalid(std::string_view member, std::string detail) {
  return {error_code::invalid_value, std::string{member} + " " + std::move(detail), "/" + std::string{member}};
}

std::string json_text(std::string_view text) {
  // Most of it is ids and names in ASCII, for which a serializer is not worth its making.
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }))
    return '"' + std::string{text} + '"';
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

void add(std::string& object, std::string_view name, std::string_view json_value) {
  object += object.empty() ? '{' : ',';
  object.append(1, '"').append(name).append("\":").append(json_value);
}

/// Whole seconds, rounded up: a limit of half a second must not become none.
std::string seconds(milliseconds span) { return std::to_string(std::chrono::ceil<std::chrono::seconds>(span).count()); }

/// @returns what keeps `body` from being read as an object, if anything.
std::optional<problem> read_object(std::string_view body, json& object) {
  object = json::parse(body, nullptr, false);
  if (object.is_discarded())
    return malformed("the body is not JSON");
  if (!object.is_object())
    return malformed("the body is not a JSON object");
  return std::nullopt;
}

/// @returns the member's text, or why there is none.
result<std::string> read_text(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end())
    return invalid(name, "is missing");
  const auto* text = found->get_ptr<const json::string_t*>();
  if (!text)
    return invalid(name, "is not a string");
  if (text->empty())
    return invalid(name, "is empty");
  return *text;
}

result<std::string> read_disposition(const json& object) {
  auto label = read_text(object, "disposition");
  if (label && !disposition::is_valid(*label))
    return invalid("disposition", "is not of the form [a-z0-9_]{1,64}");
  return label;
}

provider_event::kind kind_of(std::string_view name) {
  using enum provider_event::kind;
  constexpr std::array<std::pair<std::string_view, provider_event::kind>, 6> names{{{"initiated", progress},
    {"ringing", progress}, {"amd", progress}, {"answered", answered}, {"completed", completed}, {"result", result}}};
  const auto* found = std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.first == name; });
  return found == names.end() ? other : found->second;
}

result<void> read_completion(const json& object, provider_event& into) {
  const auto outcome_name = read_text(object, "outcome");
  if (!outcome_name)
    return outcome_name.error();
  const auto outcome = parse_call_outcome(*outcome_name);
  // "unknown" is what redial says where no provider can tell; a provider that reports an end can.
  if (!outcome || *outcome == call_outcome::unknown)
    return invalid("outcome", "is none of the protocol's");
  into.outcome = *outcome;
  const auto label = object.find("disposition");
  if (label == object.end() || label->is_null())
    return {};
  auto disposition = read_disposition(object);
  if (!disposition)
    return disposition.error();
  into.disposition = std::move(*disposition);
  return {};
}

/// Reads all of an event but whom it is about.
result<provider_event> read_event(const json& object, time_point now) {
  provider_event event;
  const auto name = read_text(object, "event");
  if (!name)
    return name.error();
  event.what = kind_of(*name);
  const auto at_text = read_text(object, "at");
  if (!at_text)
    return at_text.error();
  const auto at = parse_rfc3339(*at_text);
  if (!at)
    return invalid("at", "is not an RFC 3339 date-time");
  event.at = std::min(*at, now);
  if (event.what == provider_event::kind::completed) {
    if (const auto completion = read_completion(object, event); !completion)
      return completion.error();
  } else if (event.what == provider_event::kind::result) {
    auto disposition = read_disposition(object);
    if (!disposition)
      return disposition.error();
    event.disposition = std::move(*disposition);
  }
  return event;
}

} // namespace

std::string place_body(const call_request& request, const call_terms& terms) {
  const auto& campaign = *request.campaign;
  const auto& contact = *request.contact;
  std::string contact_part;
  add(contact_part, "name", json_text(contact.name));
  add(contact_part, "fields", contact.fields.empty() ? std::string_view{"{}"} : std::string_view{contact.fields});
  std::string campaign_part;
  add(campaign_part, "id", json_text(campaign.id.view()));
  add(campaign_part, "name", json_text(campaign.name));

  std::string body;
  body.reserve(512 + contact_part.size() + campaign_part.size());
  add(body, "attempt_id", json_text(request.id.to_string()));
  add(body, "to", json_text(contact.phone.to_string()));
  if (!terms.from.empty())
    add(body, "from", json_text(terms.from));
  add(body, "script_id", json_text(campaign.script_id));
  add(body, "language", json_text(campaign.language));
  add(body, "contact", contact_part + "}");
  add(body, "campaign", campaign_part + "}");
  add(body, "attempt", std::to_string(request.attempt));
  add(body, "ring_timeout_s", seconds(terms.ring_timeout));
  add(body, "max_duration_s", seconds(terms.max_duration));
  add(body, "callback_url", json_text(terms.callback_url));
  return body + "}";
}

result<provider_event> read_callback(std::string_view body, time_point now) {
  json object;
  if (auto fault = read_object(body, object))
    return std::move(*fault);
  const auto id_text = read_text(object, "attempt_id");
  if (!id_text)
    return id_text.error();
  const auto id = call_id::parse(*id_text);
  if (!id)
    return invalid("attempt_id", "is not one that redial gave");
  auto event = read_event(object, now);
  if (event)
    event->attempt = *id;
  return event;
}

result<std::string> read_placed(std::string_view body) {
  json object;
  if (auto fault = read_object(body, object))
    return std::move(*fault);
  return read_text(object, "call_id");
}

result<looked_up> read_looked_up(std::string_view body, call_id asked, time_point now) {
  json object;
  if (auto fault = read_object(body, object))
    return std::move(*fault);
  looked_up answer;
  auto provider_id = read_text(object, "call_id");
  if (!provider_id)
    return provider_id.error();
  answer.call_id = std::move(*provider_id);
  const auto status = read_text(object, "status");
  if (!status)
    return status.error();
  if (*status != "in_progress" && *status != "ended")
    return invalid("status", "is neither in_progress nor ended");
  answer.ended = *status == "ended";
  if (const auto whose = object.find("attempt_id"); whose != object.end() && *whose != asked.to_string())
    return invalid("attempt_id", "is not the one that was asked for");
  const auto events = object.find("events");
  if (events == object.end())
    return invalid("events", "is missing");
  if (!events->is_array())
    return invalid("events", "is not an array");
  for (const auto& element : *events) {
    auto event = element.is_object() ? read_event(element, now) : malformed("an event is not an object");
    if (event) {
      event->attempt = asked;
      answer.events.push_back(std::move(*event));
    } else {
      ++answer.unreadable;
    }
  }
  return answer;
}

std::string path_segment(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string segment;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'
        || c == '~')
      segment += c;
    else
      segment.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return segment;
}

bool disowns(std::string_view body, call_id asked) {
  const auto object = json::parse(body, nullptr, false);
  if (!object.is_object())
    return false;
  const auto id = object.find("attempt_id");
  return id != object.end() && id->is_string() && id->get_ref<const json::string_t&>() == asked.to_string();
}

std::string error_detail(std::string_view body) {
  constexpr std::size_t longest = 200;
  std::string detail{body.substr(0, longest)};
  if (const auto object = json::parse(body, nullptr, false); object.is_object()) {
    for (const auto* name : {"detail", "error", "message"}) {
      if (const auto found = object.find(name); found != object.end() && found->is_string()) {
        detail = found->get_ref<const json::string_t&>().substr(0, longest);
        break;
      }
    }
  }
  // It goes into a log: no line of its own, nothing that moves a terminal's cursor.
  std::replace_if(
    detail.begin(), detail.end(), [](char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0; }, ' ');
  return detail;
}

} // namespace redial::telephony
