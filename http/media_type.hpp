/// Content-Type of request bodies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace redial::http {

/// What a body is read as. Values are bits, for sets of them.
enum class media : std::uint8_t {
  json = 1,   ///< application/json
  ndjson = 2, ///< application/x-ndjson, or application/ndjson
  csv = 4,    ///< text/csv with a header row
};

/// Which media types a route takes.
class media_set {
public:
  constexpr media_set(media one) noexcept : bits_{static_cast<std::uint8_t>(one)} {} // NOLINT: one is a set, too
  constexpr bool contains(media one) const noexcept { return (bits_ & static_cast<std::uint8_t>(one)) != 0; }
  friend constexpr media_set operator|(media_set a, media_set b) noexcept {
    return media_set{static_cast<std::uint8_t>(a.bits_ | b.bits_)};
  }

private:
  constexpr explicit media_set(std::uint8_t bits) noexcept : bits_{bits} {}
  std::uint8_t bits_;
};
constexpr media_set operator|(media a, media b) noexcept { return media_set{a} | media_set{b}; }

/// @returns what a body so labelled is read as, or nullopt for a type that is not known, or a charset other than UTF-8.
/// Parameters that say nothing else are passed over. An empty `content_type` (no header) is taken for JSON.
std::optional<media> media_of(std::string_view content_type) noexcept;

/// @returns the types in `set` by name, for instance "application/json or text/csv".
std::string to_string(media_set set);

} // namespace redial::http
