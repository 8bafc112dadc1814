/// Settings from their four sources.
#pragma once

#include "config/settings.hpp"
#include "domain/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace redial::config {

/// Names and values.
using assignments = std::vector<std::pair<std::string, std::string>>;

/// @returns the variables of this process's environment whose names begin with "REDIAL_".
assignments redial_environment();

/// The variable that gives an admin key. No setting: it is shown and kept nowhere.
inline constexpr std::string_view admin_key_variable = "REDIAL_ADMIN_KEY";
/// @returns its value, or nullopt where it is not set.
std::optional<std::string> admin_key(const assignments& environment);

/// Defaults, over them the file, over it the environment, over it the command line; then checks that it all goes
/// together.
/// @param file TOML; none: no file is read.
/// @param environment variables by name; those that do not begin with "REDIAL_" are not heeded.
/// @param flags dotted keys of the table in `keys.hpp`; what a key is given last counts.
/// Strings are given as they are; other values as TOML ("true", "0.5", "{ dnd = 1.0 }").
/// @returns the settings, or `invalid_value` with a detail that names source, line and key: "FILE:7: http.threads: must
/// be …". Unknown keys and unknown REDIAL_ variables are refused too; `admin_key_variable` is passed over.
result<settings> load(
  const std::optional<std::filesystem::path>& file, const assignments& environment, const assignments& flags);

} // namespace redial::config
