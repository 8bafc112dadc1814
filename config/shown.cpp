#include "config/keys.hpp"

#include <nlohmann/json.hpp>

namespace redial::config {

namespace {

using tree = nlohmann::ordered_json;

template <class T>
tree shown(const T& value) {
  return value;
}

tree shown(const std::map<std::string, double>& weights) {
  auto all = tree::object();
  for (const auto& [label, weight] : weights)
    all[label] = weight;
  return all;
}

tree shown(const std::vector<suffix_setting>& rules) {
  auto all = tree::array();
  for (const auto& rule : rules)
    all.push_back({{"suffix", rule.suffix}, {"outcome", to_string(rule.outcome)}, {"disposition", rule.disposition}});
  return all;
}

} // namespace

std::string settings_as_json(const settings& of) {
  auto copy = of; // members are reached for writing
  auto all = tree::object();
  for (const auto& k : keys()) {
    auto value = std::visit([&](auto member) { return shown(member(copy)); }, k.of);
    if (k.secret && !value.get<std::string>().empty())
      value = "********";
    auto* section = &all;
    auto name = k.name;
    for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
      section = &(*section)[std::string{name.substr(0, dot)}];
      name.remove_prefix(dot + 1);
    }
    (*section)[std::string{name}] = std::move(value);
  }
  return all.dump();
}

} // namespace redial::config
