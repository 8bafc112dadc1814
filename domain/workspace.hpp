/// Workspaces: every object belongs to one, and none sees another's.
#pragma once

#include <string>
#include <string_view>

namespace redial {

/// 1 to 64 of a-z, 0-9, "-" and "_", the first a letter or digit.
using workspace_name = std::string;

/// Where everything lives that names no workspace: the data of versions that knew none, and the first admin key.
inline constexpr std::string_view default_workspace = "default";

/// @returns whether `name` may name a workspace.
bool is_workspace_name(std::string_view name) noexcept;

} // namespace redial
