/// The feed's interface over a list in memory.
#pragma once

#include "actors/feed.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace redial::test {

class memory_feed final : public actors::feed_service {
public:
  /// @param later carries out what is asked, in another thread
  explicit memory_feed(std::function<void(std::function<void()>)> later) : later_{std::move(later)} {}

  actors::feed_position now() const noexcept override;
  void read(actors::feed_query query, actors::reply<actors::feed_page> done) override;
  std::shared_ptr<void> await(actors::feed_position after, std::function<void()> wake) override;

  /// Tells an event, in a commit of its own. @returns its place as a client is told it.
  std::string tell(campaign_no campaign, std::string json, std::string workspace = std::string{default_workspace});
  /// From now on nothing can be read.
  void fail();
  std::size_t readings() const;

private:
  struct told {
    campaign_no campaign = 0;
    std::string workspace;
    actors::feed_event_ptr event;
  };
  struct waiter {
    std::uint64_t after = 0;
    std::function<void()> wake;
  };

  std::function<void(std::function<void()>)> later_;
  mutable std::mutex mutex_;
  std::vector<told> all_;
  std::vector<std::weak_ptr<waiter>> waiters_;
  std::size_t readings_ = 0;
  bool failing_ = false;
};

} // namespace redial::test
