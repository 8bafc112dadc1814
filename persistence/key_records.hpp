/// API keys as rows of the table `key`.
#pragma once

#include "domain/access.hpp"
#include "persistence/record_change.hpp"

#include <optional>
#include <string_view>

namespace redial::persistence {

/// A key and the digest that it is found by.
struct stored_key {
  key_digest digest{};
  api_key key;

  friend bool operator==(const stored_key&, const stored_key&) = default;
};

/// @returns the change that keeps `key` under `digest`.
record_change put_key(const key_digest& digest, const api_key& key);
/// @returns the change that forgets what stands under `digest`.
record_change erase_key(const key_digest& digest);
/// @returns the key that a row holds, or nullopt where it is no such row.
std::optional<stored_key> decode_key(std::string_view key, std::string_view value);

} // namespace redial::persistence
