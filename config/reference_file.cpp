#include "config/keys.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

namespace redial::config {

namespace {

std::string number(double value) {
  char buffer[32];
  const auto end = std::to_chars(std::begin(buffer), std::end(buffer), value).ptr;
  return {buffer, end};
}

std::string plain_number(double value) {
  return std::abs(value) < 1e17 && value == std::floor(value) ? std::to_string(static_cast<std::int64_t>(value))
                                                              : number(value);
}

std::string toml(bool value) { return value ? "true" : "false"; }

std::string toml(std::uint64_t value) { return std::to_string(value); }

std::string toml(double value) {
  auto result = number(value);
  return result.find_first_of(".e") == std::string::npos ? result + ".0" : result;
}

/// Defaults hold neither quotes nor control characters.
std::string toml(const std::string& value) { return '"' + value + '"'; }

std::string toml(const std::map<std::string, double>& weights) {
  std::string result = "{";
  for (const auto& [label, weight] : weights)
    result += (result.size() > 1 ? ", " : " ") + label + " = " + toml(weight);
  return result + " }";
}

std::string toml(const std::vector<suffix_setting>& rules) {
  std::string result = "[";
  for (const auto& rule : rules)
    result += (result.size() > 1 ? ", " : "") + ("{ suffix = " + toml(rule.suffix))
              + ", outcome = " + toml(std::string{to_string(rule.outcome)})
              + (rule.disposition.empty() ? "" : ", disposition = " + toml(rule.disposition)) + " }";
  return result + "]";
}

/// Breaks `text` into comment lines of at most 100 columns; after a line break in it, what follows stays on one line.
std::string comment(std::string_view text) {
  const auto example = text.find('\n');
  const auto after =
    example == std::string_view::npos ? std::string{} : "#   " + std::string{text.substr(example + 1)} + '\n';
  text = text.substr(0, example);
  std::string result;
  std::string line = "#";
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    if (line.size() + 1 + word.size() > 100) {
      result += line + '\n';
      line = "#";
    }
    line.append(1, ' ').append(word);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return result + line + '\n' + after;
}

std::string range_of(const key& k) {
  if (k.choices.size() == 1)
    return " So far only \"" + std::string{k.choices.front()} + "\".";
  if (!k.choices.empty()) {
    std::string result = " One of";
    for (std::size_t i = 0; i < k.choices.size(); ++i)
      result.append(i == 0 ? " \"" : ", \"").append(k.choices[i]).append("\"");
    return result + ".";
  }
  if (k.max > k.min)
    return " Range: " + plain_number(k.min) + " to " + plain_number(k.max) + ".";
  return {};
}

} // namespace

std::string reference_file() {
  std::string result =
    comment("redial's settings: every key, with the value it has where nothing is set.")
    + comment("Each can also be given as environment variable: REDIAL_, the section and the key in "
              "upper case, with _ for every dot (REDIAL_HTTP_LISTEN). The environment goes before this "
              "file, the command line before both.");
  settings defaults;
  std::string_view section;
  for (const auto& k : keys()) {
    const auto dot = k.name.rfind('.');
    if (k.name.substr(0, dot) != section) {
      section = k.name.substr(0, dot);
      result += "\n[" + std::string{section} + "]\n";
    } else {
      result += '\n';
    }
    result += comment(std::string{k.doc} + range_of(k));
    const auto value = std::visit([&](auto of) { return toml(of(defaults)); }, k.of);
    result += std::string{k.name.substr(dot + 1)} + " = " + value + '\n';
  }
  return result;
}

} // namespace redial::config
