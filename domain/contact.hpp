/// One contact of a campaign and its calls.
#pragma once

#include "domain/ids.hpp"
#include "domain/phone.hpp"
#include "domain/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redial {

enum class contact_status : std::uint8_t { pending, in_progress, waiting_retry, done, removed };
inline constexpr std::array all_contact_statuses{contact_status::pending, contact_status::in_progress,
  contact_status::waiting_retry, contact_status::done, contact_status::removed};

/// What the line did with one attempt (not what was said: that is the disposition).
enum class call_outcome : std::uint8_t {
  answered,
  busy,
  no_answer,
  voicemail,
  declined,
  invalid_number,
  unreachable,
  network_error,
  abandoned,
  unknown, ///< handed to the gateway, and nobody can tell what became of it
};
inline constexpr std::array all_call_outcomes{call_outcome::answered, call_outcome::busy, call_outcome::no_answer,
  call_outcome::voicemail, call_outcome::declined, call_outcome::invalid_number, call_outcome::unreachable,
  call_outcome::network_error, call_outcome::abandoned, call_outcome::unknown};

std::string_view to_string(contact_status status) noexcept;
std::string_view to_string(call_outcome outcome) noexcept;
std::optional<contact_status> parse_contact_status(std::string_view text) noexcept;
std::optional<call_outcome> parse_call_outcome(std::string_view text) noexcept;

/// Labels that the engine itself gives.
namespace disposition {
inline constexpr std::string_view not_reachable =
  "not_reachable"; ///< the last attempt did not reach the contact [seed]
inline constexpr std::string_view no_disposition = "no_disposition"; ///< answered, but the script returned none
inline constexpr std::string_view unknown = "unknown";               ///< nobody can tell whether the call took place
/// @returns whether `label` is one that a script may return: [a-z0-9_]{1,64}.
bool is_valid(std::string_view label) noexcept;
} // namespace disposition

/// The call of a contact that is in progress.
struct open_call {
  call_id id;
  time_point started_at{};
  std::optional<time_point> answered_at;
  std::string disposition{}; ///< that the script returned before the end, or empty
  /// The line is free again; only the disposition of this answered call is still awaited.
  std::optional<time_point> completed_at{};

  friend bool operator==(const open_call&, const open_call&) = default;
};

/// The moving part of a contact: what the store rewrites at each step.
struct contact_state {
  contact_status status = contact_status::pending;
  std::uint8_t attempts = 0;     ///< begun so far, the open one included
  bool suppressed = false;       ///< no further attempt, whatever comes of the open one
  std::optional<time_point> due; ///< set exactly while waiting_retry
  std::optional<open_call> call; ///< set exactly while in_progress
  std::string disposition;       ///< non-empty exactly when done

  friend bool operator==(const contact_state&, const contact_state&) = default;
};

/// A call that has ended.
struct ended_call {
  call_id id;
  std::uint8_t attempt = 0; ///< from 1
  time_point started_at{};
  std::optional<time_point> answered_at;
  time_point ended_at{};
  call_outcome outcome{};
  std::string disposition; ///< empty where the contact is to be tried again

  friend bool operator==(const ended_call&, const ended_call&) = default;
};

/// The immutable part of a contact: who it is and what the script is told.
struct contact_profile {
  redial::phone phone;
  std::string name;
  std::string fields; ///< the custom fields as one JSON object, each value byte for byte as given; "{}" if none

  friend bool operator==(const contact_profile&, const contact_profile&) = default;
};

/// One contact with everything that is known of it.
struct contact_detail {
  contact_no number = 0;
  contact_profile profile;
  contact_state state;
  std::vector<ended_call> calls; ///< ended ones, by attempt
};

/// A stretch of a campaign's list.
struct contact_page {
  std::vector<contact_detail> contacts;
  std::uint64_t total = 0; ///< how many match the filter
};

} // namespace redial
