/// The one table of all keys: loading, environment variables, command line and `redial.toml` all come out of it.
#pragma once

#include "config/settings.hpp"

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace redial::config {

/// Gives the member of a `settings` that a key stands for.
template <class T>
using member = T& (*)(settings&);

using key_member = std::variant<member<bool>, member<std::uint64_t>, member<double>, member<std::string>,
  member<std::map<std::string, double>>, member<std::vector<suffix_setting>>>;

struct key {
  std::string_view name; ///< dotted: "http.listen"
  key_member of;
  std::string_view doc; ///< what it is for, units included
  double min = 0;       ///< of numbers, both inclusive
  double max = 0;
  std::vector<std::string_view> choices = {}; ///< of strings; empty: any
  bool secret = false;                        ///< never shown

  /// @returns the name of its environment variable: "REDIAL_HTTP_LISTEN".
  std::string environment_name() const;
};

/// @returns every key, those of one section together.
std::span<const key> keys();

/// @returns the key of this dotted name, or null.
const key* find_key(std::string_view name);

/// @returns the settings as a JSON object of sections, secrets that are set masked.
std::string settings_as_json(const settings& of);

/// @returns the text of `redial.toml`: every key with its meaning, range and default.
std::string reference_file();

} // namespace redial::config
