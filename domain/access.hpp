/// Who may do what: API keys, the workspace that a key opens, and how far it reaches there.
#pragma once

#include "domain/ids.hpp"
#include "domain/time.hpp"
#include "domain/workspace.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace redial {

/// How far a key reaches; each scope includes the ones before it.
enum class access_scope : std::uint8_t {
  read,  ///< looks
  write, ///< changes whatever the workspace holds, but for its keys
  admin, ///< makes and revokes keys, looks at the machinery
};

std::string_view to_string(access_scope scope) noexcept;
std::optional<access_scope> parse_access_scope(std::string_view text) noexcept;
/// @returns whether a key of scope `held` may do what needs `wanted`.
constexpr bool reaches(access_scope held, access_scope wanted) noexcept { return held >= wanted; }

/// "key_" and 9 base62 characters: names a key without opening anything.
class key_id {
public:
  static constexpr std::size_t length = 13;

  key_id() = default;
  static key_id make(random_source& random);
  static std::optional<key_id> parse(std::string_view text) noexcept;

  std::string_view view() const noexcept { return {text_.data(), text_.size()}; }
  std::string to_string() const { return std::string{view()}; }

  friend auto operator<=>(const key_id&, const key_id&) = default;

private:
  std::array<char, length> text_{};
};

/// SHA-256 of a key's text: all that is kept of it.
using key_digest = std::array<std::byte, 32>;

/// What is known of a key.
struct api_key {
  key_id id;
  workspace_name workspace;
  access_scope scope{};
  std::string name; ///< whatever it was called when it was made
  time_point created_at{};
  std::optional<time_point> revoked_at;
  bool seeded = false; ///< given by the environment variable REDIAL_ADMIN_KEY

  friend bool operator==(const api_key&, const api_key&) = default;
};

/// @returns the text of a new key: "rdk_" and 43 base64url characters, which hold 256 random bits.
std::string make_key_text(random_source& random);

/// @returns whether `text` can be a key at all: 32 to 256 of the characters that a bearer token may have (RFC 6750).
/// Those that redial makes are of one form; the one that the environment gives is of its owner's making.
bool is_key_text(std::string_view text) noexcept;

/// @returns whether a key may be called so: at most 255 characters, none of them a control character.
bool is_key_name(std::string_view name) noexcept;

} // namespace redial
