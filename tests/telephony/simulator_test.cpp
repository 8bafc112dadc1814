#include "simulated_calls.hpp"

#include "timing/manual.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <stdexcept>
#include <vector>

using namespace redial;
using namespace redial::telephony;
using namespace std::chrono_literals;

namespace {

/// A simulator under a clock and timers that the test moves.
struct fixture {
  explicit fixture(simulator_options options = {}) : gateway{make_simulator(std::move(options), time, timers)} {}

  void run_until(time_point end) {
    while (timers.next_due() && *timers.next_due() <= end) {
      time.set(*timers.next_due());
      timers.run_due(time.now());
    }
    time.set(end);
  }
  std::string look_up(call_id id) {
    diary heard;
    gateway->look_up(id, heard.listener());
    return heard.text();
  }

  timing::manual_clock time{time_point{10s}};
  timing::manual_timers timers;
  std::unique_ptr<call_gateway> gateway;
};

} // namespace

TEST_CASE("an answered call is placed, answered after ringing, over after talking") {
  fixture f{always_answered(5s, 60s)};
  diary heard;
  f.gateway->place(request_for(1), heard.listener());
  CHECK(heard.text() == "placed");
  CHECK(f.gateway->in_flight() == 1);
  f.run_until(time_point{15s - 1ms});
  CHECK(heard.text() == "placed");
  f.run_until(time_point{15s});
  CHECK(heard.text() == "placed answered@15");
  f.run_until(time_point{1000s});
  CHECK(heard.text() == "placed answered@15 ended(answered interested)@75");
  CHECK(f.gateway->in_flight() == 0);
  CHECK(heard.let_go());
}

TEST_CASE("a timer that runs late does not shift the instants that are told") {
  fixture f{always_answered(5s, 60s)};
  diary heard;
  f.gateway->place(request_for(1), heard.listener());
  f.time.set(time_point{500s});
  f.timers.run_due(time_point{500s});
  CHECK(heard.text() == "placed answered@15 ended(answered interested)@75");
}

TEST_CASE("a call that nobody answers ends without an answer") {
  auto options = always_answered(5s, 60s);
  for (auto outcome : all_call_outcomes) {
    if (outcome == call_outcome::answered || outcome == call_outcome::unknown)
      continue;
    for (auto& rule : options.overrides)
      rule = {rule.suffix, outcome, ""};
    fixture f{options};
    diary heard;
    f.gateway->place(request_for(1), heard.listener());
    f.run_until(time_point{1000s});
    CHECK(heard.text() == "placed ended(" + std::string{to_string(outcome)} + ")@15");
  }
}

TEST_CASE("steps that take no time happen within the one before") {
  {
    fixture f{always_answered(0s, 60s)};
    diary heard;
    f.gateway->place(request_for(1), heard.listener());
    CHECK(heard.text() == "placed answered@10");
    f.run_until(time_point{100s});
    CHECK(heard.text() == "placed answered@10 ended(answered interested)@70");
  }
  {
    fixture f{always_answered(5s, 0s)};
    diary heard;
    f.gateway->place(request_for(1), heard.listener());
    f.run_until(time_point{15s});
    CHECK(heard.text() == "placed answered@15 ended(answered interested)@15");
  }
}

TEST_CASE("instant calls happen within place, without a timer") {
  auto options = always_answered(5s, 60s);
  options.instant = true;
  fixture f{options};
  diary heard;
  f.gateway->place(request_for(1), heard.listener());
  CHECK(heard.text() == "placed ended(answered interested)@10");
  CHECK(f.timers.size() == 0);
  CHECK(f.gateway->in_flight() == 0);
  CHECK(heard.let_go());
}

TEST_CASE("what happens to a call is what its plan says, in any order of placing") {
  const simulator_options options;
  const auto dial = [&](bool backwards) {
    fixture f{options};
    std::map<std::uint64_t, diary> heard;
    for (std::uint64_t i = 0; i < 500; ++i) {
      const auto n = backwards ? 499 - i : i;
      f.gateway->place(request_for(n, 2), heard[n].listener());
    }
    f.run_until(time_point{3600s});
    CHECK(f.gateway->in_flight() == 0);
    return heard;
  };
  const auto forwards = dial(false);
  const auto backwards = dial(true);
  for (const auto& [n, heard] : forwards) {
    CHECK(heard.text() == backwards.at(n).text());
    const auto plan = plan_call(options, request_for(n).contact->phone, 2);
    CHECK_THAT(heard.text(),
      Catch::Contains("ended(" + std::string{to_string(plan.outcome)}) && Catch::Contains(plan.disposition));
  }
}

