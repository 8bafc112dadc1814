// A campaign from its list to its end, under virtual time.
#include "world.hpp"

#include "tests/show_result.hpp"
#include <catch2/catch.hpp>

#include <set>

using namespace redial;
using namespace redial::testing;

namespace {

world_options small_world() {
  world_options o;
  o.engine.lines = {50, 0};
  return o;
}

auto with_retries(std::uint8_t attempts, std::chrono::minutes interval) {
  return [=](campaign_definition& d) {
    d.max_attempts = attempts;
    d.retry_interval = interval;
  };
}

/// The totals that the simulator's plan leads to, worked out without the engine.
campaign_counters expected(
  const world_options& o, std::size_t contacts, std::uint8_t max_attempts, disposition_counts& dispositions) {
  campaign_counters c;
  c.total = c.done = contacts;
  for (std::size_t i = 0; i < contacts; ++i) {
    for (std::uint8_t k = 1;; ++k) {
      auto plan = telephony::plan_call(o.calls, world::phone_of(i), k);
      ++c.attempted;
      if (plan.outcome == call_outcome::answered) {
        ++c.connected;
        ++dispositions[plan.disposition];
        break;
      }
      if (k == max_attempts || plan.outcome == call_outcome::invalid_number) {
        ++dispositions["not_reachable"];
        break;
      }
    }
  }
  return c;
}

void check_ledger(const std::vector<placed_call>& ledger, std::uint8_t max_attempts) {
  std::set<call_id> ids;
  std::map<phone, std::uint8_t> attempts;
  for (const auto& call : ledger) {
    CHECK(ids.insert(call.id).second);
    CHECK(call.attempt == ++attempts[call.to]); // each attempt once, in order
    CHECK(call.attempt <= max_attempts);
  }
}

} // namespace

TEST_CASE("a campaign dials everyone, retries, and completes with the totals of the plan") {
  auto options = small_world();
  options.calls.instant = GENERATE(false, true);
  const auto interval = GENERATE(std::chrono::minutes{1}, std::chrono::minutes{240});
  options.engine.passivate_after = 2min; // so that one interval waits with its actor, the other without
  world w{options};
  auto id = w.create(500, with_retries(3, interval));
  CHECK(w.state(id).status == campaign_status::scheduled);
  w.pass(std::chrono::hours{48});
  CHECK(w.ledger().empty()); // without a schedule it begins by action
  REQUIRE(w.act(id, campaign_action::start));
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));

  disposition_counts dispositions;
  const auto truth = expected(options, 500, 3, dispositions);
  const auto end = w.state(id);
  CHECK(end.counters == truth);
  CHECK(end.dispositions == dispositions);
  CHECK(end.reason == end_reason::completed);
  CHECK(end.ended_at);
  CHECK(w.ledger().size() == truth.attempted);
  check_ledger(w.ledger(), 3);
  CHECK(w.store().verify(w.number(id)).empty());
  CHECK(w.context().waiting_actors == 0);
}

TEST_CASE("the gateway is handed the contact with its name and fields") {
  world w{small_world()};
  auto id = w.create(70);
  REQUIRE(w.act(id, campaign_action::start));
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
  REQUIRE(w.ledger().size() == 70);
  for (const auto& call : w.ledger()) {
    const auto i = call.to.packed() - world::phone_of(0).packed();
    CHECK(call.name == "Contact " + std::to_string(i));
    CHECK(call.fields == R"({"n":)" + std::to_string(i) + "}");
  }
}

TEST_CASE("retries come after the interval, not before") {
  auto options = small_world();
  options.calls.instant = true;
  options.calls.overrides.push_back({"", call_outcome::busy, {}});
  options.calls.overrides.back().suffix = "0";
  world w{options};
  auto id = w.create(1, with_retries(3, std::chrono::minutes{90}));
  REQUIRE(w.act(id, campaign_action::start));
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
  auto ledger = w.ledger();
  REQUIRE(ledger.size() == 3);
  CHECK(ledger[1].at - ledger[0].at == 90min);
  CHECK(ledger[2].at - ledger[1].at == 90min);
}

