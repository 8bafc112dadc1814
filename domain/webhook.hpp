/// Webhooks: whom what is told, and when it is tried again.
#pragma once

#include "domain/ids.hpp"
#include "domain/notice.hpp"
#include "domain/time.hpp"
#include "domain/workspace.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace redial {

/// "whk_" and 9 base62 characters.
using webhook_id = std::string;
webhook_id make_webhook_id(random_source& random);
bool is_webhook_id(std::string_view text) noexcept;

/// What its creator fixed, and whether it still gets anything.
struct webhook {
  webhook_id id;
  workspace_name workspace{default_workspace};
  std::string url;
  bool every_event = false; ///< "*": types that are yet to come included
  notice_filter events;     ///< otherwise these
  std::string secret;       ///< "whsec_" and 24 to 64 bytes in base64
  time_point created_at{};
  std::optional<time_point> disabled_at; ///< since then it gets nothing: it said that it is gone

  notice_filter wants() const noexcept { return every_event ? notice_filter::all() : events; }
  friend bool operator==(const webhook&, const webhook&) = default;
};

/// @returns a secret of 32 random bytes.
std::string make_webhook_secret(random_source& random);
/// @returns the bytes that sign, or nullopt where `secret` is not "whsec_" and 24 to 64 bytes in base64.
std::optional<std::string> webhook_key(std::string_view secret);

/// Base64 with padding (RFC 4648, 4).
std::string base64(std::string_view bytes);
/// @returns nullopt for anything that `base64` does not return.
std::optional<std::string> parse_base64(std::string_view text);

enum class delivery_outcome : std::uint8_t { pending, delivered, failed };

/// What came of one message.
struct delivery {
  std::uint64_t number = 0; ///< in the order of their first attempts
  notice_id event;
  notice_type type{};
  delivery_outcome outcome{};
  std::uint32_t attempts = 0;
  std::uint32_t status = 0; ///< of the last answer, 0 if there was none
  std::string error;        ///< then why
  std::optional<time_point> last_attempt_at;
  std::optional<time_point> next_attempt_at; ///< while pending

  friend bool operator==(const delivery&, const delivery&) = default;
};

/// When a message that was not taken is tried again, in time of redial's clock.
struct retry_policy {
  milliseconds first{5'000};                    ///< the shortest wait
  milliseconds longest{std::chrono::hours{1}};  ///< the longest wait
  milliseconds give_up{std::chrono::hours{24}}; ///< so long after it happened it is tried, once in any case
};

/// @returns how long to wait after the `attempts`-th attempt (from 1): anything from `first` to a bound that doubles
/// with each attempt, up to `longest`; not less than what the receiver asked for, as far as `longest` allows.
milliseconds retry_delay(
  const retry_policy& policy, unsigned attempts, milliseconds retry_after, random_source& random);

} // namespace redial
