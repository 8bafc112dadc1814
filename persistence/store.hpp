/// Where campaigns live: their journals of events, and the rows that follow from these.
///
/// Operation: `commit` takes what several campaigns want appended and makes it one synced write (group commit): all the
/// events and all the rows that they change, or nothing. Rows are a function of the events (`project`, pure).
/// Contacts of a campaign to be are staged first, in chunks, unsynced; the commit of its `campaign_created` makes them
/// durable and visible at once, and what was staged for a campaign that never came to be is dropped at the next open.
/// Contacts that join a campaign later are placed behind its list (`extend`), and listed by its `contacts_added`: rows
/// may hold more contacts than the campaign has, and whoever reads them looks no further than its `total`.
///
/// Concurrency: `commit`, `stage`, `extend`, `discard` and `recover` from one thread at a time (the writer's); every
/// reading function from any thread at any time, each seeing committed state only.
///
/// Recovery: `open` reads the campaigns' heads; `load_contacts` rebuilds a campaign's table from its rows.
///
/// Faults: a write that fails may be stored nevertheless, and nobody can tell (docs/adr/0007). From then on nothing is
/// written and `health` says why; reads go on. The writer calls `recover` from time to time until it succeeds.
#pragma once

#include "domain/call.hpp"
#include "domain/contact_table.hpp"
#include "domain/event.hpp"
#include "domain/result.hpp"
#include "persistence/commit_log.hpp"
#include "persistence/record_change.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace redial::persistence {

/// Events that one campaign wants appended.
struct append {
  campaign_no campaign = 0;
  std::uint64_t expected_seq = 0;    ///< number of the last event that the caller knows; 0 for a new campaign
  std::vector<event> events;         ///< not empty
  std::vector<record_change> also{}; ///< records that are written with the events, or not at all
  campaign_no addition = 0;          ///< with a `contacts_added`: who placed the contacts (`extend`)
};

/// What came of a commit.
struct committed {
  std::vector<result<campaign_view_ptr>> appends; ///< for each append, in order: the campaign after its events
  result<void> changes;                           ///< of the free-standing changes, all together
};

/// A waiting retry, as recovery hands it out.
struct due_contact {
  time_point due{};
  contact_no contact = 0;
};

/// An attempt that was in progress when the process ended.
struct open_contact {
  contact_no contact = 0;
  contact_state state;
};

/// The contacts of a campaign as recovery finds them.
struct loaded_contacts {
  contact_table table;
  std::vector<due_contact> waiting; ///< in no particular order
  std::vector<open_contact> open;
};

/// The events of one append, as the journal keeps them.
struct journal_row {
  std::uint64_t first_seq = 0;
  std::vector<event> events;
};

class store {
public:
  /// Takes over `backend` and reads the heads of all campaigns; drops what was staged for campaigns that never came to
  /// be.
  /// @returns `storage_failed` naming what is wrong (unreadable, corrupt, written by a newer version of redial).
  static result<std::unique_ptr<store>> open(std::shared_ptr<engine> backend);

  /// Reads the heads of data that nobody may change (`open_rocksdb_read_only`): they must be of the present format.
  static result<std::unique_ptr<store>> open_read_only(std::shared_ptr<engine> backend);

  ~store();
  store(const store&) = delete;
  store& operator=(const store&) = delete;

  /// @returns a number that no campaign bears or has borne since `open`. Thread-safe.
  campaign_no next_campaign_no();

  /// Writes contacts `first`, `first + 1`, … of a campaign that has no events yet. Durable with its first `commit`.
  /// Chunks may have any size and come in order. @returns `storage_failed` with the reason: what was staged cannot be
  /// used any more then, `discard` it; `invalid_value` for a chunk out of order or a campaign that exists.
  result<void> stage(campaign_no campaign, contact_no first, std::span<const contact_profile> contacts);

  /// Makes all that was staged for a campaign without events readable for `load_staged`; nothing more can be staged.
  result<void> close_staging(campaign_no campaign);

  /// @returns contacts `first` to `first + count - 1` of what was staged for a campaign without events and closed. All
  /// of them must be there. Thread-safe.
  result<std::vector<contact_profile>> load_staged(campaign_no campaign, contact_no first, contact_no count) const;

