#include "config/value.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace redial::config {

namespace {

using complaint = std::optional<std::string>;

std::string text_of(const toml::node& value) {
  std::ostringstream out;
  value.visit([&](const auto& v) { out << v; });
  return out.str();
}

std::string range_of(const key& k) {
  std::ostringstream out;
  out.precision(std::numeric_limits<double>::digits10);
  out << k.min << " to " << k.max;
  return out.str();
}

complaint wrong(const std::string& expected, const toml::node& value) {
  return "must be " + expected + ", is " + text_of(value);
}

complaint read(bool& to, const key&, const toml::node& value) {
  const auto* v = value.as_boolean();
  if (!v)
    return wrong("true or false", value);
  to = v->get();
  return {};
}

complaint read(std::uint64_t& to, const key& k, const toml::node& value) {
  const auto* v = value.as_integer();
  if (!v || static_cast<double>(v->get()) < k.min || static_cast<double>(v->get()) > k.max)
    return wrong("a whole number, " + range_of(k), value);
  to = static_cast<std::uint64_t>(v->get());
  return {};
}

std::optional<double> number_of(const toml::node& value) {
  if (const auto* whole = value.as_integer())
    return static_cast<double>(whole->get());
  if (const auto* real = value.as_floating_point(); real && std::isfinite(real->get()))
    return real->get();
  return std::nullopt;
}

complaint read(double& to, const key& k, const toml::node& value) {
  const auto v = number_of(value);
  if (!v || *v < k.min || *v > k.max)
    return wrong("a number, " + range_of(k), value);
  to = *v;
  return {};
}

complaint read(std::string& to, const key& k, const toml::node& value) {
  const auto* v = value.as_string();
  if (!v)
    return wrong("a string", value);
  if (!k.choices.empty() && std::find(k.choices.begin(), k.choices.end(), v->get()) == k.choices.end()) {
    std::string expected = k.choices.size() > 1 ? "one of " : "";
    for (auto choice : k.choices)
      expected += (choice == k.choices.front() ? "\"" : ", \"") + std::string{choice} + '"';
    return "must be " + expected + ", is \"" + v->get() + '"';
  }
  to = v->get();
  return {};
}

complaint read(std::map<std::string, double>& to, const key&, const toml::node& value) {
  const auto* table = value.as_table();
  if (!table)
    return wrong("a table of numbers", value);
  std::map<std::string, double> read_so_far;
  for (const auto& [label, weight] : *table) {
    const auto v = number_of(weight);
    if (!v)
      return std::string{label.str()} + " " + *wrong("a number", weight);
    read_so_far.emplace(label.str(), *v);
  }
  to = std::move(read_so_far);
  return {};
}

complaint read(std::vector<suffix_setting>& to, const key&, const toml::node& value) {
  const auto* array = value.as_array();
  if (!array)
    return wrong("an array of tables", value);
  std::vector<suffix_setting> read_so_far;
  for (const auto& element : *array) {
    const auto* rule = element.as_table();
    if (!rule)
      return wrong("an array of tables", value);
    for (const auto& [name, member] : *rule) {
      if (name != "suffix" && name != "outcome" && name != "disposition")
        return "has no member " + std::string{name.str()} + ", only suffix, outcome and disposition";
      if (!member.is_string())
        return std::string{name.str()} + " " + *wrong("a string", member);
    }
    const auto outcome_name = (*rule)["outcome"].value_or(std::string{});
    const auto outcome = parse_call_outcome(outcome_name);
    if (!outcome)
      return "\"" + outcome_name + "\" is no outcome";
    read_so_far.push_back(
      {(*rule)["suffix"].value_or(std::string{}), *outcome, (*rule)["disposition"].value_or(std::string{})});
  }
  to = std::move(read_so_far);
  return {};
}

} // namespace

std::optional<std::string> assign(settings& s, const key& k, const toml::node& value) {
  return std::visit([&](auto of) { return read(of(s), k, value); }, k.of);
}

std::optional<std::string> assign_text(settings& s, const key& k, const std::string& value) {
  if (std::holds_alternative<member<std::string>>(k.of))
    return assign(s, k, toml::value<std::string>{value});
  try {
    const auto parsed = toml::parse("value = " + value);
    if (parsed.size() == 1)
      return assign(s, k, *parsed.get("value"));
  } catch (const toml::parse_error&) {
    // told below, in words that fit a value outside a file
  }
  return "\"" + value + "\" is not a value in TOML";
}

} // namespace redial::config
