/// What the sources of `store` share; included by them alone.
#pragma once

#include "persistence/engine.hpp"
#include "persistence/project.hpp"
#include "persistence/staging.hpp"
#include "persistence/store.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

namespace redial::persistence {

/// A campaign's committed state, never changed: a commit puts another in its place, so readers copy outside the lock.
using shared_head = std::shared_ptr<const campaign_state>;

struct store::impl {
  explicit impl(std::shared_ptr<engine> from) : backend{std::move(from)} {}

  /// @returns the campaign as committed, or nullptr.
  shared_head head(campaign_no campaign) const;
  /// @returns the same, or `not_found`.
  result<shared_head> existing(campaign_no campaign) const;
  /// No number up to `campaign` is given out any more.
  void reserve(campaign_no campaign) noexcept;

  result<void> load_heads();
  result<void> drop_orphans();

  /// @returns why `wanted` may not follow `before`, if so.
  std::optional<problem> refuse(const append& wanted, const campaign_state& before) const;

  result<void> read_calls(campaign_no campaign, contact_detail& contact) const;

  const std::shared_ptr<engine> backend;
  std::atomic<campaign_no> next_no = 1;

  /// Held from the write of a batch until its heads are shown: whoever holds it sees heads that agree with the rows.
  mutable std::mutex commit_mutex;
  mutable std::shared_mutex mutex; ///< guards `heads`
  std::map<campaign_no, shared_head> heads;

  // The writer's own.
  projection_buffers buffers;
  staging staged;
};

} // namespace redial::persistence
