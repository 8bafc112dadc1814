// How a campaign counts dispositions when a script invents more labels than it keeps apart.
#include "tests/domain/samples.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

#include <numeric>

using namespace redial;
using sample::call;
using sample::epoch;

namespace {

constexpr auto kept_apart = campaign_state::max_disposition_labels;

/// Dials contact `number` and ends its call so.
void call_one(campaign_state& state, contact_no number, call_outcome outcome, std::string label) {
  auto started = decide_attempt(state, number, contact_state{}, call, epoch);
  REQUIRE(started);
  evolve(state, *started);
  auto ended = decide_ended(*state.definition, number, started->after, call, {outcome, std::move(label), epoch});
  REQUIRE(ended);
  evolve(state, *ended);
}

std::uint64_t sum(const campaign_state& state) {
  return std::accumulate(state.dispositions.begin(), state.dispositions.end(), std::uint64_t{0},
    [](std::uint64_t total, const auto& entry) { return total + entry.second; });
}

std::string label(std::size_t i) { return "label_" + std::to_string(i); }

} // namespace

TEST_CASE("the first 256 labels are kept apart and the rest counted as other") {
  auto state = sample::running(1, 2000);
  contact_no next = 0;
  for (std::size_t i = 0; i < kept_apart + 100; ++i)
    call_one(state, next++, call_outcome::answered, label(i));
  CHECK(state.dispositions.size() == kept_apart + 1);
  CHECK(state.dispositions.at("other") == 100);
  for (std::size_t i = 0; i < kept_apart; ++i)
    REQUIRE(state.dispositions.at(label(i)) == 1);
  CHECK(sum(state) == state.counters.done);

  SECTION("labels that are kept go on counting") {
    call_one(state, next++, call_outcome::answered, label(0));
    CHECK(state.dispositions.at(label(0)) == 2);
    CHECK(state.dispositions.at("other") == 100);
  }
  SECTION("a script that says other itself counts there") {
    call_one(state, next++, call_outcome::answered, "other");
    CHECK(state.dispositions.at("other") == 101);
    CHECK(state.dispositions.size() == kept_apart + 1);
  }
  SECTION("the engine's own labels keep their own count") {
    call_one(state, next++, call_outcome::busy, {});
    call_one(state, next++, call_outcome::unknown, {});
    call_one(state, next++, call_outcome::answered, {});
    CHECK(state.dispositions.at("not_reachable") == 1);
    CHECK(state.dispositions.at("unknown") == 1);
    CHECK(state.dispositions.at("no_disposition") == 1);
    CHECK(state.dispositions.at("other") == 100);
  }
  CHECK(sum(state) == state.counters.done);
  CHECK(state.counters.done == next);
  CHECK(state.counters.pending == 2000 - next);
}

TEST_CASE("other as one of the first labels leaves room for 256 in all") {
  auto state = sample::running(1, 2000);
  call_one(state, 0, call_outcome::answered, "other");
  for (std::size_t i = 0; i < kept_apart + 10; ++i)
    call_one(state, static_cast<contact_no>(i + 1), call_outcome::answered, label(i));
  CHECK(state.dispositions.size() == kept_apart);
  CHECK(state.dispositions.at("other") == 12);
  CHECK(sum(state) == state.counters.done);
}
