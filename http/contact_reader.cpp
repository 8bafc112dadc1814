#include "http/contact_reader.hpp"

#include "http/campaign_members.hpp"
#include "http/json_text.hpp"

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include <algorithm>
#include <unordered_set>

namespace redial::http {

namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t longest_name = 255; // code points [seed]

std::string_view trim_right(std::string_view text) noexcept {
  const auto last = text.find_last_not_of(" \t\r\n");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::size_t count_digits(std::string_view text) noexcept {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

/// The number grammar of RFC 8259. Numbers are kept as given, so their size does not matter, only their form.
bool is_number(std::string_view text) noexcept {
  if (!text.empty() && text.front() == '-')
    text.remove_prefix(1);
  auto whole = count_digits(text);
  if (whole == 0 || (whole > 1 && text.front() == '0'))
    return false;
  text.remove_prefix(whole);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    auto fraction = count_digits(text);
    if (fraction == 0)
      return false;
    text.remove_prefix(fraction);
  }
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '+' || text.front() == '-'))
      text.remove_prefix(1);
    auto exponent = count_digits(text);
    if (exponent == 0)
      return false;
    text.remove_prefix(exponent);
  }
  return text.empty();
}

/// @returns the code unit of the escape "\uXXXX" at the front of `text`, or -1 if there is none.
int escaped_unit(std::string_view text) noexcept {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u')
    return -1;
  int unit = 0;
  for (char c : text.substr(2, 4)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0)
      return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

/// Whether every escaped surrogate in `text`, the raw inside of a string, is one half of a pair. A lone one is no
/// character: a string with it cannot be handed on as UTF-8.
bool surrogates_are_paired(std::string_view text) noexcept {
  auto at = text.find('\\');
  while (at != std::string_view::npos && at + 1 < text.size()) {
    const int unit = escaped_unit(text.substr(at));
    if (unit >= 0xDC00 && unit <= 0xDFFF)
      return false;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      const int next = escaped_unit(text.substr(at + 6));
      if (next < 0xDC00 || next > 0xDFFF)
        return false;
      at += 10;
    }
    at = text.find('\\', at + 2);
  }
  return true;
}

/// @returns the raw inside of the string whose first byte after the quote is at `begin`.
std::string_view raw_string(const char* begin) noexcept {
  const char* end = begin;
  while (*end != '"')
    end += *end == '\\' ? 2 : 1;
  return {begin, static_cast<std::size_t>(end - begin)};
}

/// The members of one contact by name, to find one that is given twice. Few names are compared one by one, many are
/// hashed: a contact of thousands of members must not take quadratic time.
class seen_names {
public:
  void clear() {
    few_.clear();
    many_.clear();
  }
  bool insert(std::string_view name) {
    constexpr std::size_t most = 16;
    if (few_.size() < most) {
      if (std::find(few_.begin(), few_.end(), name) != few_.end())
        return false;
      few_.push_back(name);
      return true;
    }
    if (many_.empty())
      many_.insert(few_.begin(), few_.end());
    return many_.insert(name).second;
  }

private:
  std::vector<std::string_view> few_;
  std::unordered_set<std::string_view> many_;
};

/// Goes through the whole of `value`, as the lazy parser looks only at what is asked for. Recursion is bounded by the
/// depth that the element was let through with. @returns whether it is well-formed.
bool check_value(ondemand::value value);

bool check_string(ondemand::value& value, std::string_view& text) {
  const auto token = value.raw_json_token();
  if (value.get_string().get(text) != simdjson::SUCCESS)
    return false;
  return surrogates_are_paired(raw_string(token.data() + 1));
}

bool check_object(ondemand::value& value) {
  ondemand::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS)
    return false;
  for (auto each : object) {
    ondemand::field field;
    if (std::move(each).get(field) != simdjson::SUCCESS)
      return false;
    const char* raw_key = field.key().raw();
    std::string_view key;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS || !surrogates_are_paired(raw_string(raw_key)))
      return false;
    if (!check_value(field.value()))
      return false;
  }
  return true;
}

bool check_array(ondemand::value& value) {
  ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS)
    return false;
  for (auto each : array) {
    ondemand::value element;
    if (std::move(each).get(element) != simdjson::SUCCESS || !check_value(element))
      return false;
  }
  return true;
}

bool check_value(ondemand::value value) {
  ondemand::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS)
    return false;
  std::string_view text;
  switch (type) {
  case ondemand::json_type::object: return check_object(value);
  case ondemand::json_type::array: return check_array(value);
  case ondemand::json_type::string: return check_string(value, text);
  case ondemand::json_type::number: return is_number(trim_right(value.raw_json_token()));
  case ondemand::json_type::boolean: {
    const auto token = trim_right(value.raw_json_token());
    return token == "true" || token == "false";
  }
  case ondemand::json_type::null: return trim_right(value.raw_json_token()) == "null";
  }
  return false;
}

} // namespace

/// The parser and what is known of the contact being read.
struct contact_reader::engine {
  ondemand::parser parser;
  ondemand::document document;
  seen_names names;
  fault_list* faults = nullptr;
  std::string prefix;
  std::uint64_t index = 0;
  std::uint64_t line = 0;
  bool faulty = false;