TEST_CASE("pause: nothing dials after the answer, calls in progress finish and count, resume goes on") {
  world w{small_world()};
  auto id = w.create(400, with_retries(2, std::chrono::minutes{5}));
  REQUIRE(w.act(id, campaign_action::start));
  w.pass(40s);
  REQUIRE(w.act(id, campaign_action::pause));
  const auto dialed = w.ledger().size();
  const auto at_pause = w.state(id);
  CHECK(at_pause.counters.in_progress > 0);
  w.pass(std::chrono::hours{5});
  CHECK(w.ledger().size() == dialed);
  const auto paused = w.state(id);
  CHECK(paused.status == campaign_status::paused);
  CHECK(paused.counters.in_progress == 0);
  CHECK(paused.counters.attempted == dialed);
  CHECK(paused.counters.done > at_pause.counters.done);
  REQUIRE(w.act(id, campaign_action::resume));
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
  check_ledger(w.ledger(), 2);
  CHECK(w.store().verify(w.number(id)).empty());
}

TEST_CASE("the answer to pause waits for attempts that are on their way to the gateway") {
  // Let the engine run a random while, so that attempts are decided, committed or on their way, then pause.
  const auto steps = GENERATE(range(1, 60));
  world w{small_world()};
  auto id = w.create(300);
  std::optional<result<campaign_view_ptr>> started;
  w.engine().act({}, id, campaign_action::start, [&](auto r) { started = std::move(r); });
  w.step(static_cast<std::size_t>(steps));
  std::optional<std::size_t> dialed_at_answer;
  w.engine().act({}, id, campaign_action::pause, [&](auto r) {
    if (r)
      dialed_at_answer = w.ledger().size();
  });
  w.settle();
  REQUIRE(dialed_at_answer); // start went first, so the pause is legal
  w.pass(std::chrono::hours{1});
  CHECK(w.ledger().size() == *dialed_at_answer);
}

TEST_CASE("a gateway that takes its time holds back the answer to pause, to stop, and to a removal") {
  world w{small_world()};
  auto id = w.create(100);
  w.gateway().hold = true; // calls are committed, but the gateway does not report them as placed
  REQUIRE(w.act(id, campaign_action::start));
  CHECK(w.gateway().held.size() == 50);
  bool answered = false;
  SECTION("pause") {
    w.engine().act({}, id, campaign_action::pause, [&](auto r) { answered = r.has_value(); });
  }
  SECTION("stop") {
    w.engine().act({}, id, campaign_action::stop, [&](auto r) { answered = r.has_value(); });
  }
  SECTION("removal") {
    w.engine().remove_contacts({}, id, {world::phone_of(3)}, [&](auto r) { answered = r && r->already_called == 1; });
  }
  w.settle();
  CHECK_FALSE(answered);
  w.gateway().hold = false;
  for (auto& place : std::exchange(w.gateway().held, {}))
    place();
  w.settle();
  CHECK(answered);
}

TEST_CASE("stop is final, also after a restart") {
  world w{small_world()};
  auto id = w.create(200, with_retries(3, std::chrono::minutes{10}));
  REQUIRE(w.act(id, campaign_action::start));
  w.pass(60s);
  REQUIRE(w.act(id, campaign_action::stop));
  const auto dialed = w.ledger().size();
  const bool restarted = GENERATE(false, true);
  if (restarted)
    w.crash_and_restart();
  w.pass(std::chrono::hours{3});
  CHECK(w.ledger().size() == dialed);
  for (auto action : all_campaign_actions) {
    auto refused = w.act(id, action);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == error_code::illegal_transition);
  }
  CHECK(w.remove(id, {world::phone_of(1)}).error().code == error_code::campaign_ended);
  CHECK(w.state(id).status == campaign_status::stopped);
  CHECK(w.state(id).counters.in_progress == 0);
  CHECK(w.state(id).counters.attempted == dialed);
  CHECK(w.store().verify(w.number(id)).empty());
}

