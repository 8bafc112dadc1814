/// Every message and every typed interface of the engine. Whoever opens this file sees the whole system, but for the
/// webhooks (webhook_messages.hpp).
///
///   front ──commands──▶ registry ──▶ campaign ──spawns──▶ contact ──place──▶ gateway
///     │                    ▲            │  ▲                 │
///     └─uploads─▶ upload ──┘            │  └────call news────┘
///                    │                  ├──appends──▶ store writer (group commit)
///                    └──────stages──────┴──lines────▶ line pool
///
/// Messages stay within the process. Each is one struct; what is large travels as a shared pointer.
#pragma once

#include "actors/feed.hpp"
#include "actors/ops_service.hpp"
#include "actors/reply_once.hpp"
#include "actors/service.hpp"
#include "domain/contact_table.hpp"
#include "domain/event.hpp"
#include "persistence/store.hpp"
#include "telephony/call_gateway.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace redial::actors {

// -- commands of callers --------------------------------------------------------------------------------------------

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

struct list_contacts_query {
  campaign_no campaign = 0;
  std::optional<contact_status> status;
  std::uint64_t offset = 0;
  std::size_t limit = 0;
  reply_once<contact_page> done;
};

struct find_contact_query {
  campaign_no campaign = 0;
  redial::phone phone;
  reply_once<contact_detail> done;
};

struct explain_query {
  campaign_no campaign = 0;
  redial::phone phone;
  reply_once<explained_contact> done;
};

struct find_call_query {
  workspace_name workspace;
  call_id call;
  reply_once<call_detail> done;
};

struct list_calls_query {
  workspace_name workspace;
  std::optional<campaign_no> campaign; ///< nullopt: of the whole workspace
  call_filter filter;
  reply_once<call_page> done;
};

struct find_phone_query {
  workspace_name workspace;
  redial::phone phone;
  std::uint64_t offset = 0;
  std::size_t limit = 0;
  reply_once<phone_history> done;
};

// -- do-not-call lists ----------------------------------------------------------------------------------------------

/// Puts numbers on a workspace's list. Answered once committed and once no call to any of them, decided before, is
/// still on its way to the gateway.
struct dnc_add_command {
  caller from;
  std::shared_ptr<const std::vector<dnc_entry>> entries;
  std::shared_ptr<answer_note<dnc_added>> note; ///< emptied just before the answer
  std::shared_ptr<void> counted;                ///< holds the entries' share of those under way
  reply_once<dnc_added> done;
};

/// Takes numbers off it. Answered once committed.
struct dnc_remove_command {
  caller from;
  std::shared_ptr<const std::vector<phone>> phones;
  std::shared_ptr<void> counted;
  reply_once<dnc_removed> done;
};

/// To the keeper itself: the change under way is committed, or refused.
struct dnc_changed {
  std::shared_ptr<const result<void>> outcome;
};

struct list_dnc_query {
  workspace_name workspace;
  std::uint64_t offset = 0;
  std::size_t limit = 0;
  reply_once<dnc_page> done;
};

struct find_dnc_query {
  workspace_name workspace;
  redial::phone phone;
  reply_once<dnc_entry> done;
};

/// To the registry: these numbers (sorted; null: whatever number) are on the workspace's list now. Answered when no
/// call to any of them is on its way to the gateway any more, in any campaign of the workspace.
struct clear_command {
  workspace_name workspace;
  std::shared_ptr<const std::vector<phone>> phones;
  reply_once<void> done;
};

/// From the registry to each campaign: the same, of this campaign.
struct listed_notice {
  std::shared_ptr<const std::vector<phone>> phones;
  reply_once<void> done;
};

/// To the registry itself: a campaign has answered the notice of `round`, or has died on it.
struct notice_answered {
  std::uint64_t round = 0;
  campaign_id campaign;
  bool cleared = false;
};

/// To the registry itself: time is up for `round`.
struct round_overdue {
  std::uint64_t round = 0;
};

// -- contacts that join a campaign -----------------------------------------------------------------------------------

/// A campaign's leave to add contacts to it, given to one addition at a time.
struct addition_turn {
  caf::actor campaign;
  campaign_no number = 0;
  std::shared_ptr<const void> hold; ///< whoever lets it go without `admit_contacts` has added nothing
};

/// Asks a campaign for its turn.
struct addition_command {
  campaign_id id;
  campaign_no addition = 0; ///< tells it from others
  reply_once<addition_turn> done;
};