  void refuse(std::string_view member, std::string_view detail) {
    faulty = true;
    if (!faults->keeps_more()) {
      faults->count_one();
      return;
    }
    std::string pointer = prefix + std::to_string(index);
    if (!member.empty())
      pointer += "/" + pointer_token(member);
    faults->add(std::move(pointer), std::string{detail}, line);
  }

  /// @returns whether `value` is well-formed; whether it is a valid string is said by `text` and faults.
  bool read_text(ondemand::value& value, std::string_view member, std::string_view& text, bool& is_text) {
    ondemand::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS)
      return false;
    is_text = type == ondemand::json_type::string;
    if (is_text)
      return check_string(value, text);
    refuse(member, "must be a string");
    return check_value(value);
  }

  bool read_phone(ondemand::value& value, contact_profile& out) {
    std::string_view text;
    bool is_text = false;
    if (!read_text(value, "phone", text, is_text))
      return false;
    if (!is_text)
      return true;
    if (auto number = phone::parse(text))
      out.phone = *number;
    else
      refuse("phone", not_a_phone);
    return true;
  }

  bool read_name(ondemand::value& value, contact_profile& out) {
    std::string_view text;
    bool is_text = false;
    if (!read_text(value, "name", text, is_text))
      return false;
    if (!is_text)
      return true;
    const auto length = text.size() <= longest_name ? text.size() : count_code_points(text);
    if (length == 0 || length > longest_name)
      refuse("name", "must have 1 to 255 characters");
    else
      out.name = text;
    return true;
  }

  bool read_custom(ondemand::value value, std::string_view raw_key, contact_profile& out) {
    ondemand::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS)
      return false;
    const auto token = value.raw_json_token();
    const bool nested = type == ondemand::json_type::object || type == ondemand::json_type::array;
    if (!check_value(value))
      return false;
    auto raw = token;
    if (nested) {
      const char* next = nullptr;
      if (document.current_location().get(next) != simdjson::SUCCESS)
        return false;
      raw = {token.data(), static_cast<std::size_t>(next - token.data())};
    }
    out.fields += out.fields.empty() ? "{\"" : ",\"";
    out.fields += raw_key;
    out.fields += "\":";
    out.fields += trim_right(raw);
    return true;
  }

  /// @returns whether the element is well-formed.
  bool read_object(contact_profile& out) {
    ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS)
      return false;
    names.clear();
    bool has_phone = false;
    bool has_name = false;
    for (auto each : object) {
      ondemand::field field;
      if (std::move(each).get(field) != simdjson::SUCCESS)
        return false;
      const auto raw_key = raw_string(field.key().raw());
      std::string_view key;
      if (field.unescaped_key().get(key) != simdjson::SUCCESS || !surrogates_are_paired(raw_key))
        return false;
      ondemand::value value = field.value();
      if (!names.insert(key)) {
        refuse(key, "is given more than once");
        if (!check_value(value))
          return false;
        continue;
      }
      const bool is_phone = key == "phone";
      const bool is_name = key == "name";
      has_phone |= is_phone;
      has_name |= is_name;
      const bool well_formed = is_phone  ? read_phone(value, out)
                               : is_name ? read_name(value, out)
                                         : read_custom(value, raw_key, out);
      if (!well_formed)
        return false;
    }
    out.fields += out.fields.empty() ? "{}" : "}";
    if (!has_phone)
      refuse("phone", "is required");
    if (!has_name)
      refuse("name", "is required");
    return true;
  }
};

contact_reader::contact_reader(std::string prefix) : engine_{std::make_unique<engine>()} {
  engine_->prefix = std::move(prefix);
}
contact_reader::~contact_reader() = default;

contact_reader::verdict contact_reader::read(
  std::string_view element, std::uint64_t index, contact_profile& out, fault_list& faults, std::uint64_t line) {
  static_assert(padding >= simdjson::SIMDJSON_PADDING);
  auto& e = *engine_;
  e.faults = &faults;
  e.index = index;
  e.line = line;
  e.faulty = false;
  malformed_at_ = 0;
  out.name.clear();
  out.fields.clear();
  if (element.front() != '{') {
    // To that parser a NUL is the end of its input.
    if (element.find('\0') != std::string_view::npos || !nlohmann::json::accept(element))
      return verdict::malformed;
    e.refuse({}, "must be an object");
    return verdict::faulty;
  }
  const simdjson::padded_string_view text{element.data(), element.size(), element.size() + padding};
  if (e.parser.iterate(text).get(e.document) != simdjson::SUCCESS)
    return verdict::malformed;
  if (!e.read_object(out)) {
    const char* at = nullptr;
    if (e.document.current_location().get(at) == simdjson::SUCCESS && at >= element.data())
      malformed_at_ = std::min(static_cast<std::size_t>(at - element.data()), element.size());
    return verdict::malformed;
  }
  return e.faulty ? verdict::faulty : verdict::good;
}

} // namespace redial::http
