/// Webhooks in a world of virtual time: a receiver that a test writes the lines of.
#pragma once

#include "actors/webhooks.hpp"
#include "webhooks/sender.hpp"
#include "world.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace redial::testing {

/// Lives as long as the test: it outlasts crashes.
class receiver final : public webhooks::sender {
public:
  struct heard {
    std::string url;
    std::string secret;
    notice_id id;
    std::string body;
    time_point at{};
    unsigned status = 0;
  };

  result<void> check(std::string_view url) const override;
  void send(webhooks::message what, std::function<void(webhooks::answer)> done) override;
  void shut_down() override {}

  /// Says what is answered; empty: 200.
  std::function<webhooks::answer(const heard&)> judge;
  /// How long an answer takes.
  milliseconds latency{10};

  std::vector<heard> all;
  std::size_t under_way = 0;
  std::size_t most_under_way = 0;

  /// @returns what was acknowledged, in order; of one campaign, or of all.
  std::vector<notice_id> acked(std::optional<campaign_no> of = std::nullopt) const;
  std::vector<heard> of(const notice_id& id) const;

  world* in = nullptr;
};

/// A world whose webhooks go to `to`.
world_options told_to(receiver& to, actors::engine_settings engine = {});

/// Commands that are carried out at once.
result<webhook> create_webhook(
  world& w, const std::string& url = "https://a.example/", notice_filter events = notice_filter::all());
result<webhook> find_webhook(world& w, const webhook_id& id);
result<void> remove_webhook(world& w, const webhook_id& id);
result<webhook> replay(world& w, const webhook_id& id, actors::replay_start from);
actors::delivery_page deliveries(world& w, const webhook_id& id, std::size_t limit = 100);

/// @returns every notice of a campaign, in order.
std::vector<notice_id> notices(world& w, const campaign_id& id, notice_filter types = notice_filter::all());

} // namespace redial::testing
