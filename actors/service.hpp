/// What the engine offers to those who speak for callers: reads that never wait, commands that answer once committed.
/// The HTTP room knows this interface and nothing else of the actors.
#pragma once

#include "actors/answer_note.hpp"
#include "actors/dnc_service.hpp"
#include "domain/call.hpp"
#include "domain/campaign.hpp"
#include "domain/contact.hpp"
#include "domain/explain.hpp"
#include "domain/result.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace redial::actors {

/// Which campaigns to list. Instants compare with `created_at`, both inclusive.
struct campaign_filter {
  workspace_name workspace{default_workspace};
  std::optional<campaign_status> status;
  std::optional<time_point> from;
  std::optional<time_point> to;
  std::uint64_t offset = 0;
  std::size_t limit = 20;
};

struct campaign_page {
  std::vector<campaign_view_ptr> campaigns; ///< newest first, then by id
  std::uint64_t total = 0;                  ///< how many match the filter
};

/// What DELETE …/contacts came to [seed].
struct removal_summary {
  std::uint64_t removed = 0;
  std::uint64_t already_called = 0;
  std::uint64_t not_found = 0; ///< not on the list, or removed before
  std::uint64_t retries_cancelled = 0;
};

/// What POST …/contacts came to.
struct added_contacts {
  std::uint64_t added = 0;
  std::uint64_t duplicates_skipped = 0; ///< their phones were on the list, removed ones included, or stood there twice
  std::uint64_t total = 0;              ///< contacts of the campaign afterwards
};

struct created_campaign {
  campaign_view_ptr campaign;
  std::uint64_t duplicates_skipped = 0;
};

/// A call that belongs to no campaign of its caller's.
struct one_off_call {
  contact_profile contact;
  std::string script_id;
  std::string language; ///< canonical
};

/// Why a contact is not being dialed, beside the contact itself.
struct explained_contact {
  contact_detail contact;
  explanation why;
};

class feed_service;
class ops_service;
class webhook_service;

/// A campaign that is being created, its contacts arriving in chunks. Used by one thread at a time; at most one `add`
/// may be under way. Destroying it without a successful `finish` leaves nothing behind.
class campaign_upload {
public:
  virtual ~campaign_upload() = default;

  /// Takes the next contacts in list order; a phone seen before in this upload is skipped and counted. The answer says
  /// that the next chunk may come: this is the back-pressure that keeps memory bounded.
  virtual void add(std::vector<contact_profile> contacts, reply<void> done) = 0;

  /// Creates the campaign; `definition.id` and `created_at` are filled in here. Answers after the sync.
  virtual void finish(
    campaign_definition definition, answer_note<created_campaign> note, reply<created_campaign> done) = 0;
};

/// A campaign's list while it is being read from its beginning, in order. Used by one thread at a time; at most one
/// `next` may be under way. Destroying it ends the reading.
class contact_export {
public:
  virtual ~contact_export() = default;

  /// Answers with the next stretch of the list, with states and calls as they are when it is read; empty at the end.
  virtual void next(reply<std::vector<contact_detail>> done) = 0;
};

/// Contacts that are being added to a campaign, arriving in chunks. Used by one thread at a time; at most one `add` may
/// be under way. Destroying it without a successful `finish` leaves nothing behind.
class contact_addition {
public:
  virtual ~contact_addition() = default;

  /// Takes the next contacts in list order. The answer says that the next chunk may come.
  virtual void add(std::vector<contact_profile> contacts, reply<void> done) = 0;

  /// Adds them all to the end of the list, but for those whose phone is on it; answers after the sync. Refused as
  /// `campaign_ended` where the campaign is completed or stopped by then. Additions to one campaign take turns.
  virtual void finish(answer_note<added_contacts> note, reply<added_contacts> done) = 0;
};