/// Which of some phones are new to the campaign; their places behind its list are taken.
struct claimed_places {
  contact_no first = 0;    ///< of the first new one; the others follow
  std::vector<bool> fresh; ///< for each phone
};

/// To the campaign, by whose turn it is: at most `run` phones.
struct claim_places {
  static constexpr contact_no run = 2048;
  campaign_no addition = 0;
  std::shared_ptr<const std::vector<contact_profile>> contacts;
  reply_once<claimed_places> done;
};

/// To the campaign, by whose turn it is: all that was claimed has been placed, list it.
struct admit_contacts {
  campaign_no addition = 0;
  std::uint64_t duplicates = 0;
  answer_note<added_contacts> note;
  std::string trace;
  reply_once<added_contacts> done;
};

/// To the campaign: nobody has the turn of this addition any more.
struct addition_over {
  campaign_no addition = 0;
};

/// Contacts that were staged and closed.
struct staged_query {
  campaign_no campaign = 0;
  contact_no first = 0;
  contact_no count = 0;
  reply_once<std::shared_ptr<std::vector<contact_profile>>> done;
};

/// To an addition: its contacts are complete.
struct addition_finish {
  answer_note<added_contacts> note;
  reply_once<added_contacts> done;
};

/// To an addition: the answer to one of its own questions.
struct addition_news {
  using answer = std::variant<result<addition_turn>, result<std::shared_ptr<std::vector<contact_profile>>>,
    result<claimed_places>, result<added_contacts>>;
  std::shared_ptr<const answer> what;
};

// -- uploads --------------------------------------------------------------------------------------------------------

struct upload_chunk {
  std::shared_ptr<std::vector<contact_profile>> contacts;
  reply_once<void> done;
};

struct upload_finish {
  std::shared_ptr<campaign_definition> definition;
  answer_note<created_campaign> note;
  reply_once<created_campaign> done;
};

/// The client is gone or sent something wrong: leave nothing behind.
struct upload_abort {};

/// A campaign is in the store and may begin to live.
struct campaign_born {
  campaign_view_ptr view;
  std::shared_ptr<contact_table> contacts; ///< handed over: the receiver is the only owner
  std::uint64_t duplicates_skipped = 0;
  reply_once<created_campaign> done;
};

// -- exports --------------------------------------------------------------------------------------------------------

/// Read the next stretch of the list.
struct export_next {
  reply_once<std::vector<contact_detail>> done;
};

// -- store writer ---------------------------------------------------------------------------------------------------

/// Events to be committed; answered with `append_done`. At most one under way for each campaign. The append belongs to
/// the writer until it is answered.
struct append_request {
  std::shared_ptr<persistence::append> append;
  caf::actor from;
  /// Of the answers among its records: the keys are kept until it is known what became of it, also if `from` dies.
  std::vector<key_hold> holds{};
};

struct append_done {
  std::shared_ptr<persistence::append> append;
  std::shared_ptr<const result<campaign_state>> outcome;
};

/// Contacts of a campaign that is being created; answered with `stage_done`. Without contacts: drop what was staged.
struct stage_request {
  campaign_no campaign = 0;
  contact_no first = 0;
  std::shared_ptr<const std::vector<contact_profile>> contacts;
  caf::actor from;
  campaign_no addition = 0; ///< not 0: the campaign exists, place the contacts behind its list
};

/// All contacts are staged, and shall be readable; answered with `stage_done`.
struct stage_close {
  campaign_no campaign = 0;
  caf::actor from;
};

struct stage_done {
  std::shared_ptr<const result<void>> outcome;
};

/// Answered with itself when everything sent to the writer before has been committed or refused.
struct writer_fence {
  campaign_id campaign;
  caf::actor from;
};

/// Changes of records, answered when they are on stable storage, or were refused together.
struct change_request {
  std::shared_ptr<const std::vector<persistence::record_change>> changes;
  reply_once<void> done;
};

/// The writer's message to itself, behind all that has queued up: commit it.
struct flush_now {};

/// The answer sweep's message to itself: a slice is done.
struct sweep_next {
  bool more = false;
};

// -- feed -----------------------------------------------------------------------------------------------------------

struct feed_read {
  feed_query query;
  reply_once<feed_page> done;
};

struct campaign_feed_read {
  campaign_feed_query query;
  reply_once<campaign_feed_page> done;
};

/// Where in the feed is the place behind which everything since an instant, or since a notice, that included, stands?
struct feed_locate {
  workspace_name workspace;
  std::variant<time_point, notice_id> what;
  reply_once<feed_position> done;
};

// -- line pool ------------------------------------------------------------------------------------------------------

