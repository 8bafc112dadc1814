/// Reads the feed: from the commit log to the journals to what is told of their events.
#pragma once

#include "actors/feed.hpp"
#include "actors/profile_cache.hpp"
#include "persistence/store.hpp"

#include <deque>
#include <list>
#include <map>
#include <memory>

namespace redial::actors {

/// Keeps what it read last, as several readers follow one another through the same commits. Not thread-safe.
class feed_source {
public:
  /// @param store outlives it.
  feed_source(const persistence::store& store, feed_renderer render) : store_{store}, render_{std::move(render)} {}

  /// @returns what `feed_service::read` answers.
  result<feed_page> read(const feed_query& query);
  result<campaign_feed_page> read(const campaign_feed_query& query);

  /// @returns a place with everything that happened at `at` or later behind it, and as little else as can be told.
  result<feed_position> before(time_point at) const;
  /// @returns the place just before a notice; `not_found` where there is none such in the workspace, or it is older
  /// than the commit log.
  result<feed_position> before(const workspace_name& workspace, const notice_id& id);

private:
  using definition_ptr = std::shared_ptr<const campaign_definition>;
  using row_ptr = std::shared_ptr<const persistence::journal_row>;

  result<row_ptr> row_of(campaign_no campaign, std::uint64_t seq);
  result<feed_event_ptr> render(
    const definition_ptr& campaign, const notice_id& id, const notice& what, const feed_position& at);
  profile_cache& profiles_of(campaign_no campaign);

  const persistence::store& store_;
  feed_renderer render_;
  std::list<std::pair<campaign_no, row_ptr>> rows_;                            ///< last read first
  std::list<std::pair<campaign_no, std::unique_ptr<profile_cache>>> profiles_; ///< last asked first
  std::map<notice_id, std::shared_ptr<const std::string>> rendered_;
  std::deque<notice_id> rendered_order_; ///< oldest first
};

} // namespace redial::actors
