#include "domain/phone.hpp"

namespace redial {

std::optional<phone> phone::parse(std::string_view text) noexcept {
  if (text.size() < 8 || text.size() > 16 || text[0] != '+' || text[1] == '0')
    return std::nullopt;
  std::uint64_t value = 0;
  for (char c : text.substr(1)) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return phone{value};
}

std::string phone::to_string() const { return "+" + std::to_string(value_); }

} // namespace redial