/// A campaign's standing with the line pool: what it gives back, and how many more lines it could use now.
struct lines_update {
  campaign_no campaign = 0;
  caf::actor from;
  std::uint32_t ended = 0;      ///< lines whose call is over
  std::uint32_t unused = 0;     ///< granted lines for which there was no call: their starts are given back too
  std::uint32_t adopted = 0;    ///< lines that recovery found in use
  std::uint32_t taken_back = 0; ///< lines whose attempt the gateway did not place
  std::uint32_t refused = 0;    ///< attempts that the gateway turns away at present: slow down
  milliseconds retry_after{};   ///< with refused: how long to leave it alone
  std::uint32_t wanted = 0;     ///< replaces what was wanted before
};

/// The campaign needs no lines any more; those that it holds are free.
struct lines_leave {
  campaign_no campaign = 0;
};

/// Lines for a campaign, each good for one attempt.
struct lines_grant {
  std::uint32_t lines = 0;
};

// -- campaign and contact -------------------------------------------------------------------------------------------

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

/// From the timer service to whoever armed it: look at the clock.
struct tick {};

// -- life and death -------------------------------------------------------------------------------------------------

/// From a campaign actor once it is ready to serve, or has found that it cannot.
struct campaign_ready {
  campaign_no campaign = 0;
};

/// From a campaign that has ended with nothing left to do.
struct campaign_finished {
  campaign_id id;
};

/// To the registry at shutdown, and from it to every campaign: dial nobody any more, finish what is in progress.
struct drain {
  reply_once<void> done;
};

/// From a campaign that has nothing in progress and nothing uncommitted.
struct campaign_drained {
  campaign_no campaign = 0;
};

/// To the registry: restart this campaign's actor from the store.
struct respawn_campaign {
  campaign_id id;
};

/// To the registry at start: bring every live campaign of the store to life, then answer.
struct recover {
  reply_once<void> done;
};

/// Asks a campaign's actor what it is doing.
struct inspect_command {
  campaign_id id;
  std::uint64_t offset = 0; ///< among its live contacts, by their number
  std::size_t limit = 0;
  reply_once<campaign_insight> done;
};

/// To an actor that shall end in good order, behind all that was sent to it before.
struct retire {};

// -- interfaces -----------------------------------------------------------------------------------------------------

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

/// The only writer of the store.
using writer_actor = caf::typed_actor<caf::reacts_to<append_request>, caf::reacts_to<change_request>,
  caf::reacts_to<stage_request>, caf::reacts_to<stage_close>, caf::reacts_to<writer_fence>, caf::reacts_to<flush_now>>;

/// Shares lines and calls per second among the campaigns.
using line_pool_actor =
  caf::typed_actor<caf::reacts_to<lines_update>, caf::reacts_to<lines_leave>, caf::reacts_to<tick>>;

/// Receives the contacts of one campaign that is being created.
using upload_actor = caf::typed_actor<caf::reacts_to<upload_chunk>, caf::reacts_to<upload_finish>,
  caf::reacts_to<upload_abort>, caf::reacts_to<stage_done>, caf::reacts_to<append_done>>;

/// Receives contacts that are being added to a campaign, and brings them there.
using addition_actor = caf::typed_actor<caf::reacts_to<upload_chunk>, caf::reacts_to<addition_finish>,
  caf::reacts_to<upload_abort>, caf::reacts_to<stage_done>, caf::reacts_to<addition_news>>;

/// Erases answers that nobody can ask for any more.
using sweep_actor = caf::typed_actor<caf::reacts_to<tick>, caf::reacts_to<sweep_next>>;

/// Reads what is told to the outside.
using feed_actor =
  caf::typed_actor<caf::reacts_to<feed_read>, caf::reacts_to<campaign_feed_read>, caf::reacts_to<feed_locate>>;

/// Brings one one-off call into the store and to life.
using one_off_actor = caf::typed_actor<caf::reacts_to<append_done>>;

/// Reads one campaign's list for one export.
using exporter_actor = caf::typed_actor<caf::reacts_to<export_next>, caf::reacts_to<retire>>;

/// Answers questions that read the store.
using reader_actor = caf::typed_actor<caf::reacts_to<list_contacts_query>, caf::reacts_to<find_contact_query>,
  caf::reacts_to<explain_query>, caf::reacts_to<find_call_query>, caf::reacts_to<list_calls_query>,
  caf::reacts_to<find_phone_query>, caf::reacts_to<list_dnc_query>, caf::reacts_to<find_dnc_query>,
  caf::reacts_to<staged_query>>;

