#include "telephony/call_plan.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <limits>
#include <map>
#include <string>

using namespace redial;
using namespace redial::telephony;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t first_number = 919'800'000'000;

phone nth(std::uint64_t n) { return phone::from_packed(first_number + n); }

} // namespace

TEST_CASE("the default options are without fault") { CHECK(fault_of(simulator_options{}) == std::nullopt); }

TEST_CASE("a plan depends on seed, number and attempt, and on nothing else") {
  const simulator_options options;
  auto other_seed = options;
  other_seed.seed = 2;
  int by_attempt = 0;
  int by_seed = 0;
  int by_number = 0;
  for (std::uint64_t n = 0; n < 1000; ++n) {
    const auto plan = plan_call(options, nth(n), 1);
    CHECK(plan == plan_call(options, nth(n), 1));
    by_attempt += plan == plan_call(options, nth(n), 2) ? 0 : 1;
    by_seed += plan == plan_call(other_seed, nth(n), 1) ? 0 : 1;
    by_number += plan == plan_call(options, nth(n + 1), 1) ? 0 : 1;
  }
  CHECK(by_attempt > 700);
  CHECK(by_seed > 700);
  CHECK(by_number > 700);
}

TEST_CASE("plans do not change from one release to the next: campaigns are compared by their seed") {
  const simulator_options options;
  std::map<call_outcome, int> outcomes;
  for (std::uint64_t n = 0; n < 1000; ++n)
    ++outcomes[plan_call(options, nth(n), 1).outcome];
  using enum call_outcome;
  CHECK((outcomes
         == std::map<call_outcome, int>{{answered, 332}, {no_answer, 310}, {voicemail, 134}, {busy, 73}, {declined, 63},
           {unreachable, 47}, {invalid_number, 24}, {network_error, 9}, {abandoned, 8}}));
}

TEST_CASE("outcomes and dispositions come as often as they should") {
  const simulator_options options;
  constexpr int calls = 200'000;
  std::map<call_outcome, double> outcomes;
  std::map<std::string, double> dispositions;
  int unanswered_with_disposition = 0;
  for (std::uint64_t n = 0; n < calls; ++n) {
    const auto plan = plan_call(options, nth(n / 4), static_cast<std::uint8_t>(1 + n % 4));
    outcomes[plan.outcome] += 1.0 / calls;
    if (plan.outcome == call_outcome::answered)
      dispositions[plan.disposition] += 1.0 / calls / options.outcomes.answered;
    else
      unanswered_with_disposition += plan.disposition.empty() ? 0 : 1;
  }
  CHECK(unanswered_with_disposition == 0);
  // One part in 1,000 is the standard deviation of a frequency of 0.3.
  const auto& mix = options.outcomes;
  CHECK(outcomes[call_outcome::answered] == Approx(mix.answered).margin(0.005));
  CHECK(outcomes[call_outcome::no_answer] == Approx(mix.no_answer).margin(0.005));
  CHECK(outcomes[call_outcome::voicemail] == Approx(mix.voicemail).margin(0.005));
  CHECK(outcomes[call_outcome::busy] == Approx(mix.busy).margin(0.005));
  CHECK(outcomes[call_outcome::declined] == Approx(mix.declined).margin(0.005));
  CHECK(outcomes[call_outcome::unreachable] == Approx(mix.unreachable).margin(0.003));
  CHECK(outcomes[call_outcome::invalid_number] == Approx(mix.invalid_number).margin(0.002));
  CHECK(outcomes[call_outcome::network_error] == Approx(mix.network_error).margin(0.002));
  CHECK(outcomes[call_outcome::abandoned] == Approx(mix.abandoned).margin(0.002));
  CHECK(dispositions.size() == options.dispositions.size());
  for (const auto& [label, weight] : options.dispositions)
    CHECK(dispositions[label] == Approx(weight).margin(0.01));
}

