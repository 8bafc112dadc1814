/// A call as callers see it: one attempt, with whom and in which campaign it was made, and where it stands.
#pragma once

#include "domain/campaign.hpp"
#include "domain/contact.hpp"
#include "domain/do_not_call.hpp"

#include <memory>

namespace redial {

/// `queued` and `cancelled` are a one-off call's alone: nobody was dialed yet, or ever will be.
enum class call_status : std::uint8_t { queued, in_progress, completed, failed, unknown, cancelled };

std::string_view to_string(call_status status) noexcept;

/// `completed`: a person answered, however the call ended (an answered call that broke off or was abandoned included).
/// `unknown`: nobody can tell what became of it. `failed`: it ended and nobody answered (busy, no answer, voicemail,
/// declined, …).
call_status status_of(const ended_call& call) noexcept;
/// `in_progress`; `completed` once it is over on the line and only its disposition is still to come.
call_status status_of(const open_call& call) noexcept;

/// Everything that is told of one call.
struct call_detail {
  call_id id;
  std::shared_ptr<const campaign_definition> campaign; ///< also of a one-off call, whose callers do not see it
  contact_profile contact;
  std::uint8_t attempt = 1; ///< from 1
  call_status status{};
  std::optional<call_outcome> outcome; ///< null while the line is in use
  std::string disposition; ///< empty until the script has returned one, and where the contact is to be tried again
  std::optional<time_point> started_at;  ///< null only where nobody was dialed
  std::optional<time_point> answered_at; ///< when a person answered
  std::optional<time_point> ended_at;

  /// The same campaign is one whose definition is equal.
  friend bool operator==(const call_detail& a, const call_detail& b);
};

/// @returns what is told of an attempt of a campaign's contact. Of a one-off call the id is the campaign's
/// `single_call`, whichever attempt it is.
call_detail detail_of(
  std::shared_ptr<const campaign_definition> campaign, contact_profile contact, const ended_call& call);
call_detail detail_of(std::shared_ptr<const campaign_definition> campaign, contact_profile contact,
  const open_call& call, std::uint8_t attempt);

/// @returns what is told of a one-off call whose contact stands so: its last attempt, or, before the first and after
/// one that was taken back, that it is queued, or cancelled where it will not be dialed any more.
/// @param campaign has `single_call`. @param contact is its only contact, with its calls.
call_detail single_call_of(const campaign_state& campaign, const contact_detail& contact);

/// Which calls to list: those that fit all that is given.
struct call_filter {
  std::optional<time_point> from; ///< with `to`: when the call began, both inclusive
  std::optional<time_point> to;
  std::string disposition; ///< a valid label, or empty
  std::string language;    ///< canonical, or empty
  std::uint64_t offset = 0;
  std::size_t limit = 20;
};

/// What one campaign, or one one-off call, had to do with a phone.
struct history_entry {
  std::shared_ptr<const campaign_definition> campaign;
  contact_detail contact;
};

/// A stretch of what there was with a phone, the newest campaign first.
struct phone_history {
  std::vector<history_entry> entries;
  std::uint64_t total = 0;                ///< in how many campaigns and one-off calls the phone stands
  std::optional<dnc_entry> do_not_call{}; ///< what stands on the do-not-call list about it
};

/// A stretch of a list of calls, the latest first, then by id.
struct call_page {
  std::vector<call_detail> calls;
  std::uint64_t total = 0; ///< how many match the filter
};

} // namespace redial