  /// Places contacts behind the list of an existing campaign, where nobody sees them until a `contacts_added` that
  /// counts them all is committed; it makes them durable. Begins with `first` at the end of the list, and goes on in
  /// order; beginning again forgets what was placed before. What is never listed is overwritten by the next addition.
  /// @param addition a number of `next_campaign_no`, which tells one addition from another
  /// @returns `storage_failed` with the reason; `invalid_value` for contacts out of order, or of an addition that
  /// another one has taken the place of.
  result<void> extend(
    campaign_no campaign, campaign_no addition, contact_no first, std::span<const contact_profile> contacts);

  /// Drops what was staged for a campaign that has no events, or placed behind the list of one that has.
  result<void> discard(campaign_no campaign);

  /// Appends all of `appends` in one synced write. An append whose `expected_seq` is not the campaign's last is refused
  /// by itself (`sequence_conflict`) and the others go on; if the write fails, all are refused (`storage_failed`) and
  /// nothing has changed in what readers see before `recover`. At most one append per campaign in a call; a second, an
  /// empty one, and one whose events cannot be this campaign's (no such contact, another number of contacts than were
  /// staged) are refused by themselves as `invalid_value`.
  /// @param changes of records that belong to none of the appends: in the same write.
  committed commit(std::span<const append> appends, std::span<const record_change> changes);
  /// @returns the same for appends alone.
  std::vector<result<campaign_view_ptr>> commit(std::span<const append> appends) { return commit(appends, {}).appends; }

  /// @returns a record, or nullopt. One point read: short enough for any thread.
  result<std::optional<std::string>> get_record(table where, std::string_view key) const;
  /// Visits records with keys from `from` (inclusive) to `to` (exclusive) in order, until `visit` says stop; `damaged`
  /// becomes a `storage_failed` that names the row.
  result<void> scan_records(table where, std::string_view from, std::string_view to,
    const std::function<visited(std::string_view key, std::string_view value)>& visit) const;

  /// @returns every campaign as committed, by number.
  std::vector<campaign_view_ptr> campaigns() const;
  /// @returns the campaign as committed, or nullopt.
  std::optional<campaign_state> find(campaign_no campaign) const;
  /// @returns what the campaign's creator fixed, or null.
  std::shared_ptr<const campaign_definition> definition(campaign_no campaign) const;

  /// Rebuilds the contact table of a campaign.
  result<loaded_contacts> load_contacts(campaign_no campaign) const;

  /// @returns contacts `first` to `first + count - 1` (fewer at the end of the list): the immutable parts.
  result<std::vector<contact_profile>> load_profiles(campaign_no campaign, contact_no first, contact_no count) const;

  /// @returns contact `number` with its state and calls, `not_found` if there is none.
  result<contact_detail> load_contact(campaign_no campaign, contact_no number) const;

  /// @returns the number of the contact with `number` as its phone: a scan over 8 bytes a contact.
  result<std::optional<contact_no>> find_contact(campaign_no campaign, phone number) const;

  /// @returns one page of contacts in list order, of one status or of all.
  result<contact_page> list_contacts(
    campaign_no campaign, std::optional<contact_status> status, std::uint64_t offset, std::size_t limit) const;

  /// Reads a stretch of the list, as it lies on the disk: one scan a table. @returns contacts `first` to
  /// `first + count - 1` with their states and calls, each as it was at one instant; fewer at the end of the list, and
  /// where their names and fields come to more than `bytes`, but one at least. Empty behind the end.
  result<std::vector<contact_detail>> read_contacts(
    campaign_no campaign, contact_no first, contact_no count, std::size_t bytes) const;

  /// @returns one page of a workspace's calls, or of its campaign `campaign` alone (none if it is another's): those
  /// that have ended and those in progress, by their index. One-off calls are among them once they were dialed. Calls
  /// that began within the same millisecond come by campaign and place in its list. Costs: a few index rows a campaign
  /// that has any of the latest calls, `offset` + `limit` of them in all, and the rows of the calls on the page.
  /// `total` is the campaigns' own count, except where dates cut a campaign in two: there the index rows between them
  /// are counted.
  result<call_page> list_calls(
    std::string_view workspace, std::optional<campaign_no> campaign, const call_filter& filter) const;

