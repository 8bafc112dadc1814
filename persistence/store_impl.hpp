/// What the sources of `store` share; included by them alone.
#pragma once

#include "persistence/commit_log.hpp"
#include "persistence/engine.hpp"
#include "persistence/project.hpp"
#include "persistence/staging.hpp"
#include "persistence/store.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

namespace redial::persistence {

/// A campaign's committed state, part of what is shown of it and never changed: a commit puts another in its place, so
/// readers look at it outside the lock.
using shared_head = std::shared_ptr<const campaign_state>;

/// Adds changes of records to a batch.
void put_records(std::span<const record_change> records, batch& changes);

/// @returns the refusal of a write that is not made because of `why`.
problem unwritten(const std::string& why);

struct store::impl {
  explicit impl(std::shared_ptr<engine> from) : backend{std::move(from)} {}

  /// @returns the campaign as committed, or nullptr.
  shared_head head(campaign_no campaign) const;
  /// @returns the same, or `not_found`.
  result<shared_head> existing(campaign_no campaign) const;
  /// @returns every campaign as committed, by number.
  std::vector<std::pair<campaign_no, shared_head>> all_heads() const;
  /// No number up to `campaign` is given out any more.
  void reserve(campaign_no campaign) noexcept;

  result<void> load_heads();
  result<void> drop_orphans();

  /// Writes, unsynced, contacts that were staged.
  result<void> write_staged(campaign_no campaign, batch& changes);

  /// A write failed: what memory holds may not be what is stored.
  void doubt(const problem& why);
  /// @returns why nothing is written now, if so.
  std::optional<std::string> trouble() const;
  /// Campaigns whose creation was refused but is stored nevertheless are taken back, and with them their records.
  result<void> take_back_refused();
  /// Adds to `changes` what takes these campaigns out of the last commit's row: they are part of it, if it is stored,
  /// and of no other.
  result<void> leave_refused_out_of_log(batch& changes) const;
  /// @returns the changes that would undo `also`. A record that cannot be read counts as absent.
  std::vector<record_change> records_before(std::span<const record_change> also) const;

  /// @returns why `wanted` may not follow `before`, if so.
  std::optional<problem> refuse(const append& wanted, const campaign_state& before) const;

  result<void> read_calls(campaign_no campaign, contact_detail& contact) const;

  /// Finds out up to where the commit log goes.
  result<void> load_log();

  const std::shared_ptr<engine> backend;
  std::atomic<campaign_no> next_no = 1;
  std::atomic<std::uint64_t> last_commit = 0; ///< follows `heads`: who sees a number finds its events

  /// Held from the write of a batch until its heads are shown: whoever holds it sees heads that agree with the rows.
  mutable std::mutex commit_mutex;
  mutable std::shared_mutex mutex; ///< guards `heads`
  std::map<campaign_no, campaign_view_ptr> heads;

  mutable std::mutex doubt_mutex; ///< guards `doubted`
  std::optional<std::string> doubted;

  std::atomic<std::int64_t> backed_up_at = 0; ///< ms since the epoch; 0: never

  // The writer's own.
  /// A campaign whose creation was refused by the write that failed.
  struct refused_creation {
    campaign_no campaign = 0;
    std::vector<record_change> former; ///< the records that were to be written with it, as they were before
  };
  std::vector<refused_creation> refused_creations;
  std::optional<std::map<campaign_no, campaign_view_ptr>> before_doubt; ///< while `recover` has not succeeded yet
  time_point last_commit_at{};
  commit_entry next_commit; ///< memory that each commit uses again
  std::string log_row;
  projection_buffers buffers;
  staging staged;
};

} // namespace redial::persistence
