/// Digests, and comparing them so that the time it takes tells nothing.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace redial::crypto {

/// @returns SHA-256 of `text`. Thread-safe. @throws std::runtime_error where OpenSSL has none.
std::array<std::byte, 32> sha256(std::string_view text);

/// @returns whether both are the same bytes; how long it takes depends on their lengths alone. Thread-safe.
bool equal(std::span<const std::byte> a, std::span<const std::byte> b) noexcept;
bool equal(std::string_view a, std::string_view b) noexcept;

} // namespace redial::crypto
