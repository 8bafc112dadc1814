/// Numbers and random characters of 0-9, A-Z, a-z: what identifiers are made of.
#pragma once

#include "domain/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace redial {

/// So many characters hold any 64-bit number.
inline constexpr std::size_t base62_digits = 11;

/// Appends `value` in `base62_digits` characters.
void append_base62(std::string& out, std::uint64_t value);
/// @returns the number, or nullopt where `text` is none of 64 bits.
std::optional<std::uint64_t> parse_base62(std::string_view text) noexcept;
/// @returns whether `c` is one of the 62.
bool is_base62(char c) noexcept;
/// Fills `out` with characters of which none is favoured.
void fill_base62(random_source& random, std::span<char> out);

} // namespace redial