TEST_CASE("a second place under one id places nothing, whether the call runs or has ended") {
  fixture f{always_answered(5s, 60s)};
  diary first;
  diary second;
  f.gateway->place(request_for(1), first.listener());
  f.gateway->place(request_for(1), second.listener());
  CHECK(f.gateway->in_flight() == 1);
  CHECK(f.timers.size() == 1);
  f.run_until(time_point{100s});
  f.gateway->place(request_for(1), second.listener());
  f.run_until(time_point{1000s});
  CHECK(first.text() == "placed answered@15 ended(answered interested)@75");
  CHECK(second.text().empty());
  CHECK(second.let_go());

  auto options = always_answered(5s, 60s);
  options.instant = true;
  fixture instant{options};
  instant.gateway->place(request_for(1), second.listener());
  instant.gateway->place(request_for(1), second.listener());
  CHECK(second.text() == "placed ended(answered interested)@10");
}

TEST_CASE("look_up of a running call replaces its listener") {
  fixture f{always_answered(5s, 60s)};
  diary first;
  diary second;
  f.gateway->place(request_for(1), first.listener());
  f.run_until(time_point{20s});
  f.gateway->look_up(request_for(1).id, second.listener());
  CHECK(second.text() == "placed");
  f.run_until(time_point{100s});
  CHECK(first.text() == "placed answered@15");
  CHECK(first.let_go());
  CHECK(second.text() == "placed ended(answered interested)@75");
}

TEST_CASE("look_up of a call that has ended tells its end, each time") {
  fixture f{always_answered(5s, 60s)};
  diary first;
  f.gateway->place(request_for(1), first.listener());
  f.run_until(time_point{100s});
  for (int again = 0; again < 2; ++again)
    CHECK(f.look_up(request_for(1).id) == "ended(answered interested)@75");
}

TEST_CASE("an id that was never heard of is unknown, and can no longer come to be") {
  fixture f{always_answered(5s, 60s)};
  diary heard;
  CHECK(f.look_up(request_for(1).id) == "ended(unknown)@10");
  f.gateway->place(request_for(1), heard.listener());
  CHECK(f.timers.size() == 0);
  CHECK(f.gateway->in_flight() == 0);
  CHECK(heard.text().empty());
  CHECK(f.look_up(request_for(1).id) == "ended(unknown)@10");
  // Others are not touched by it.
  f.gateway->place(request_for(2), heard.listener());
  CHECK(heard.text() == "placed");
}

TEST_CASE("the last calls that ended are remembered, and no more than a bounded number") {
  auto options = always_answered(5s, 60s);
  options.instant = true;
  fixture f{options};
  constexpr std::uint64_t calls = simulator_memory * 4;
  for (std::uint64_t n = 0; n < calls; ++n)
    f.gateway->place(request_for(n), [](const call_news&, const receipt&) {});
  std::uint64_t forgotten = 0;
  for (std::uint64_t n = calls - simulator_memory; n < calls; ++n)
    forgotten += f.look_up(request_for(n).id) == "ended(unknown)@10" ? 1 : 0;
  CHECK(forgotten == 0);
  CHECK(f.look_up(request_for(0).id) == "ended(unknown)@10");
}

TEST_CASE("after shut_down there is no news, and listeners are let go") {
  fixture f{always_answered(5s, 60s)};
  diary heard;
  f.gateway->place(request_for(1), heard.listener());
  f.gateway->shut_down();
  CHECK(heard.let_go());
  CHECK(f.gateway->in_flight() == 0);
  f.run_until(time_point{100s});
  f.gateway->place(request_for(2), heard.listener());
  CHECK(f.look_up(request_for(1).id).empty());
  f.gateway->shut_down();
  CHECK(heard.text() == "placed");
}

TEST_CASE("timers that outlive the gateway do nothing") {
  fixture f{always_answered(5s, 60s)};
  diary heard;
  f.gateway->place(request_for(1), heard.listener());
  f.gateway.reset();
  CHECK(heard.let_go());
  CHECK(f.timers.size() == 1);
  f.run_until(time_point{100s});
  CHECK(heard.text() == "placed");
}

TEST_CASE("a listener may shut the gateway down: what it hears then is the last") {
  auto options = always_answered(5s, 60s);
  options.instant = true;
  fixture f{options};
  std::vector<std::size_t> heard;
  f.gateway->place(request_for(1), [&](const call_news& news, const receipt&) {
    heard.push_back(news.index());
    f.gateway->shut_down();
  });
  CHECK(heard == std::vector<std::size_t>{0});
}

TEST_CASE("a listener may place the next call") {
  auto options = always_answered(5s, 60s);
  options.instant = true;
  fixture f{options};
  std::uint64_t ended = 0;
  call_listener next = [&](const call_news& news, const receipt&) {
    if (std::holds_alternative<call_ended>(news) && ++ended < 100)
      f.gateway->place(request_for(ended), next);
  };
  f.gateway->place(request_for(0), next);
  CHECK(ended == 100);
}

TEST_CASE("faulty options make no simulator") {
  timing::manual_clock time;
  timing::manual_timers timers;
  simulator_options options;
  options.outcomes.answered = 0.5;
  CHECK_THROWS_AS(make_simulator(options, time, timers), std::invalid_argument);
}
