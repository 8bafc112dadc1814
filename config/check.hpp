/// What no single key can tell: whether the settings go together.
#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace redial::config {

struct fault {
  std::string_view key; ///< the dotted name of the key to be changed
  std::string what;     ///< continues "http.listen: "
};

/// @returns the first thing that is wrong with `s`, whose numbers are taken to be within their ranges; or nullopt.
std::optional<fault> check(const settings& s);

} // namespace redial::config
