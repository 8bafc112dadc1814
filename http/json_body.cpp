#include "http/json_body.hpp"

#include "http/json_text.hpp"

#include <set>

namespace redial::http {

namespace {

using nlohmann::json;

/// Thrown out of the parser's callback, which has no other way to stop it.
struct refused {
  problem_details why;
};

/// Watches a document being parsed. Throws `refused`.
class watch {
public:
  explicit watch(const json_place& place) : place_{place} {}

  bool operator()(int, json::parse_event_t event, json& parsed) {
    switch (event) {
    case json::parse_event_t::object_start: open(); break;
    case json::parse_event_t::array_start: open(); break;
    case json::parse_event_t::object_end:
    case json::parse_event_t::array_end: levels_.pop_back(); break;
    case json::parse_event_t::key: name(parsed.get_ref<const std::string&>()); break;
    case json::parse_event_t::value: break;
    }
    return true;
  }

private:
  struct level {
    std::set<std::string, std::less<>> names;
    std::string current;
  };

  void open() {
    if (levels_.size() == max_json_depth)
      throw refused{too_deep_json(place_.offset)};
    levels_.emplace_back();
  }

  void name(const std::string& given) {
    auto& top = levels_.back();
    top.current = given;
    if (top.names.insert(given).second)
      return;
    std::string pointer = place_.pointer;
    for (const auto& each : levels_) {
      if (!each.names.empty()) // an array has none
        pointer += "/" + pointer_token(each.current);
    }
    throw refused{invalid_body(std::move(pointer), "is given more than once")};
  }

  const json_place& place_;
  std::vector<level> levels_;
};

} // namespace

std::optional<problem_details> refuse_unparsed(std::string_view text, const json_place& place) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return malformed_json("The body is empty; a JSON object is expected.");
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    return malformed_json("The body is not well-formed JSON.", place.offset + nul);
  return std::nullopt;
}

problem_details unexpected_json(char found, std::string_view expected, std::uint64_t offset) {
  std::string detail = "Expected ";
  detail += expected;
  detail += ", found ";
  append_json_string(detail, std::string_view{&found, 1});
  detail += '.';
  return malformed_json(std::move(detail), offset);
}

problem_details too_deep_json(std::optional<std::uint64_t> offset) {
  return malformed_json("The JSON is nested deeper than " + std::to_string(max_json_depth) + " levels.", offset);
}

checked<json> parse_json(std::string_view text, const json_place& place) {
  if (auto wrong = refuse_unparsed(text, place))
    return std::move(*wrong);
  try {
    return json::parse(text.begin(), text.end(), watch{place});
  } catch (const refused& e) {
    return e.why;
  } catch (const json::parse_error& e) {
    // nlohmann counts from 1, and one further where the text has ended.
    const auto at = e.byte > 0 ? e.byte - 1 : 0;
    return malformed_json("The body is not well-formed JSON.", place.offset + at);
  } catch (const json::out_of_range&) {
    return invalid_body(place.pointer, "holds a number that is too large");
  }
}

checked<json> parse_object(std::string_view body) {
  auto parsed = parse_json(body);
  if (const auto* value = std::get_if<json>(&parsed); value != nullptr && !value->is_object())
    return invalid_body("", "must be an object");
  return parsed;
}

void require_members(const json& object, std::initializer_list<const char*> names, fault_list& faults) {
  for (const auto* name : names) {
    if (!object.contains(name))
      faults.add("/" + pointer_token(name), "is required");
  }
}

} // namespace redial::http