  /// @returns the call that bears `id`, a few point reads; `not_found` where the workspace has none. A one-off call is
  /// found from its creation on, dialed or not.
  result<call_detail> find_call(std::string_view workspace, call_id id) const;

  /// @returns one page of what the campaigns and one-off calls of a workspace had to do with a phone, the newest first.
  /// Costs a scan over 8 bytes a contact of the workspace, up to where the phone stands in each list: not for a thread
  /// that others wait for.
  result<phone_history> find_phone(
    std::string_view workspace, phone number, std::uint64_t offset, std::size_t limit) const;

  /// Hands out the events of a campaign after `after_seq` in order, with their numbers, until `visit` returns false.
  result<void> read_events(campaign_no campaign, std::uint64_t after_seq,
    const std::function<bool(std::uint64_t seq, const event&)>& visit) const;

  /// @returns the events of the row of the journal that holds event `seq`, with the number of the first; `not_found`
  /// where the campaign has no such event (yet).
  result<journal_row> read_journal_row(campaign_no campaign, std::uint64_t seq) const;

  /// @returns the number of the last commit that held events; 0 before the first. Never waits. What was committed by
  /// versions that kept no commit log is in none.
  std::uint64_t last_commit() const noexcept;
  /// Hands out the commits from number `first` (1 if that is 0) to `last_commit` in order, until `visit` returns false.
  result<void> read_commits(std::uint64_t first, const std::function<bool(const commit_entry&)>& visit) const;
  /// @returns the number of the first commit in which an event of `at` or later can be; beyond `last_commit` if there
  /// is none. A few point reads.
  result<std::uint64_t> first_commit_since(time_point at) const;

  /// @returns nullopt while writes are taken, otherwise a sentence that says why they are not. Thread-safe.
  std::optional<std::string> health() const;
  /// Has `trouble` called, from any thread, when `health` turned bad without a write that failed. It must return at
  /// once. An empty one ends that: it is not called any more once this has returned.
  void watch(std::function<void()> trouble);
  /// After a failed write: comes to know what is stored, and takes writes again. Contacts that were being staged are
  /// lost; campaigns whose creation was refused are taken back. Nothing to do where `health` is good.
  /// @returns the campaigns that are not what they were before, or why it cannot be yet; to be asked again later.
  result<std::vector<campaign_view_ptr>> recover();

  /// Copies all that is committed to the directory `to`, which must not exist, as data of its own, and opens the copy
  /// to see that it can be read. Writes go on meanwhile. Thread-safe. @returns how many campaigns it holds.
  result<std::size_t> back_up(const std::filesystem::path& to) const;
  /// @returns when this process last made one, by the system's clock; nullopt where it has made none. Thread-safe.
  std::optional<time_point> last_backup() const noexcept;

  /// @returns how the engine is doing. Thread-safe, takes some milliseconds.
  engine_figures figures() const;

  /// Recounts every counter of a campaign from its contact rows, calls and events (`verify.hpp`), at one instant.
  /// @returns what does not agree, one sentence each; empty if all is well.
  std::vector<std::string> verify(campaign_no campaign) const;

  /// Looks at every file and at all data (`verify.hpp`), and whether what it shows is what is stored. Thread-safe.
  /// @param report is told each fault; false ends it. @param go_on is asked from time to time; so does its false.
  void verify(const std::function<bool(const std::string& fault)>& report, const std::function<bool()>& go_on) const;

  /// @returns how an accelerated clock stood when it last ran on these data, or nullopt if none has.
  result<std::optional<clock_anchor>> load_clock() const;
  /// Remembers it, synced.
  result<void> save_clock(const clock_anchor& anchor);

  /// @returns the latest event's time over all campaigns, or nullopt for an empty store: an accelerated clock must not
  /// restart below it.
  std::optional<time_point> last_time() const;

private:
  struct impl;
  explicit store(std::unique_ptr<impl> self);
  std::unique_ptr<impl> self_;
};

} // namespace redial::persistence
