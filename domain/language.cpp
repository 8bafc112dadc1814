#include "domain/language.hpp"

#include <unicode/bytestream.h>
#include <unicode/locid.h>
#include <unicode/stringpiece.h>

#include <algorithm>
#include <array>

namespace redial {

namespace {

/// Grandfathered tags (RFC 5646, 2.2.8) for which the registry names no better one: they are their own canonical form.
/// ICU would put another language in their place, or hide them in a private use subtag.
constexpr std::array<std::string_view, 5> irreplaceable{"cel-gaulish", "i-default", "i-enochian", "i-mingo", "zh-min"};

std::string lower(std::string_view text) {
  std::string out{text};
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

} // namespace

std::optional<std::string> canonical_language_tag(std::string_view tag) {
  constexpr std::size_t longest = 64;
  if (tag.empty() || tag.size() > longest)
    return std::nullopt;
  auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  };
  if (!std::all_of(tag.begin(), tag.end(), allowed))
    return std::nullopt;
  auto lowered = lower(tag);
  if (std::find(irreplaceable.begin(), irreplaceable.end(), lowered) != irreplaceable.end())
    return lowered;
  UErrorCode status = U_ZERO_ERROR;
  const auto size = static_cast<int32_t>(tag.size());
  auto locale = icu::Locale::forLanguageTag(icu::StringPiece(tag.data(), size), status);
  if (U_FAILURE(status) != 0 || locale.isBogus() != 0)
    return std::nullopt;
  // A tag of private use only ("x-whatever") names no language, where ICU would write "und-x-whatever".
  if (lowered.starts_with("x-"))
    return lowered;
  locale.canonicalize(status);
  std::string canonical;
  icu::StringByteSink<std::string> sink(&canonical);
  locale.toLanguageTag(sink, status);
  if (U_FAILURE(status) != 0 || canonical.empty())
    return std::nullopt;
  return canonical;
}

} // namespace redial
