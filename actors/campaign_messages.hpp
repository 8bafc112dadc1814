/// Messages of a campaign: what callers want of it, and what its contacts and it tell each other.
#pragma once

#include "actors/dnc_messages.hpp"
#include "actors/life_messages.hpp"
#include "actors/line_messages.hpp"
#include "actors/list_messages.hpp"
#include "actors/read_messages.hpp"
#include "actors/reply_once.hpp"
#include "actors/service.hpp"
#include "actors/store_messages.hpp"
#include "telephony/call_gateway.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace redial::actors {

/// An action on a campaign. Answered once committed and, for the caller's sake, once no attempt decided before it is
/// still on its way to the gateway.
struct act_command {
  campaign_id id;
  campaign_action action{};
  std::string trace; ///< request id
  reply_once<campaign_view_ptr> done;
};

/// Takes contacts off the list.
struct remove_command {
  campaign_id id;
  std::shared_ptr<const std::vector<phone>> phones;
  std::string trace;
  reply_once<removal_summary> done;
};

/// The attempt was handed to the gateway. `generation` is the fence generation it was decided in.
struct contact_placed {
  contact_no contact = 0;
  std::uint64_t generation = 0;
};

/// News of a contact's call, as the gateway told it. The first news of an attempt bears its generation, further ones 0.
struct contact_news {
  contact_no contact = 0;
  std::uint64_t generation = 0;
  call_id call;
  telephony::call_news news;
  telephony::receipt done;
};

/// Several pieces of news that came within one step, `call_placed` among them: saves hops for calls that end at once.
struct contact_burst {
  contact_no contact = 0;
  std::uint64_t generation = 0;
  call_id call;
  std::shared_ptr<const std::vector<telephony::call_news>> news;
};

/// To the contact actor itself, from the gateway.
struct gateway_news {
  call_id call;
  telephony::call_news news;
  telephony::receipt done;
};

/// To a contact actor: ask the gateway what became of this call, which was in progress when the process ended.
struct contact_lookup {
  call_id call;
  contact_no contact = 0;
  std::uint64_t generation = 0;
};

/// To a contact actor: place this attempt. It works for this contact from now on.
struct contact_dial {
  telephony::call_request request;
  contact_no contact = 0;
  std::uint64_t generation = 0;
};

/// To a contact actor whose call has ended: keep the retry timer yourself, the wait is short.
struct contact_wait {
  time_point due{};
};

/// From a contact actor: its short wait is over.
struct contact_due {
  contact_no contact = 0;
};

/// From a contact actor that cannot go on.
struct contact_lost {
  caf::actor_addr who;
  contact_no contact = 0;       ///< for which it worked
  std::uint64_t generation = 0; ///< of the attempt that it had not placed yet; 0: there is none
  bool asking = false;          ///< it died asking the gateway what became of the call
};

/// To a contact actor that has no call: you are not needed any more.
struct contact_retire {};

/// Turns calls of the HTTP room into messages and bounds how many are under way.
using front_actor = caf::typed_actor<caf::reacts_to<act_command>, caf::reacts_to<remove_command>,
  caf::reacts_to<list_contacts_query>, caf::reacts_to<find_contact_query>, caf::reacts_to<explain_query>,
  caf::reacts_to<find_call_query>, caf::reacts_to<list_calls_query>, caf::reacts_to<find_phone_query>>;

/// Finds, spawns, recovers and restarts campaigns.
using registry_actor = caf::typed_actor<caf::reacts_to<act_command>, caf::reacts_to<remove_command>,
  caf::reacts_to<addition_command>, caf::reacts_to<campaign_born>, caf::reacts_to<campaign_ready>,
  caf::reacts_to<campaign_finished>, caf::reacts_to<drain>, caf::reacts_to<campaign_drained>,
  caf::reacts_to<writer_fence>, caf::reacts_to<respawn_campaign>, caf::reacts_to<recover>,
  caf::reacts_to<clear_command>, caf::reacts_to<notice_answered>, caf::reacts_to<round_overdue>,
  caf::reacts_to<append_done>, caf::reacts_to<inspect_command>>;

/// Owns one campaign: the only one that changes it.
using campaign_actor = caf::typed_actor<caf::reacts_to<act_command>, caf::reacts_to<remove_command>,
  caf::reacts_to<listed_notice>, caf::reacts_to<addition_command>, caf::reacts_to<claim_places>,
  caf::reacts_to<admit_contacts>, caf::reacts_to<addition_over>, caf::reacts_to<append_done>,
  caf::reacts_to<lines_grant>, caf::reacts_to<contact_placed>, caf::reacts_to<contact_news>,
  caf::reacts_to<contact_burst>, caf::reacts_to<contact_due>, caf::reacts_to<contact_lost>, caf::reacts_to<tick>,
  caf::reacts_to<drain>, caf::reacts_to<retire>, caf::reacts_to<inspect_command>>;

/// One contact while its call or a short wait for the next one lasts.
using contact_actor = caf::typed_actor<caf::reacts_to<gateway_news>, caf::reacts_to<contact_dial>,
  caf::reacts_to<contact_lookup>, caf::reacts_to<contact_wait>, caf::reacts_to<tick>, caf::reacts_to<contact_retire>>;

} // namespace redial::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::act_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::contact_burst)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::contact_dial)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::contact_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::contact_lookup)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::contact_lost)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::contact_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::contact_placed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::contact_retire)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::contact_wait)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::gateway_news)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::remove_command)
