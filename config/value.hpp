/// How one TOML value becomes one setting.
#pragma once

#include "config/keys.hpp"

#include <toml++/toml.h>

#include <optional>
#include <string>

namespace redial::config {

/// Sets what `k` stands for. @returns what is wrong with `value` ("must be …"), the settings unchanged then; or
/// nullopt.
std::optional<std::string> assign(settings& s, const key& k, const toml::node& value);

/// The same with a value from outside a file: the text itself for strings, TOML for everything else.
std::optional<std::string> assign_text(settings& s, const key& k, const std::string& value);

} // namespace redial::config