TEST_CASE("start_time and end_time are kept") {
  world w{small_world()};
  const auto start = w.time().now() + 2h;
  const auto end = w.time().now() + 3h;
  auto id = w.create(3000, [&](campaign_definition& d) {
    d.schedule = campaign_schedule{start, end, "Asia/Kolkata"};
    d.max_attempts = 5;
    d.retry_interval = std::chrono::minutes{20};
  });
  const bool restarted = GENERATE(false, true);
  if (restarted)
    w.crash_and_restart();
  w.pass(2h - 1ms);
  CHECK(w.ledger().empty());
  w.pass(std::chrono::hours{24});
  REQUIRE_FALSE(w.ledger().empty());
  for (const auto& call : w.ledger()) {
    CHECK(call.at >= start);
    CHECK(call.at < end);
  }
  const auto state = w.state(id);
  CHECK(state.status == campaign_status::stopped);
  CHECK(state.reason == end_reason::end_time);
  CHECK(state.ended_at == end);
  CHECK(state.counters.pending + state.counters.waiting_retry > 0);
}

TEST_CASE("removal: pending ones go, called ones stay and are never called again") {
  auto options = small_world();
  options.engine.passivate_after = GENERATE(0min, 60min);
  world w{options};
  auto id = w.create(600, with_retries(3, std::chrono::minutes{30}));
  REQUIRE(w.act(id, campaign_action::start));
  w.pass(100s);
  std::set<phone> called;
  for (const auto& call : w.ledger())
    called.insert(call.to);
  std::vector<phone> everyone{phone::from_packed(12'345'678)};
  for (std::size_t i = 0; i < 600; ++i)
    everyone.push_back(world::phone_of(i));
  const auto dialed = w.ledger().size();
  auto summary = w.remove(id, everyone);
  REQUIRE(summary);
  CHECK(summary->not_found == 1);
  CHECK(summary->removed == 600 - called.size());
  CHECK(summary->already_called == called.size());
  CHECK(summary->retries_cancelled > 0);
  auto again = w.remove(id, everyone);
  if (again) {
    CHECK(again->removed == 0);
    CHECK(again->retries_cancelled == 0);
  }
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
  CHECK(w.ledger().size() == dialed);
  CHECK(w.state(id).counters.removed == summary->removed);
  CHECK(w.state(id).counters.total == 600);
  CHECK(w.context().waiting_actors == 0);
  CHECK(w.store().verify(w.number(id)).empty());
}

TEST_CASE("no removed contact is dialed after the answer, whenever the removal comes") {
  const auto steps = GENERATE(range(1, 400, 7));
  world w{small_world()};
  auto id = w.create(300);
  w.engine().act({}, id, campaign_action::start, [](auto) {});
  w.step(static_cast<std::size_t>(steps));
  std::vector<phone> some;
  for (std::size_t i = 0; i < 300; i += 3)
    some.push_back(world::phone_of(i));
  std::optional<std::size_t> dialed_at_answer;
  w.engine().remove_contacts({}, id, some, [&](auto r) {
    REQUIRE(r);
    dialed_at_answer = w.ledger().size();
  });
  w.settle();
  REQUIRE(dialed_at_answer);
  w.pass(std::chrono::hours{2});
  const std::set<phone> removed{some.begin(), some.end()};
  const auto ledger = w.ledger();
  for (auto i = *dialed_at_answer; i < ledger.size(); ++i)
    CHECK(removed.count(ledger[i].to) == 0);
  CHECK(w.state(id).status == campaign_status::completed);
}

TEST_CASE("an empty campaign completes as soon as it is started") {
  world w{small_world()};
  auto id = w.create(0);
  REQUIRE(w.act(id, campaign_action::start));
  CHECK(w.state(id).status == campaign_status::completed);
}

TEST_CASE("commands for campaigns that are not there are answered") {
  world w{small_world()};
  const auto id = *campaign_id::parse("cmp_000000000");
  CHECK(w.act(id, campaign_action::start).error().code == error_code::not_found);
  CHECK(w.remove(id, {world::phone_of(1)}).error().code == error_code::not_found);
}
