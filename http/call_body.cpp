#include "http/call_body.hpp"

#include "domain/language.hpp"
#include "http/campaign_members.hpp"
#include "http/json_body.hpp"
#include "http/json_text.hpp"

#include <simdjson.h>

#include <array>

namespace redial::http {

namespace {

using nlohmann::json;

constexpr std::size_t longest_name = 255;      // code points, as of a contact
constexpr std::size_t longest_script_id = 128; // as of a campaign

void read_text(const json& value, std::string_view member, std::size_t longest, std::string& out, fault_list& faults) {
  const auto pointer = "/" + std::string{member};
  if (!value.is_string()) {
    faults.add(pointer, "must be a string");
    return;
  }
  out = value.get_ref<const std::string&>();
  if (const auto length = count_code_points(out); length == 0 || length > longest)
    faults.add(pointer, "must have 1 to " + std::to_string(longest) + " characters, has " + std::to_string(length));
}

void read_phone(const json& value, phone& out, fault_list& faults) {
  const auto number = value.is_string() ? phone::parse(value.get_ref<const std::string&>()) : std::nullopt;
  if (number)
    out = *number;
  else
    faults.add("/phone", not_a_phone);
}

void read_language(const json& value, std::string& out, fault_list& faults) {
  auto tag = value.is_string() ? canonical_language_tag(value.get_ref<const std::string&>()) : std::nullopt;
  if (tag)
    out = std::move(*tag);
  else
    faults.add("/language", "must be a BCP 47 language tag, for instance hi-IN");
}

/// @returns the text of the member `fields` of a body that is known to be a well-formed object with such a member,
/// itself an object.
std::string text_of_fields(std::string_view body) {
  const simdjson::padded_string padded{body};
  simdjson::ondemand::parser parser;
  auto document = parser.iterate(padded);
  simdjson::ondemand::object object;
  std::string_view raw;
  if (document.get_object().get(object) != simdjson::SUCCESS)
    return {};
  for (auto each : object) {
    simdjson::ondemand::field field;
    std::string_view name;
    if (std::move(each).get(field) != simdjson::SUCCESS || field.unescaped_key().get(name) != simdjson::SUCCESS)
      return {};
    if (name != "fields")
      continue;
    simdjson::ondemand::object fields;
    if (field.value().get_object().get(fields) != simdjson::SUCCESS || fields.raw_json().get(raw) != simdjson::SUCCESS)
      return {};
    raw = raw.substr(0, raw.rfind('}') + 1); // without the space behind it
    return std::string{raw};
  }
  return {};
}

} // namespace

checked<actors::one_off_call> read_call(std::string_view body) {
  auto parsed = parse_object(body);
  if (auto* wrong = std::get_if<problem_details>(&parsed))
    return std::move(*wrong);
  const auto& given = std::get<json>(parsed);
  actors::one_off_call call;
  call.contact.fields = "{}";
  fault_list faults;
  for (const auto& [name, value] : given.items()) {
    if (name == "phone")
      read_phone(value, call.contact.phone, faults);
    else if (name == "name")
      read_text(value, name, longest_name, call.contact.name, faults);
    else if (name == "script_id")
      read_text(value, name, longest_script_id, call.script_id, faults);
    else if (name == "language")
      read_language(value, call.language, faults);
    else if (name == "fields" && value.is_object())
      call.contact.fields = text_of_fields(body);
    else if (name == "fields")
      faults.add("/fields", "must be an object");
    else
      faults.add("/" + pointer_token(name), "is not a member of a call; custom fields go into fields");
  }
  require_members(given, {"phone", "name", "script_id", "language"}, faults);
  if (!faults.empty())
    return invalid_body(std::move(faults));
  return call;
}

} // namespace redial::http
