/// The facts of a campaign, as its journal keeps them. An event is never refused and never changed.
#pragma once

#include "domain/campaign.hpp"
#include "domain/contact.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

namespace redial {

/// The first event of every campaign.
struct campaign_created {
  std::shared_ptr<const campaign_definition> definition;
  std::uint64_t contacts = 0; ///< how many stand in its list, all of them pending
};

enum class campaign_change : std::uint8_t { started, paused, resumed, stopped, completed };

/// The campaign's status moved.
struct campaign_changed {
  campaign_change change{};
  end_reason reason = end_reason::none; ///< with stopped and completed
  time_point at{};
  std::string why{}; ///< with paused: why redial itself did it; empty where a caller did

  friend bool operator==(const campaign_changed&, const campaign_changed&) = default;
};

enum class contact_change : std::uint8_t {
  removed,            ///< taken off the list before it was called
  retry_cancelled,    ///< called before, not to be called again
  attempt_started,    ///< an attempt is about to be handed to the gateway
  attempt_answered,   ///< a person answered; the conversation begins
  attempt_ended,      ///< nothing of this attempt is open any more
  attempt_not_placed, ///< the gateway did not take it: it was no attempt
  disposition_set,    ///< the script returned its disposition, the call goes on
  attempt_completed,  ///< an answered call is over and its line free, its disposition still to come
};

/// Something happened to one contact. It bears the state that the contact has afterwards, so that the stored row of a
/// contact is a function of its last event alone.
struct contact_event {
  contact_change change{};
  contact_no contact = 0;
  contact_status before{};
  contact_state after;
  time_point at{};
  std::optional<ended_call> ended; ///< with attempt_ended
  bool connected = false;          ///< this event is the one that counts the attempt as connected
  bool completed_before = false;   ///< with attempt_ended: its line was given back by attempt_completed
  bool disposition_before = false; ///< with attempt_ended: a disposition_set has told its disposition already
  /// With attempt_not_placed: when the attempt had begun that is taken back. Absent in journals of format 1.
  std::optional<time_point> taken_back{};
  /// The number that goes onto the workspace's do-not-call list with this event: the person said so in the call.
  std::optional<phone> do_not_call{};
  bool listed = false; ///< with removed and retry_cancelled: because the number is on the do-not-call list

  friend bool operator==(const contact_event&, const contact_event&) = default;
};

/// Contacts joined the end of the list, all of them pending.
struct contacts_added {
  std::uint64_t count = 0; ///< at least one
  time_point at{};

  friend bool operator==(const contacts_added&, const contacts_added&) = default;
};

using event = std::variant<campaign_created, campaign_changed, contact_event, contacts_added>;

/// @returns when `e` happened.
time_point time_of(const event& e) noexcept;

} // namespace redial
