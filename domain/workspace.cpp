#include "domain/workspace.hpp"

#include <algorithm>

namespace redial {

bool is_workspace_name(std::string_view name) noexcept {
  constexpr std::size_t longest = 64;
  constexpr auto letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= longest && letter_or_digit(name.front())
         && std::all_of(name.begin(), name.end(), [&](char c) { return letter_or_digit(c) || c == '-' || c == '_'; });
}

} // namespace redial
