// What a crash, a failing disk and an orderly stop leave behind.
#include "world.hpp"

#include "tests/show_result.hpp"
#include <catch2/catch.hpp>

#include <set>

using namespace redial;
using namespace redial::testing;

namespace {

world_options small_world() {
  world_options o;
  o.engine.lines = {40, 0};
  return o;
}

void three_attempts(campaign_definition& d) {
  d.max_attempts = 3;
  d.retry_interval = std::chrono::minutes{15};
}

/// Each attempt was placed at most once, in order, and none beyond the third.
void check_at_most_once(const std::vector<placed_call>& ledger) {
  std::set<call_id> ids;
  std::set<std::tuple<campaign_id, phone, int>> attempts;
  for (const auto& call : ledger) {
    CHECK(ids.insert(call.id).second);
    CHECK(attempts.insert({call.campaign, call.to, call.attempt}).second);
    CHECK(call.attempt <= 3);
  }
}

} // namespace

TEST_CASE("crashes at any moment: nobody is called twice, nothing committed is lost, the rest goes on") {
  const auto seed = GENERATE(range(1, 25));
  world w{small_world()};
  auto id = w.create(300, three_attempts);
  auto other = w.create(50, three_attempts);
  REQUIRE(w.act(id, campaign_action::start));
  REQUIRE(w.act(other, campaign_action::start));
  std::uint64_t state = static_cast<std::uint64_t>(seed) * 0x9e3779b97f4a7c15ULL;
  for (int crash = 0; crash < 4; ++crash) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    w.pass(milliseconds{(state >> 33U) % 400'000});
    w.step(static_cast<std::size_t>(state >> 58U));
    const auto before = w.state(id);
    w.crash_and_restart();
    const auto after = w.state(id);
    CHECK(after.last_seq >= before.last_seq);
    CHECK(after.counters.attempted >= before.counters.attempted);
    // Recovery has asked for the calls that were in progress; the network knows none of them any more.
    CHECK(w.store().verify(w.number(id)).empty());
  }
  REQUIRE(w.pass_until([&] {
    return w.state(id).status == campaign_status::completed && w.state(other).status == campaign_status::completed;
  }));
  const auto end = w.state(id);
  check_at_most_once(w.ledger());
  CHECK(end.counters.done == 300);
  CHECK(end.counters.attempted + w.state(other).counters.attempted >= w.ledger().size());
  std::uint64_t dispositions = 0;
  for (const auto& [label, count] : end.dispositions)
    dispositions += count;
  CHECK(dispositions == 300);
}

TEST_CASE("attempts in progress at a crash are unknown, count, and are never dialed again") {
  world w{small_world()};
  auto id = w.create(100, three_attempts);
  REQUIRE(w.act(id, campaign_action::start));
  w.pass(2s);
  CHECK(w.state(id).counters.in_progress == 40);
  std::set<phone> lost;
  for (const auto& call : w.ledger())
    lost.insert(call.to);
  w.crash_and_restart();
  CHECK(w.state(id).dispositions.at("unknown") == 40);
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
  std::map<phone, int> dials;
  for (const auto& call : w.ledger())
    ++dials[call.to];
  for (const auto& number : lost)
    CHECK(dials.at(number) == 1);
}

TEST_CASE("waiting retries fire at their time after a restart, at once if it has passed") {
  auto options = small_world();
  options.calls.instant = true;
  options.calls.overrides.push_back({"0", call_outcome::busy, {}});
  world w{options};
  auto id = w.create(1, [](campaign_definition& d) {
    d.max_attempts = 2;
    d.retry_interval = std::chrono::minutes{60};
  });
  REQUIRE(w.act(id, campaign_action::start));
  const auto due = w.time().now() + 60min;
  w.pass(10min);
  SECTION("still to come") {
    w.crash_and_restart();
    w.pass(50min - 1ms);
    CHECK(w.ledger().size() == 1);
    w.pass(1ms);
    CHECK(w.ledger().size() == 2);
    CHECK(w.ledger()[1].at == due);
  }
  SECTION("passed while the engine was down") {
    w.time().advance(3h);
    w.crash_and_restart();
    w.settle();
    CHECK(w.ledger().size() == 2);
  }
}

TEST_CASE("paused stays paused over a crash") {
  world w{small_world()};
  auto id = w.create(200, three_attempts);
  REQUIRE(w.act(id, campaign_action::start));
  w.pass(30s);
  REQUIRE(w.act(id, campaign_action::pause));
  const auto dialed = w.ledger().size();
  w.crash_and_restart();
  w.pass(std::chrono::hours{10});
  CHECK(w.state(id).status == campaign_status::paused);
  CHECK(w.ledger().size() == dialed);
  REQUIRE(w.act(id, campaign_action::resume));
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
  check_at_most_once(w.ledger());
}

TEST_CASE("an orderly stop waits for the calls in progress, and loses none of them") {
  world w{small_world()};
  auto id = w.create(200, three_attempts);
  REQUIRE(w.act(id, campaign_action::start));
  w.pass(20s);
  CHECK(w.state(id).counters.in_progress > 0);
  w.stop_and_restart();
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
  CHECK(w.state(id).dispositions.count("unknown") == 0);
  check_at_most_once(w.ledger());
}

TEST_CASE("a disk that refuses writes: commands are refused, nobody is dialed, and it goes on by itself") {
  world w{small_world()};
  auto id = w.create(200, three_attempts);
  REQUIRE(w.act(id, campaign_action::start));
  w.pass(30s);
  w.disk().failing = true;
  auto refused = w.act(id, campaign_action::pause);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == error_code::storage_failed);
  CHECK(w.state(id).status == campaign_status::running);
  const auto dialed = w.ledger().size();
  w.pass(20min);
  CHECK(w.ledger().size() == dialed);
  w.disk().failing = false;
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
  check_at_most_once(w.ledger());
  CHECK(w.state(id).counters.done == 200);
  CHECK(w.store().verify(w.number(id)).empty());
}

