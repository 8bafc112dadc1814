/// Which events are told to the outside (webhooks, live events), and as what.
#pragma once

#include "domain/event.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redial {

enum class notice_type : std::uint8_t {
  campaign_started,
  campaign_paused,
  campaign_resumed,
  campaign_stopped,
  campaign_completed,
  call_completed,
  call_disposition_set,
  call_escalated,
};
inline constexpr std::array all_notice_types{notice_type::campaign_started, notice_type::campaign_paused,
  notice_type::campaign_resumed, notice_type::campaign_stopped, notice_type::campaign_completed,
  notice_type::call_completed, notice_type::call_disposition_set, notice_type::call_escalated};

/// @returns the name of the API contract, for instance "call.completed".
std::string_view to_string(notice_type type) noexcept;
std::optional<notice_type> parse_notice_type(std::string_view text) noexcept;

/// A set of types.
class notice_filter {
public:
  constexpr notice_filter() = default;
  static constexpr notice_filter all() noexcept {
    notice_filter f;
    f.bits_ = (1U << all_notice_types.size()) - 1;
    return f;
  }
  constexpr void add(notice_type type) noexcept { bits_ |= bit(type); }
  constexpr bool has(notice_type type) const noexcept { return (bits_ & bit(type)) != 0; }
  constexpr bool empty() const noexcept { return bits_ == 0; }

  friend constexpr bool operator==(notice_filter, notice_filter) = default;

private:
  static constexpr std::uint32_t bit(notice_type type) noexcept { return 1U << static_cast<unsigned>(type); }
  std::uint32_t bits_ = 0;
};

/// What an event tells of a call. Exactly one of `ended` and `open` is there.
struct notice_call {
  contact_no contact = 0;
  std::uint8_t attempt = 0; ///< from 1
  std::optional<ended_call> ended;
  std::optional<open_call> open;

  friend bool operator==(const notice_call&, const notice_call&) = default;
};

/// One message to the outside.
struct notice {
  notice_type type{};
  std::uint8_t sub = 0; ///< which one of those that its event gives; the same whatever else it gives
  time_point at{};
  std::optional<notice_call> call; ///< with call.…

  friend bool operator==(const notice&, const notice&) = default;
};

/// @returns what `e` is told as, in this order:
/// - each move of a campaign's status as its `campaign.…`;
/// - `call.completed` once a call, when its line is free again, whatever became of it;
/// - `call.disposition_set` once a call that gets a disposition, when it is known: from the script (also before the end
///   of the call), or from the engine (`not_reachable` with the last attempt, `no_disposition`, `unknown`). Once more
///   should the script, at the end, take back what it had said before;
/// - `call.escalated` beside it where the disposition is `escalated`.
/// An attempt that is not the last and reached nobody is completed without a disposition.
std::vector<notice> notices_of(const event& e);
/// The same of an event of `campaign`: a one-off call tells of the call alone, its callers know of no campaign.
std::vector<notice> notices_of(const campaign_definition& campaign, const event& e);

/// Whose notice: the same whenever it is told.
struct notice_id {
  campaign_no campaign = 0;
  std::uint64_t seq = 0; ///< number of the event in the campaign's journal
  std::uint8_t sub = 0;

  /// @returns "evt_" and 23 base62 characters.
  std::string to_string() const;
  static std::optional<notice_id> parse(std::string_view text) noexcept;

  friend auto operator<=>(const notice_id&, const notice_id&) = default;
};

} // namespace redial
