/// Numbers that nobody in a workspace may call: what stands on the list, and what follows from it for a contact.
#pragma once

#include "domain/event.hpp"
#include "domain/result.hpp"

#include <optional>
#include <string>

namespace redial {

/// One number on the list.
struct dnc_entry {
  redial::phone phone;
  std::string reason; ///< free text, or empty
  std::string source; ///< a label of the caller's, or empty; of an entry that a conversation made, its campaign's id
  time_point created_at{};
  std::optional<time_point> expires_at; ///< in force until then, absent: for good

  friend bool operator==(const dnc_entry&, const dnc_entry&) = default;
};

inline constexpr std::size_t max_dnc_reason = 1000; ///< characters (Unicode code points)
inline constexpr std::size_t max_dnc_source = 128;  ///< the same

namespace disposition {
/// The person asked not to be called again: the number goes onto the list.
inline constexpr std::string_view do_not_call = "dnd";
} // namespace disposition

/// @returns whether an entry that ends at `expires_at` (absent: never) forbids a call at `now`: up to that instant, and
/// not at it.
constexpr bool in_force(std::optional<time_point> expires_at, time_point now) noexcept {
  return !expires_at || now < *expires_at;
}

/// @returns `wanted` as it is put in the place of `former`, at `now`: since when a number stands on the list does not
/// change while it does.
dnc_entry replace_entry(const std::optional<dnc_entry>& former, dnc_entry wanted, time_point now);

/// @returns the entry that follows from a conversation: the person asked for it at `at`, in the campaign `of`.
dnc_entry entry_of_disposition(phone number, const campaign_id& of, time_point at);

/// A number may stand on the list twice: as a caller put it (`given`), and because the person said so (`said`).
/// @returns the one of the two that counts: what was said, unless what was given is for good too; nullopt without any.
std::optional<dnc_entry> effective_entry(std::optional<dnc_entry> given, std::optional<dnc_entry> said);

/// Has `e` bear `number` if it is the event in which the person of the contact says not to be called again: the
/// disposition `dnd` becomes known with it. @param before the contact's state before `e`.
void note_do_not_call(contact_event& e, const contact_state& before, phone number);

/// The turn of a contact has come whose number is on the list: it is taken off by the rule of `decide_removal`, and the
/// event bears the reason. @returns nullopt where nothing is ahead of the contact (or a call is in progress), or the
/// campaign has ended.
std::optional<contact_event> decide_listed(
  const campaign_state& campaign, contact_no number, const contact_state& contact, time_point now);

} // namespace redial
