#include "config/load.hpp"

#include "config/check.hpp"
#include "config/value.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

namespace redial::config {

namespace {

/// Collects settings, and where each came from.
class loader {
public:
  result<void> read_file(const std::filesystem::path& file);
  result<void> read_environment(const assignments& environment);
  result<void> read_flags(const assignments& flags);
  result<settings> finish() const;

private:
  result<void> read_table(const toml::table& table, const std::string& prefix, const std::string& file);
  static problem refusal(const std::string& origin, std::string_view key, const std::string& what);

  settings settings_;
  std::map<std::string_view, std::string> origins_; ///< by name of key: "redial.toml:7", "command line", …
};

problem loader::refusal(const std::string& origin, std::string_view key, const std::string& what) {
  return {error_code::invalid_value, origin + ": " + std::string{key} + ": " + what, ""};
}

/// @returns how many characters must be changed, added or taken away to make `b` of `a` (Levenshtein).
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
    }
  }
  return row[b.size()];
}

/// @returns " (did you mean …?)" where one of `names` is near enough to `name`, else nothing.
template <class Name>
std::string suggestion(std::string_view name, Name&& name_of) {
  constexpr std::size_t near = 3;
  std::string best;
  auto distance = near + 1;
  for (const auto& k : keys()) {
    std::string candidate{name_of(k)};
    if (const auto d = edits_between(name.substr(0, 100), candidate); d < distance) {
      distance = d;
      best = std::move(candidate);
    }
  }
  return best.empty() ? "" : " (did you mean " + best + "?)";
}

std::string unknown_key(std::string_view name) {
  return "is not a key of redial" + suggestion(name, [](const key& k) { return k.name; });
}

bool is_section(const std::string& name) {
  return std::any_of(keys().begin(), keys().end(), [&](const key& k) { return k.name.starts_with(name + "."); });
}

result<void> loader::read_file(const std::filesystem::path& file) {
  const auto name = file.string();
  std::ifstream in{file, std::ios::binary};
  std::error_code error;
  // A directory can be opened, and reads as if it were empty.
  if (!in || std::filesystem::is_directory(file, error))
    return problem{error_code::invalid_value, name + ": cannot be read", ""};
  const std::string content{std::istreambuf_iterator<char>{in}, {}};
  try {
    return read_table(toml::parse(content), "", name);
  } catch (const toml::parse_error& e) {
    return problem{error_code::invalid_value,
      name + ":" + std::to_string(e.source().begin.line) + ": " + std::string{e.description()}, ""};
  }
}

result<void> loader::read_table(const toml::table& table, const std::string& prefix, const std::string& file) {
  // In the order of the file, so that the first fault named is the first that a reader meets.
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (const auto& [name, value] : table)
    entries.emplace_back(&name, &value);
  std::stable_sort(entries.begin(), entries.end(),
    [](const auto& a, const auto& b) { return a.first->source().begin < b.first->source().begin; });
  for (const auto& [name, value] : entries) {
    const auto full = prefix + std::string{name->str()};
    const auto origin = file + ":" + std::to_string(name->source().begin.line);
    if (const auto* k = find_key(full)) {
      if (const auto wrong = assign(settings_, *k, *value))
        return refusal(origin, full, *wrong);
      origins_[k->name] = origin;
    } else if (!is_section(full)) {
      return refusal(origin, full, unknown_key(full));
    } else if (const auto* section = value->as_table()) {
      if (auto done = read_table(*section, full + ".", file); !done)
        return done;
    } else {
      return refusal(origin, full, "is a section, not a key");
    }
  }
  return {};
}

result<void> loader::read_environment(const assignments& environment) {
  for (const auto& [name, value] : environment) {
    if (!name.starts_with("REDIAL_") || name == admin_key_variable)
      continue;
    const auto origin = "environment variable " + name;
    const auto found = std::find_if(
      keys().begin(), keys().end(), [&variable = name](const key& k) { return k.environment_name() == variable; });
    if (found == keys().end())
      return problem{error_code::invalid_value,
        origin + " stands for no key of redial" + suggestion(name, [](const key& k) { return k.environment_name(); }),
        ""};
    if (const auto wrong = assign_text(settings_, *found, value))
      return refusal(origin, found->name, *wrong);
    origins_[found->name] = origin;
  }
  return {};
}

result<void> loader::read_flags(const assignments& flags) {
  const std::string origin = "command line";
  for (const auto& [name, value] : flags) {
    const auto* k = find_key(name);
    if (!k)
      return refusal(origin, name, unknown_key(name));
    if (const auto wrong = assign_text(settings_, *k, value))
      return refusal(origin, name, *wrong);
    origins_[k->name] = origin;
  }
  return {};
}

result<settings> loader::finish() const {
  if (const auto found = check(settings_)) {
    const auto origin = origins_.find(found->key);
    return refusal(origin == origins_.end() ? "settings" : origin->second, found->key, found->what);
  }
  return settings_;
}

} // namespace

assignments redial_environment() {
  assignments result;
  for (char** variable = environ; variable && *variable; ++variable) {
    const std::string_view text{*variable};
    const auto equals = text.find('=');
    if (text.starts_with("REDIAL_") && equals != std::string_view::npos)
      result.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return result;
}

std::optional<std::string> admin_key(const assignments& environment) {
  for (const auto& [name, value] : environment) {
    if (name == admin_key_variable)
      return value;
  }
  return std::nullopt;
}

result<settings> load(
  const std::optional<std::filesystem::path>& file, const assignments& environment, const assignments& flags) {
  loader l;
  if (file) {
    if (auto done = l.read_file(*file); !done)
      return done.error();
  }
  if (auto done = l.read_environment(environment); !done)
    return done.error();
  if (auto done = l.read_flags(flags); !done)
    return done.error();
  return l.finish();
}

} // namespace redial::config
