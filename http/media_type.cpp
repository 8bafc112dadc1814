#include "http/media_type.hpp"

#include <boost/beast/core/string.hpp>

#include <array>

namespace redial::http {

namespace {

struct known_type {
  std::string_view name;
  media as;
};
constexpr std::array known_types{
  known_type{"application/json", media::json}, known_type{"application/x-ndjson", media::ndjson},
  known_type{"text/csv", media::csv}, known_type{"application/ndjson", media::ndjson}, // also in use
};

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

bool same(std::string_view a, std::string_view b) noexcept { return boost::beast::iequals(a, b); }

bool is_harmless(std::string_view parameter, media of) noexcept {
  return parameter.empty() || same(parameter, "charset=utf-8") || same(parameter, "charset=\"utf-8\"")
         || (of == media::csv && same(parameter, "header=present"));
}

} // namespace

std::optional<media> media_of(std::string_view content_type) noexcept {
  content_type = trim(content_type);
  if (content_type.empty())
    return media::json;
  auto semicolon = content_type.find(';');
  std::optional<media> found;
  for (const auto& each : known_types) {
    if (same(trim(content_type.substr(0, semicolon)), each.name))
      found = each.as;
  }
  while (found && semicolon != std::string_view::npos) {
    content_type.remove_prefix(semicolon + 1);
    semicolon = content_type.find(';');
    if (!is_harmless(trim(content_type.substr(0, semicolon)), *found))
      return std::nullopt;
  }
  return found;
}

std::string to_string(media_set set) {
  std::string text;
  for (std::size_t i = 0; i < 3; ++i) {
    if (!set.contains(known_types.at(i).as))
      continue;
    if (!text.empty())
      text += " or ";
    text += known_types.at(i).name;
  }
  return text;
}

} // namespace redial::http
