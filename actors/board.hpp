/// The committed view of every campaign, for readers that must not wait.
#pragma once

#include "actors/service.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <shared_mutex>
#include <unordered_map>

namespace redial::actors {

/// Thread-safe. Campaign actors publish after each commit, readers take whole views; the lock is held for the lookup
/// only and written to only when a campaign is born.
class board {
public:
  /// Shows `view` in place of the campaign's former one. A view that is older than the one shown is dropped.
  void publish(campaign_view_ptr view);

  /// @returns the campaign's view, or null.
  campaign_view_ptr find(const campaign_id& id) const;

  /// @returns the page that `filter` asks for, newest first, then by id.
  campaign_page list(const campaign_filter& filter) const;

  std::size_t size() const;

  /// @returns every view, one-off calls included, in no order.
  std::vector<campaign_view_ptr> all() const;

private:
  struct entry {
    std::atomic<campaign_view_ptr> view;
  };
  struct newest_first {
    time_point created_at{};
    campaign_id id;
    bool operator<(const newest_first& other) const noexcept {
      return created_at != other.created_at ? created_at > other.created_at : id < other.id;
    }
  };

  mutable std::shared_mutex mutex_;
  std::unordered_map<campaign_id, entry> by_id_; ///< entries stay where they are
  /// By workspace, so that a list costs what its workspace holds. One-off calls stand in no list of campaigns.
  std::map<workspace_name, std::map<newest_first, entry*>, std::less<>> by_age_;
};

} // namespace redial::actors
