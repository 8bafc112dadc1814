/// Phones in URLs.
#pragma once

#include "domain/phone.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace redial::http {

/// @returns a phone as it stands in a URL, where a plus sign that was not encoded may have become a space.
inline std::optional<phone> phone_in_url(std::string_view text) {
  if (!text.empty() && text.front() == ' ')
    return phone::parse("+" + std::string{text.substr(1)});
  return phone::parse(text);
}

} // namespace redial::http