/// Thread-safe. Every command is bounded: with too many under way it answers `overloaded` at once, before the engine is
/// ready or while it stops `unavailable`. What belongs to another workspace than the caller's does not exist for it.
class service : public dnc_service {
public:
  /// @returns the campaign as last committed, or null. Never waits.
  virtual campaign_view_ptr find(std::string_view workspace, const campaign_id& id) const = 0;
  /// @returns one page of campaigns. Never waits for a campaign.
  virtual campaign_page list(const campaign_filter& filter) const = 0;

  /// Claims an idempotency key (`keyed_request::key`) for a request that creates something. Short enough for an io
  /// thread. @returns a hold, what was answered under the key within the last 24 hours, or that the key is in use;
  /// `storage_failed` where that cannot be known now.
  virtual result<key_claim> claim_key(const std::string& key) = 0;

  /// Starts an upload. @returns `overloaded` where too many are under way.
  virtual result<std::unique_ptr<campaign_upload>> begin_upload(caller from) = 0;

  /// Starts to add contacts to a campaign. @returns `not_found`, `campaign_ended`, or `overloaded` where too many
  /// uploads are under way.
  virtual result<std::unique_ptr<contact_addition>> begin_addition(caller from, const campaign_id& id) = 0;

  /// Carries out an action. For pause and stop the answer comes when no new dial can follow any more.
  virtual void act(
    const caller& from, const campaign_id& id, campaign_action action, reply<campaign_view_ptr> done) = 0;

  /// Takes contacts off the list; the answer comes when none of them can be dialed any more.
  virtual void remove_contacts(
    const caller& from, const campaign_id& id, std::vector<phone> phones, reply<removal_summary> done) = 0;

  virtual void list_contacts(const caller& from, const campaign_id& id, std::optional<contact_status> status,
    std::uint64_t offset, std::size_t limit, reply<contact_page> done) = 0;
  /// Answers `not_found` where the campaign has no contact with this phone.
  virtual void find_contact(const caller& from, const campaign_id& id, phone number, reply<contact_detail> done) = 0;

  /// @returns what happens, for live events; null where there is no such service.
  virtual feed_service* feed() noexcept { return nullptr; }
  /// @returns what operations see; null where there is no such service.
  virtual ops_service* ops() noexcept { return nullptr; }
  /// @returns the webhooks; null where there are none.
  virtual webhook_service* webhooks() noexcept { return nullptr; }

  /// Answers why the contact with this phone is not being dialed, `not_found` where the campaign has none.
  virtual void explain_contact(
    const caller& from, const campaign_id& id, phone number, reply<explained_contact> done) = 0;

  /// Answers one page of the workspace's calls, or of those of campaign `id` alone: `not_found` where there is none.
  virtual void list_calls(
    const caller& from, const std::optional<campaign_id>& id, const call_filter& filter, reply<call_page> done) = 0;
  /// Answers the call, one-off calls included from the answer of `start_call` on.
  virtual void find_call(const caller& from, call_id id, reply<call_detail> done) = 0;
  /// Answers one page of what the workspace's campaigns and one-off calls had to do with a phone.
  virtual void find_phone(
    const caller& from, phone number, std::uint64_t offset, std::size_t limit, reply<phone_history> done) = 0;

  /// Has one call made, as soon as a line is free. Answers after the sync.
  virtual void start_call(
    const caller& from, one_off_call call, answer_note<call_detail> note, reply<call_detail> done) = 0;

  /// Begins to read a campaign's list, apart from all other reading. @returns `overloaded` where too many are being
  /// read.
  virtual result<std::unique_ptr<contact_export>> begin_export(const caller& from, const campaign_id& id) = 0;

  /// @returns nullopt when the engine serves, otherwise why it does not ("starting", "stopping", "storage: …").
  virtual std::optional<std::string> not_ready() const = 0;
  /// @returns nullopt when questions are answered, otherwise why not even that: an engine that cannot store anything is
  /// not ready, but tells what it knows.
  virtual std::optional<std::string> not_serving() const { return not_ready(); }
};

} // namespace redial::actors
