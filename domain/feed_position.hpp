/// Where in the order of all that happens somebody has come to.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace redial {

/// A place in the order of all notices. Reading goes on behind it.
struct feed_position {
  /// Behind everything that a commit holds.
  static constexpr std::uint32_t end = ~std::uint32_t{0};

  std::uint64_t commit = 0;
  std::uint32_t index = end; ///< which event of the commit, from 0
  std::uint8_t sub = 0;      ///< which notice of the event

  /// @returns "COMMIT.INDEX.SUB", or "COMMIT" at its end. To clients it means nothing but "from here".
  std::string to_string() const;
  static std::optional<feed_position> parse(std::string_view text) noexcept;

  friend constexpr auto operator<=>(const feed_position&, const feed_position&) = default;
};

} // namespace redial
