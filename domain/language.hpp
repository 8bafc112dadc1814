/// Language tags (BCP 47, RFC 5646).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace redial {

/// Checks `tag` with ICU and gives it its canonical form ("HI-in" becomes "hi-IN", "iw" becomes "he").
/// Private use tags ("x-foo") and grandfathered ones without a successor ("i-default") come back lower-cased.
/// @returns nullopt where ICU does not accept the whole of `tag` as well-formed BCP 47 ("en_US", "hi-", ""), or where
/// it is longer than 64 characters.
std::optional<std::string> canonical_language_tag(std::string_view tag);

} // namespace redial
