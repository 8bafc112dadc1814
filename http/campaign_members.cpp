#include "http/campaign_members.hpp"

#include "domain/language.hpp"
#include "http/json_body.hpp"
#include "http/json_text.hpp"

#include <algorithm>
#include <array>

namespace redial::http {

namespace {

using nlohmann::json;

constexpr std::size_t longest_name = 255;      // code points [seed]
constexpr std::size_t longest_script_id = 128; // characters [seed]
constexpr int most_attempts = 5;               // [seed]
constexpr int longest_retry_interval = 10080;  // minutes, a week [seed]

/// A string of 1 to `longest` code points; anything else is a fault.
void read_text(const json& value, std::string_view pointer, std::size_t longest, std::string& out, fault_list& faults) {
  if (!value.is_string()) {
    faults.add(std::string{pointer}, "must be a string");
    return;
  }
  out = value.get_ref<const std::string&>();
  const auto length = count_code_points(out);
  if (length == 0 || length > longest)
    faults.add(
      std::string{pointer}, "must have 1 to " + std::to_string(longest) + " characters, has " + std::to_string(length));
}

std::optional<int> read_integer(const json& value, std::string_view pointer, int low, int high, fault_list& faults) {
  const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() >= static_cast<std::uint64_t>(low)
                    && value.get<std::uint64_t>() <= static_cast<std::uint64_t>(high);
  if (fits)
    return value.get<int>();
  faults.add(std::string{pointer}, "must be an integer from " + std::to_string(low) + " to " + std::to_string(high));
  return std::nullopt;
}

std::optional<time_point> read_instant(const json& value, const std::string& pointer, fault_list& faults) {
  if (value.is_null()) // as an answer shows a member that is not set
    return std::nullopt;
  auto at = value.is_string() ? parse_rfc3339(value.get_ref<const std::string&>()) : std::nullopt;
  if (!at)
    faults.add(pointer, "must be an RFC 3339 date-time with offset, for instance 2030-01-31T09:00:00+05:30");
  return at;
}

void read_timezone(const json& value, std::string& out, fault_list& faults) {
  if (value.is_null())
    return;
  if (value.is_string() && is_known_timezone(value.get_ref<const std::string&>()))
    out = value.get<std::string>();
  else
    faults.add("/schedule/timezone", "must be the name of an IANA time zone, for instance Asia/Kolkata");
}

std::optional<campaign_schedule> read_schedule(const json& value, time_point now, fault_list& faults) {
  if (value.is_null())
    return std::nullopt;
  if (!value.is_object()) {
    faults.add("/schedule", "must be an object");
    return std::nullopt;
  }
  campaign_schedule schedule;
  for (const auto& [name, member] : value.items()) {
    const auto pointer = "/schedule/" + pointer_token(name);
    if (name == "start_time")
      schedule.start_time = read_instant(member, pointer, faults);
    else if (name == "end_time")
      schedule.end_time = read_instant(member, pointer, faults);
    else if (name == "timezone")
      read_timezone(member, schedule.timezone, faults);
    else if (name == "calling_hours" || name == "holidays")
      // Taking it without keeping it would call people at night.
      faults.add(pointer, "is not supported by this version yet, so it is refused rather than ignored");
    else
      faults.add(pointer, "is not a member of a schedule");
  }
  if (schedule.end_time && schedule.start_time && *schedule.end_time <= *schedule.start_time)
    faults.add("/schedule/end_time", "must be after start_time");
  else if (schedule.end_time && *schedule.end_time <= now)
    faults.add("/schedule/end_time", "has passed already");
  return schedule;
}

void read_language(const json& value, std::string& out, fault_list& faults) {
  auto tag = value.is_string() ? canonical_language_tag(value.get_ref<const std::string&>()) : std::nullopt;
  if (tag)
    out = std::move(*tag);
  else
    faults.add("/language", "must be a BCP 47 language tag, for instance hi-IN");
}

void read_member(
  const std::string& name, const json& value, time_point now, campaign_definition& out, fault_list& faults) {
  if (name == "name") {
    read_text(value, "/name", longest_name, out.name, faults);
  } else if (name == "script_id") {
    read_text(value, "/script_id", longest_script_id, out.script_id, faults);
  } else if (name == "language") {
    read_language(value, out.language, faults);
  } else if (name == "schedule") {
    out.schedule = read_schedule(value, now, faults);
  } else if (name == "max_attempts") {
    if (auto n = read_integer(value, "/max_attempts", 1, most_attempts, faults))
      out.max_attempts = static_cast<std::uint8_t>(*n);
  } else if (name == "retry_interval_minutes") {
    if (auto n = read_integer(value, "/retry_interval_minutes", 1, longest_retry_interval, faults))
      out.retry_interval = std::chrono::minutes{*n};
  } else {
    faults.add("/" + pointer_token(name), "is not a member of a campaign");
  }
}

} // namespace

std::size_t count_code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(
    std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

checked<campaign_definition> read_members(const std::vector<raw_member>& members, time_point now, fault_list& faults) {
  constexpr std::array<std::string_view, 3> required{"name", "script_id", "language"};
  campaign_definition definition;
  for (const auto& member : members) {
    auto value = parse_json(member.text, {member.offset, "/" + pointer_token(member.name)});
    if (auto* wrong = std::get_if<problem_details>(&value)) {
      if (wrong->status != 422)
        return std::move(*wrong);
      faults.append(std::move(wrong->faults));
      continue;
    }
    read_member(member.name, std::get<json>(value), now, definition, faults);
  }
  for (auto name : required) {
    auto is_it = [&](const raw_member& member) { return member.name == name; };
    if (std::none_of(members.begin(), members.end(), is_it))
      faults.add("/" + std::string{name}, "is required");
  }
  return definition;
}

} // namespace redial::http
