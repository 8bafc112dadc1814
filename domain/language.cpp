#include "domain/language.hpp"

#include <unicode/bytestream.h>
#include <unicode/locid.h>
#include <unicode/stringpiece.h>

#include <algorithm>

namespace redial {

std::optional<std::string> canonical_language_tag(std::string_view tag) {
  constexpr std::size_t longest = 64;
  if (tag.empty() || tag.size() > longest)
    return std::nullopt;
  auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  };
  if (!std::all_of(tag.begin(), tag.end(), allowed))
    return std::nullopt;
  UErrorCode status = U_ZERO_ERROR;
  const auto size = static_cast<int32_t>(tag.size());
  auto locale = icu::Locale::forLanguageTag(icu::StringPiece(tag.data(), size), status);
  if (U_FAILURE(status) != 0 || locale.isBogus() != 0)
    return std::nullopt;
  locale.canonicalize(status);
  std::string canonical;
  icu::StringByteSink<std::string> sink(&canonical);
  locale.toLanguageTag(sink, status);
  if (U_FAILURE(status) != 0 || canonical.empty())
    return std::nullopt;
  return canonical;
}

} // namespace redial
