#include "tests/http/memory_feed.hpp"

namespace redial::test {

actors::feed_position memory_feed::now() const noexcept {
  const std::lock_guard lock{mutex_};
  return {all_.size()};
}

void memory_feed::read(actors::feed_query query, actors::reply<actors::feed_page> done) {
  later_([this, query, done = std::move(done)] {
    result<actors::feed_page> outcome = problem{error_code::storage_failed, "as the test demands", {}};
    {
      const std::lock_guard lock{mutex_};
      ++readings_;
      if (!failing_) {
        actors::feed_page page;
        page.upto = {query.after.commit};
        for (auto i = query.after.commit; i < all_.size() && !page.more; ++i) {
          page.more = page.events.size() == query.limit;
          if (page.more)
            break;
          const auto& each = all_[i];
          if (each.workspace == query.workspace && (!query.campaign || *query.campaign == each.campaign))
            page.events.push_back(each.event);
          page.upto = {i + 1};
        }
        outcome = std::move(page);
      }
    }
    done(std::move(outcome));
  });
}

std::shared_ptr<void> memory_feed::await(actors::feed_position after, std::function<void()> wake) {
  auto added = std::make_shared<waiter>(waiter{after.commit, std::move(wake)});
  {
    const std::lock_guard lock{mutex_};
    if (all_.size() <= after.commit) {
      waiters_.push_back(added);
      return added;
    }
  }
  added->wake();
  return added;
}

std::string memory_feed::tell(campaign_no campaign, std::string json, std::string workspace) {
  std::vector<std::weak_ptr<waiter>> woken;
  std::string place;
  {
    const std::lock_guard lock{mutex_};
    auto event = std::make_shared<actors::feed_event>();
    event->at = {all_.size() + 1};
    event->type = notice_type::call_completed;
    event->json = std::make_shared<const std::string>(std::move(json));
    place = event->at.to_string();
    all_.push_back({campaign, std::move(workspace), std::move(event)});
    woken.swap(waiters_);
  }
  for (const auto& each : woken) {
    if (const auto held = each.lock())
      held->wake();
  }
  return place;
}

void memory_feed::fail() {
  const std::lock_guard lock{mutex_};
  failing_ = true;
}

std::size_t memory_feed::readings() const {
  const std::lock_guard lock{mutex_};
  return readings_;
}

} // namespace redial::test