TEST_CASE("an outcome of weight 0 never comes, one of weight 1 always") {
  simulator_options options;
  options.outcomes = {.answered = 0,
    .no_answer = 0,
    .voicemail = 0,
    .busy = 0,
    .declined = 1,
    .unreachable = 0,
    .invalid_number = 0,
    .network_error = 0,
    .abandoned = 0};
  REQUIRE(fault_of(options) == std::nullopt);
  for (std::uint64_t n = 0; n < 10'000; ++n)
    REQUIRE(plan_call(options, nth(n), 1).outcome == call_outcome::declined);
}

TEST_CASE("ringing and talking stay within their bounds and have the mean that was asked for") {
  const simulator_options options;
  constexpr int calls = 100'000;
  double ring = 0;
  double talk = 0;
  int answered = 0;
  int out_of_bounds = 0;
  int unlike_their_outcome = 0;
  for (std::uint64_t n = 0; n < calls; ++n) {
    const auto plan = plan_call(options, nth(n), 1);
    out_of_bounds +=
      plan.ring < options.ring_min || plan.ring > options.ring_max || plan.talk > options.talk_max ? 1 : 0;
    if (plan.outcome == call_outcome::answered) {
      ++answered;
      ring += static_cast<double>(plan.ring.count());
      talk += static_cast<double>(plan.talk.count());
    } else {
      unlike_their_outcome += plan.talk == 0ms ? 0 : 1;
    }
    if (plan.outcome == call_outcome::no_answer)
      unlike_their_outcome += plan.ring == options.ring_max ? 0 : 1;
    if (plan.outcome == call_outcome::busy || plan.outcome == call_outcome::invalid_number)
      unlike_their_outcome += plan.ring == options.ring_min ? 0 : 1;
  }
  CHECK(out_of_bounds == 0);
  CHECK(unlike_their_outcome == 0);
  CHECK(ring / answered == Approx(15'000).epsilon(0.01));
  CHECK(talk / answered == Approx(75'000).epsilon(0.02));
}

TEST_CASE("durations may be fixed, or nothing") {
  simulator_options options;
  options.ring_min = options.ring_mean = options.ring_max = 7s;
  options.talk_mean = 0ms;
  REQUIRE(fault_of(options) == std::nullopt);
  for (std::uint64_t n = 0; n < 1000; ++n) {
    const auto plan = plan_call(options, nth(n), 1);
    CHECK(plan.ring == 7s);
    CHECK(plan.talk == 0ms);
  }
  simulator_options instant;
  instant.instant = true;
  for (std::uint64_t n = 0; n < 1000; ++n) {
    const auto plan = plan_call(instant, nth(n), 1);
    CHECK(plan.ring + plan.talk == 0ms);
    // What comes of the call is the same as with durations.
    CHECK(plan.outcome == plan_call(simulator_options{}, nth(n), 1).outcome);
    CHECK(plan.disposition == plan_call(simulator_options{}, nth(n), 1).disposition);
  }
}

TEST_CASE("numbers with a configured ending always meet with its outcome, the first match counts") {
  simulator_options options;
  options.overrides = {{"007", call_outcome::busy, ""}, {"07", call_outcome::answered, "callback"},
    {"9", call_outcome::answered, ""}, {"919800000000", call_outcome::invalid_number, ""}};
  REQUIRE(fault_of(options) == std::nullopt);
  for (std::uint8_t attempt = 1; attempt <= 5; ++attempt) {
    CHECK(plan_call(options, nth(1007), attempt).outcome == call_outcome::busy);
    CHECK(plan_call(options, nth(1007), attempt).disposition.empty());
    CHECK(plan_call(options, nth(1107), attempt).outcome == call_outcome::answered);
    CHECK(plan_call(options, nth(1107), attempt).disposition == "callback");
    CHECK(plan_call(options, nth(0), attempt).outcome == call_outcome::invalid_number);
    // Without a disposition of its own, an answered call has one of the configured.
    const auto drawn = plan_call(options, nth(9), attempt);
    CHECK(drawn.outcome == call_outcome::answered);
    CHECK(options.dispositions.contains(drawn.disposition));
  }
  CHECK(plan_call(options, nth(1008), 1) == plan_call(simulator_options{}, nth(1008), 1));
  // A suffix longer than the number is no ending of it.
  simulator_options longer;
  longer.overrides = {{"0001234567", call_outcome::busy, ""}, {"1234567", call_outcome::declined, ""}};
  CHECK(plan_call(longer, phone::from_packed(1'234'567), 1).outcome == call_outcome::declined);
}

TEST_CASE("the shared workload ends on the totals that its reference gives") {
  simulator_options options;
  options.workload = simulator_workload::peers;
  options.instant = true;
  // Contacts 0 to 5, attempts 1 to 3: 0 interested, 1 not interested, 2 busy, 3 no answer.
  constexpr std::array<std::array<int, 3>, 6> reference{
    {{2, 2, 1}, {2, 1, 3}, {1, 3, 3}, {0, 1, 2}, {3, 2, 2}, {1, 2, 0}}};
  const std::array<call_plan, 4> plans{
    {{call_outcome::answered, "interested", 0ms, 0ms}, {call_outcome::answered, "not_interested", 0ms, 0ms},
      {call_outcome::busy, "", 0ms, 0ms}, {call_outcome::no_answer, "", 0ms, 0ms}}};
  const auto contact = [&](std::uint64_t i) { return phone::from_packed(options.peers_base.packed() + i); };
  for (std::size_t i = 0; i < reference.size(); ++i)
    for (std::size_t k = 1; k <= 3; ++k)
      CHECK(plan_call(options, contact(i), static_cast<std::uint8_t>(k))
            == plans.at(static_cast<std::size_t>(reference.at(i).at(k - 1))));

  int attempts = 0;
  std::map<std::string, int> dispositions;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    std::string label = "not_reachable";
    for (std::uint8_t k = 1; k <= 3; ++k) {
      ++attempts;
      const auto plan = plan_call(options, contact(i), k);
      if (plan.outcome == call_outcome::answered) {
        label = plan.disposition;
        break;
      }
    }
    ++dispositions[label];
  }
  CHECK(attempts == 38'919);
  CHECK(dispositions
        == std::map<std::string, int>{{"interested", 3957}, {"not_interested", 11'765}, {"not_reachable", 4278}});
}

TEST_CASE("faulty options are named") {
  const auto fault = [](auto change) {
    simulator_options options;
    change(options);
    return fault_of(options).value_or("none");
  };
  using Catch::Contains;
  CHECK_THAT(fault([](auto& o) { o.outcomes.busy += 0.01; }), Contains("come to 1"));
  CHECK(fault([](auto& o) { o.outcomes.busy += 1e-7; }) == "none");
  CHECK_THAT(fault([](auto& o) { o.outcomes.busy = -0.07, o.outcomes.answered = 0.48; }), Contains("busy"));
  CHECK_THAT(fault([](auto& o) { o.outcomes.busy = std::numeric_limits<double>::quiet_NaN(); }), Contains("busy"));
  CHECK_THAT(fault([](auto& o) { o.dispositions["Not Valid"] = 1; }), Contains("Not Valid"));
  CHECK_THAT(fault([](auto& o) { o.dispositions["dnd"] = -1; }), Contains("dnd"));
  CHECK_THAT(fault([](auto& o) { o.dispositions = {{"dnd", 0}}; }), Contains("more than 0"));
  CHECK(fault([](auto& o) { o.dispositions.clear(); }) == "none");
  CHECK_THAT(fault([](auto& o) { o.overrides = {{"", call_outcome::busy, ""}}; }), Contains("1 to 15 digits"));
  CHECK_THAT(fault([](auto& o) { o.overrides = {{"12a", call_outcome::busy, ""}}; }), Contains("12a"));
  CHECK_THAT(fault([](auto& o) { o.overrides = {{"1", call_outcome::unknown, ""}}; }), Contains("unknown"));
  CHECK_THAT(fault([](auto& o) { o.overrides = {{"1", call_outcome::busy, "dnd"}}; }), Contains("not answered"));
  CHECK_THAT(fault([](auto& o) { o.ring_mean = o.ring_max; }), Contains("ringing"));
  CHECK_THAT(fault([](auto& o) { o.ring_min = -1ms; }), Contains("ringing"));
  CHECK_THAT(fault([](auto& o) { o.talk_max = -1ms; }), Contains("talking"));
}
