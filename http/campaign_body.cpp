#include "http/campaign_body.hpp"

#include "http/json_body.hpp"
#include "http/json_text.hpp"

#include <algorithm>

namespace redial::http {

// One more than a custom field may be deep: the contact around it.
campaign_body::campaign_body() : scanner_{max_json_depth + 1} { pending_.reserve(256); }

void campaign_body::feed(std::string_view slice) {
  while (!slice.empty() && !broken_) {
    const auto used = step(slice);
    offset_ += used;
    slice.remove_prefix(used);
  }
}

std::size_t campaign_body::step(std::string_view rest) {
  switch (place_) {
  case place::name: return step_name(rest);
  case place::value: return step_value(rest);
  case place::element: return step_element(rest);
  default: break;
  }
  const char c = rest.front();
  if (is_json_space(c))
    return 1;
  any_value_ = true;
  // The scanner takes a value from its first byte on.
  if (place_ == place::value_start) {
    begin_value(c);
    return 0;
  }
  if (place_ == place::element_start || (place_ == place::first_element && c != ']')) {
    begin_element(c);
    return 0;
  }
  if ((place_ == place::member || place_ == place::first_member) && c == '"') {
    pending_.clear();
    begun_at_ = offset_;
    scanner_.begin(c);
    place_ = place::name;
    return 0;
  }
  structure(c);
  return 1;
}

/// Takes one byte of the JSON that lies between names and values.
void campaign_body::structure(char c) {
  switch (place_) {
  case place::before_object:
    if (c == '{')
      place_ = place::first_member;
    else if (begins_json_value(c) && c != 't' && c != 'f' && c != 'n') // which may begin any word
      break_off(invalid_body("", "must be an object"));
    else
      unexpected(c, "a JSON object");
    return;
  case place::first_member:
    if (c == '}')
      place_ = place::after_object;
    else
      unexpected(c, "the name of a member");
    return;
  case place::member: unexpected(c, "the name of a member"); return;
  case place::colon:
    if (c == ':')
      place_ = place::value_start;
    else
      unexpected(c, "a colon");
    return;
  case place::after_value:
    if (c == ',')
      place_ = place::member;
    else if (c == '}')
      place_ = place::after_object;
    else
      unexpected(c, "a comma or the end of the object");
    return;
  case place::array_start: place_ = place::first_element; return; // its bracket
  case place::first_element: place_ = place::after_value; return; // an empty array
  case place::after_element:
    if (c == ',')
      place_ = place::element_start;
    else if (c == ']')
      place_ = place::after_value;
    else
      unexpected(c, "a comma or the end of the array");
    return;
  case place::after_object: unexpected(c, "nothing after the object"); return;
  default: return;
  }
}

std::size_t campaign_body::step_name(std::string_view rest) {
  const auto used = scanner_.scan(rest);
  if (!take_other(rest.substr(0, used), pending_))
    return used;
  if (scanner_.complete())
    end_name();
  return used;
}

void campaign_body::end_name() {
  auto parsed = parse_json(pending_, {begun_at_, {}});
  if (auto* wrong = std::get_if<problem_details>(&parsed)) {
    break_off(std::move(*wrong));
    return;
  }
  auto name = std::get<nlohmann::json>(parsed).get<std::string>();
  const bool is_contacts = name == "contacts";
  auto same = [&](const raw_member& member) { return member.name == name; };
  const bool repeated = is_contacts ? has_contacts_ : std::any_of(members_.begin(), members_.end(), same);
  if (repeated)
    faults_.add("/" + pointer_token(name), "is given more than once");
  else if (members_.size() == max_members)
    break_off(invalid_body("", "has more than " + std::to_string(max_members) + " members"));
  use_ = repeated ? use::skip : use::keep;
  reading_contacts_ = is_contacts && !repeated;
  has_contacts_ |= is_contacts;
  if (!is_contacts && !repeated)
    members_.push_back({std::move(name), {}, 0});
  place_ = place::colon;
}

void campaign_body::begin_value(char first) {
  if (reading_contacts_ && first == '[') {
    place_ = place::array_start;
    return;
  }
  if (!begins_json_value(first)) {
    unexpected(first, "a value");
    return;
  }
  if (reading_contacts_) {
    faults_.add("/contacts", "must be an array");
    use_ = use::skip;
  } else if (use_ == use::keep) {
    members_.back().offset = offset_;
  }
  scanner_.begin(first);
  place_ = place::value;
}

std::size_t campaign_body::step_value(std::string_view rest) {
  const auto used = scanner_.scan(rest);
  if (scanner_.too_deep()) {
    break_off(too_deep_json(offset_ + used));
    return used;
  }
  if (use_ == use::keep && !take_other(rest.substr(0, used), members_.back().text))
    return used;
  if (scanner_.complete())
    place_ = place::after_value;
  return used;
}

void campaign_body::begin_element(char first) {
  if (!begins_json_value(first)) {
    unexpected(first, "a contact");
    return;
  }
  begun_at_ = offset_;
  element_.begin(first);
  place_ = place::element;
}

std::size_t campaign_body::step_element(std::string_view rest) {
  const auto used = element_.take(rest);
  if (element_.too_deep())
    break_off(too_deep_json(offset_ + used));
  else if (element_.complete() && element_.too_large())
    end_large();
  else if (element_.complete())
    end_element(element_.text());
  return used;
}

void campaign_body::end_large() {
  faults_.add(
    "/contacts/" + std::to_string(elements_++), "is larger than " + std::to_string(json_element::max_bytes) + " bytes");
  place_ = place::after_element;
}

void campaign_body::end_element(std::string_view element) {
  const auto verdict = reader_.read(element, elements_, contact_, faults_);
  if (verdict == contact_reader::verdict::malformed) {
    break_off(malformed_json(
      "Contact " + std::to_string(elements_) + " is not well-formed JSON.", begun_at_ + reader_.malformed_at()));
    return;
  }
  ++elements_;
  place_ = place::after_element;
  if (!faulty())
    chunks_.put(std::move(contact_));
}

/// Appends bytes of a member that is kept until the end. @returns false if there are too many of them.
bool campaign_body::take_other(std::string_view bytes, std::string& into) {
  other_bytes_ += bytes.size();
  if (other_bytes_ > max_other_bytes) {
    break_off(
      invalid_body("", "has more than " + std::to_string(max_other_bytes) + " bytes of members other than contacts"));
    return false;
  }
  into.append(bytes);
  return true;
}

void campaign_body::break_off(problem_details why) {
  if (!broken_)
    broken_ = std::move(why);
}

void campaign_body::unexpected(char c, std::string_view expected) { break_off(unexpected_json(c, expected, offset_)); }

checked<campaign_definition> campaign_body::finish(time_point now) {
  if (broken_)
    return *broken_;
  if (!any_value_)
    return malformed_json("The body is empty; a JSON object is expected.");
  if (place_ != place::after_object)
    return malformed_json("The body ends in the middle of the JSON.", offset_);
  if (!has_contacts_)
    faults_.add("/contacts", "is required");
  fault_list faults;
  auto definition = read_members(members_, now, faults);
  if (std::holds_alternative<problem_details>(definition))
    return definition;
  faults.append(std::move(faults_));
  faults_ = std::move(faults);
  if (!faults_.empty())
    return invalid_body(faults_);
  return definition;
}

} // namespace redial::http