TEST_CASE("an upload that is given up leaves nothing behind") {
  world w{small_world()};
  {
    auto upload = w.engine().begin_upload({}).value();
    upload->add({{world::phone_of(1), "A", "{}"}}, [](auto) {});
    w.settle();
    CHECK(w.context().live_uploads == 1);
  }
  w.settle();
  CHECK(w.context().live_uploads == 0);
  CHECK(w.engine().list({}).total == 0);
  w.crash_and_restart();
  CHECK(w.engine().list({}).total == 0);
}

TEST_CASE("uploads are bounded, and a phone that stands twice is taken once") {
  world w{small_world()};
  std::vector<std::unique_ptr<actors::campaign_upload>> uploads;
  for (std::size_t i = 0; i < w.context().settings.max_uploads; ++i)
    uploads.push_back(w.engine().begin_upload({}).value());
  CHECK(w.engine().begin_upload({}).error().code == error_code::overloaded);
  std::optional<result<actors::created_campaign>> created;
  uploads[0]->add(
    {{world::phone_of(1), "A", "{}"}, {world::phone_of(2), "B", "{}"}, {world::phone_of(1), "C", "{}"}}, [](auto) {});
  w.settle();
  uploads[0]->add({{world::phone_of(2), "D", "{}"}}, [](auto) {});
  w.settle();
  campaign_definition d;
  d.name = "x";
  d.script_id = "s";
  d.language = "en";
  uploads[0]->finish(d, {}, [&](auto r) { created = std::move(r); });
  w.settle();
  REQUIRE(created.value());
  CHECK(created->value().duplicates_skipped == 2);
  CHECK(created->value().campaign->state.counters.total == 2);
  CHECK(w.engine().begin_upload({}));
}

TEST_CASE("a campaign whose rows are damaged does not keep the others from going on") {
  world w{small_world()};
  auto broken = w.create(20, three_attempts);
  auto sound = w.create(20, three_attempts);
  REQUIRE(w.act(broken, campaign_action::start));
  w.pass(std::chrono::minutes{3});
  w.damage_contacts(broken);
  w.crash_and_restart();
  auto refused = w.act(broken, campaign_action::pause);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == error_code::unavailable);
  REQUIRE(w.act(sound, campaign_action::start));
  REQUIRE(w.pass_until([&] { return w.state(sound).status == campaign_status::completed; }));
}

TEST_CASE("a refusal is told only once the state that it rests on is committed") {
  world w{small_world()};
  auto id = w.create(1);
  REQUIRE(w.act(id, campaign_action::start));
  std::vector<bool> told;
  w.engine().act({}, id, campaign_action::stop, [&](auto r) { told.push_back(r.has_value()); });
  w.engine().act({}, id, campaign_action::pause, [&](auto r) {
    told.push_back(r.has_value());
    REQUIRE_FALSE(r);
    CHECK(r.error().code == error_code::illegal_transition);
    CHECK(w.state(id).status == campaign_status::stopped); // what readers see agrees with what was said
  });
  w.settle();
  CHECK(told == std::vector<bool>{true, false});
}
