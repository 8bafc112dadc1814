/// Idempotency-Key: one effect for one key, whatever comes between.
#include "campaigns.hpp"

#include <atomic>
#include <thread>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

namespace {

reply create_under(client& http, const std::string& key, const json& campaign) {
  return http.request(verb::post, "/v1/campaigns", campaign.dump(), {{"Idempotency-Key", key}});
}

} // namespace

TEST_CASE("one campaign for each Idempotency-Key, however often the server is killed with requests under way") {
  scratch_directory directory;
  const auto campaign = campaign_of(20);
  std::map<std::string, std::string> known; // by key: the id that was answered
  std::uint64_t next = 0;
  for (unsigned round = 0; round < 10; ++round) {
    server_process server{directory, accelerated(1, 10)};
    std::atomic<unsigned> answered = 0;
    std::thread sender{[&, port = server.port()] {
      try {
        client http{port};
        // First the one again that was under way when the former process was killed.
        for (;; ++next, ++answered) {
          const auto key = "key-" + std::to_string(next);
          const auto created = create_under(http, key, campaign);
          if (created.status == 201)
            known.emplace(key, created.json().at("id").get<std::string>());
        }
      } catch (const boost::system::system_error&) {
        return; // it is gone
      }
    }};
    eventually("answers", [&] { return answered >= 2 + round; });
    server.kill();
    sender.join();
  }
  CHECK(known.size() == next);
  server_process server{directory, accelerated(1, 10)};
  client http{server.port()};
  // Whether the last one came through or not, it is there once now.
  const auto last = create_under(http, "key-" + std::to_string(next), campaign);
  REQUIRE(last.status == 201);
  known.emplace("key-" + std::to_string(next), last.json().at("id").get<std::string>());
  CHECK(count_campaigns(http) == known.size());
  for (const auto& [key, id] : known) {
    const auto again = create_under(http, key, campaign);
    CHECK(again.status == 201);
    CHECK(again.json().at("id") == id);
    CHECK(again.header("Idempotency-Replayed") == "true");
    CHECK(again.header("Location") == "/v1/campaigns/" + id);
  }
  CHECK(create_under(http, "key-0", campaign_of(21)).json().at("code") == "idempotency_key_reused");
  CHECK(count_campaigns(http) == known.size());
  CHECK(server.stop() == 0);
}

TEST_CASE("of many requests with one key at once, one is carried out") {
  scratch_directory directory;
  server_process server{directory, accelerated(1, 10)};
  const auto campaign = campaign_of(2000);
  std::atomic<unsigned> created = 0;
  std::atomic<unsigned> replayed = 0;
  std::atomic<unsigned> others = 0;
  std::vector<std::thread> senders;
  for (int i = 0; i < 6; ++i) {
    senders.emplace_back([&] {
      client http{server.port()};
      for (;;) {
        const auto answer = create_under(http, "the-key", campaign);
        if (answer.status == 409) {
          if (answer.json().at("code") != "idempotency_in_progress" || answer.header("Retry-After") != "1")
            ++others;
          continue; // without the pause that it asks for
        }
        if (answer.status != 201)
          ++others;
        ++(answer.header("Idempotency-Replayed").empty() ? created : replayed);
        return;
      }
    });
  }
  for (auto& each : senders)
    each.join();
  CHECK(created == 1);
  CHECK(replayed == 5);
  CHECK(others == 0);
  client http{server.port()};
  CHECK(count_campaigns(http) == 1);
  CHECK(server.stop() == 0);
}
