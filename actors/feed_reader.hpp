#pragma once

#include "actors/context.hpp"
#include "actors/feed.hpp"
#include "actors/feed_messages.hpp"

namespace redial::actors {

/// The actor that reads the feed, in a thread of its own where blocking work is detached.
feed_actor spawn_feed_reader(caf::actor_system& system, engine_context& context);

/// The feed as the HTTP room sees it.
class feed final : public feed_service {
public:
  /// @param context outlives it.
  feed(engine_context& context, feed_actor reader) : context_{context}, reader_{std::move(reader)} {}

  feed_position now() const noexcept override { return {context_.bell.last()}; }
  void read(feed_query query, reply<feed_page> done) override;
  std::shared_ptr<void> await(feed_position after, std::function<void()> wake) override {
    return context_.bell.await(after, std::move(wake));
  }

private:
  engine_context& context_;
  feed_actor reader_;
};

} // namespace redial::actors
