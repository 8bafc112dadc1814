/// A campaign: what its creator fixed, where it stands, and its counters.
#pragma once

#include "domain/ids.hpp"
#include "domain/time.hpp"
#include "domain/workspace.hpp"

#include <boost/container/flat_map.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redial {

enum class campaign_status : std::uint8_t { scheduled, running, paused, completed, stopped };
inline constexpr std::array all_campaign_statuses{campaign_status::scheduled, campaign_status::running,
  campaign_status::paused, campaign_status::completed, campaign_status::stopped};

enum class campaign_action : std::uint8_t { start, pause, resume, stop };
inline constexpr std::array all_campaign_actions{
  campaign_action::start, campaign_action::pause, campaign_action::resume, campaign_action::stop};

/// Why a campaign has ended; `none` while it has not.
enum class end_reason : std::uint8_t { none, completed, stop_action, end_time };

std::string_view to_string(campaign_status status) noexcept;
std::string_view to_string(campaign_action action) noexcept;
/// @returns "completed", "stop_action" or "end_time"; empty for `none`.
std::string_view to_string(end_reason reason) noexcept;
std::optional<campaign_status> parse_campaign_status(std::string_view text) noexcept;
std::optional<campaign_action> parse_campaign_action(std::string_view text) noexcept;

/// Completed and stopped are final: nothing leads out of them.
constexpr bool is_final(campaign_status status) noexcept {
  return status == campaign_status::completed || status == campaign_status::stopped;
}

/// When a campaign dials. All members optional; without `start_time` it begins by action.
struct campaign_schedule {
  std::optional<time_point> start_time; ///< begins then, or at once if that has passed
  std::optional<time_point> end_time;   ///< from this instant on no new dial
  std::string timezone;                 ///< IANA name, or empty

  friend bool operator==(const campaign_schedule&, const campaign_schedule&) = default;
};

/// What the creator of a campaign fixed. Never changes afterwards.
struct campaign_definition {
  campaign_id id;
  workspace_name workspace{default_workspace}; ///< whose it is
  std::string name;                            ///< 1 to 255 code points [seed]
  std::string script_id;                       ///< 1 to 128 characters [seed]
  std::string language;                        ///< canonical BCP 47 tag [seed]
  std::optional<campaign_schedule> schedule;
  std::uint8_t max_attempts = 1;            ///< 1 to 5 [seed]
  std::chrono::minutes retry_interval{240}; ///< 1 to 10080 minutes [seed]
  time_point created_at{};
  /// Set where this is no campaign of its own but the frame of a one-off call to its only contact: the id under which
  /// callers know that call, whatever becomes of its attempts.
  call_id single_call{};

  friend bool operator==(const campaign_definition&, const campaign_definition&) = default;
};

/// How many contacts stand where, and what came of the calls. `pending + in_progress + waiting_retry + done + removed`
/// is `total` at every instant.
struct campaign_counters {
  std::uint64_t total = 0; ///< removed contacts included [seed]
  std::uint64_t pending = 0;
  std::uint64_t in_progress = 0;
  std::uint64_t waiting_retry = 0;
  std::uint64_t done = 0;
  std::uint64_t removed = 0;
  std::uint64_t attempted = 0; ///< attempts begun, retries included [seed]
  std::uint64_t connected = 0; ///< attempts in which a person answered [seed]

  friend bool operator==(const campaign_counters&, const campaign_counters&) = default;
};

/// Contacts by their final disposition. Flat, as it is copied with every commit and kept for good.
using disposition_counts = boost::container::flat_map<std::string, std::uint64_t, std::less<>>;

/// The status that a campaign came to, and when.
struct campaign_transition {
  campaign_status to{};
  time_point at{};
  std::string why; ///< why redial itself paused it; empty where somebody or the time brought it about

  friend bool operator==(const campaign_transition&, const campaign_transition&) = default;
};

/// The whole moving state of a campaign but for its contacts.
struct campaign_state {
  /// So many transitions are remembered, the latest.
  static constexpr std::size_t max_history = 32;

  /// Labels beyond this many are counted together under "other": a script that invents a label for every call must not
  /// make the campaign grow. The engine's own labels are always counted by name.
  static constexpr std::size_t max_disposition_labels = 256;

  std::shared_ptr<const campaign_definition> definition;
  campaign_status status = campaign_status::scheduled;
  end_reason reason = end_reason::none;
  std::optional<time_point> started_at;
  std::optional<time_point> ended_at;
  campaign_counters counters;
  disposition_counts dispositions; ///< of the contacts that are done
  /// What it went through, the eldest first. Campaigns that are older than this member have only what came since.
  std::vector<campaign_transition> history;
  std::uint64_t last_seq = 0; ///< number of the last event, from 1; 0 before the first
  time_point last_at{};       ///< the latest instant of any event so far; never goes back

  /// @returns why redial itself has paused it; empty where it is not paused, or a caller did that.
  std::string_view pause_reason() const noexcept {
    return status == campaign_status::paused && !history.empty() ? std::string_view{history.back().why}
                                                                 : std::string_view{};
  }
};

/// A campaign at one committed instant. Immutable, so that all its counters belong together, and shared by all who
/// show it.
struct campaign_view {
  campaign_no number = 0;
  campaign_state state;
};
using campaign_view_ptr = std::shared_ptr<const campaign_view>;

} // namespace redial
