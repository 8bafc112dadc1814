#include "http/media_type.hpp"

#include <boost/beast/core/string.hpp>

namespace redial::http {

namespace {

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool same(std::string_view a, std::string_view b) noexcept { return boost::beast::iequals(a, b); }

} // namespace

bool is_json(std::string_view content_type) noexcept {
  content_type = trim(content_type);
  if (content_type.empty())
    return true;
  auto semicolon = content_type.find(';');
  if (!same(trim(content_type.substr(0, semicolon)), "application/json"))
    return false;
  while (semicolon != std::string_view::npos) {
    content_type.remove_prefix(semicolon + 1);
    semicolon = content_type.find(';');
    const auto parameter = trim(content_type.substr(0, semicolon));
    if (!parameter.empty() && !same(parameter, "charset=utf-8") && !same(parameter, "charset=\"utf-8\""))
      return false;
  }
  return true;
}

} // namespace redial::http