/// Changes the do-not-call lists, one command at a time.
using dnc_keeper_actor = caf::typed_actor<caf::reacts_to<dnc_add_command>, caf::reacts_to<dnc_remove_command>,
  caf::reacts_to<dnc_changed>, caf::reacts_to<tick>>;

} // namespace redial::actors

#define REDIAL_LOCAL_MESSAGE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::name)
REDIAL_LOCAL_MESSAGE(act_command)
REDIAL_LOCAL_MESSAGE(addition_command)
REDIAL_LOCAL_MESSAGE(addition_finish)
REDIAL_LOCAL_MESSAGE(addition_news)
REDIAL_LOCAL_MESSAGE(addition_over)
REDIAL_LOCAL_MESSAGE(admit_contacts)
REDIAL_LOCAL_MESSAGE(append_done)
REDIAL_LOCAL_MESSAGE(append_request)
REDIAL_LOCAL_MESSAGE(campaign_born)
REDIAL_LOCAL_MESSAGE(campaign_drained)
REDIAL_LOCAL_MESSAGE(campaign_feed_read)
REDIAL_LOCAL_MESSAGE(campaign_finished)
REDIAL_LOCAL_MESSAGE(campaign_ready)
REDIAL_LOCAL_MESSAGE(change_request)
REDIAL_LOCAL_MESSAGE(clear_command)
REDIAL_LOCAL_MESSAGE(claim_places)
REDIAL_LOCAL_MESSAGE(contact_burst)
REDIAL_LOCAL_MESSAGE(contact_dial)
REDIAL_LOCAL_MESSAGE(contact_due)
REDIAL_LOCAL_MESSAGE(contact_lookup)
REDIAL_LOCAL_MESSAGE(contact_lost)
REDIAL_LOCAL_MESSAGE(contact_news)
REDIAL_LOCAL_MESSAGE(contact_placed)
REDIAL_LOCAL_MESSAGE(contact_retire)
REDIAL_LOCAL_MESSAGE(contact_wait)
REDIAL_LOCAL_MESSAGE(dnc_add_command)
REDIAL_LOCAL_MESSAGE(dnc_changed)
REDIAL_LOCAL_MESSAGE(dnc_remove_command)
REDIAL_LOCAL_MESSAGE(drain)
REDIAL_LOCAL_MESSAGE(explain_query)
REDIAL_LOCAL_MESSAGE(export_next)
REDIAL_LOCAL_MESSAGE(feed_locate)
REDIAL_LOCAL_MESSAGE(feed_read)
REDIAL_LOCAL_MESSAGE(find_call_query)
REDIAL_LOCAL_MESSAGE(find_contact_query)
REDIAL_LOCAL_MESSAGE(find_dnc_query)
REDIAL_LOCAL_MESSAGE(find_phone_query)
REDIAL_LOCAL_MESSAGE(flush_now)
REDIAL_LOCAL_MESSAGE(gateway_news)
REDIAL_LOCAL_MESSAGE(inspect_command)
REDIAL_LOCAL_MESSAGE(lines_grant)
REDIAL_LOCAL_MESSAGE(lines_leave)
REDIAL_LOCAL_MESSAGE(lines_update)
REDIAL_LOCAL_MESSAGE(list_calls_query)
REDIAL_LOCAL_MESSAGE(list_contacts_query)
REDIAL_LOCAL_MESSAGE(list_dnc_query)
REDIAL_LOCAL_MESSAGE(listed_notice)
REDIAL_LOCAL_MESSAGE(notice_answered)
REDIAL_LOCAL_MESSAGE(recover)
REDIAL_LOCAL_MESSAGE(remove_command)
REDIAL_LOCAL_MESSAGE(respawn_campaign)
REDIAL_LOCAL_MESSAGE(retire)
REDIAL_LOCAL_MESSAGE(round_overdue)
REDIAL_LOCAL_MESSAGE(stage_close)
REDIAL_LOCAL_MESSAGE(stage_done)
REDIAL_LOCAL_MESSAGE(stage_request)
REDIAL_LOCAL_MESSAGE(staged_query)
REDIAL_LOCAL_MESSAGE(sweep_next)
REDIAL_LOCAL_MESSAGE(tick)
REDIAL_LOCAL_MESSAGE(upload_abort)
REDIAL_LOCAL_MESSAGE(upload_chunk)
REDIAL_LOCAL_MESSAGE(upload_finish)
REDIAL_LOCAL_MESSAGE(writer_fence)
#undef REDIAL_LOCAL_MESSAGE
