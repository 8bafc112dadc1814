#include "bench/load/flatness.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace redial::bench;

namespace {

/// An hour in samples of a minute; `change` is told how far it is, from 0 to 1.
std::vector<soak_sample> an_hour(const std::function<void(soak_sample&, double)>& change = {}) {
  std::vector<soak_sample> samples;
  for (int minute = 1; minute <= 60; ++minute) {
    soak_sample s;
    s.at = minute * 60;
    s.resident = 60e6 + (minute % 3) * 1e6;
    for (int n = 0; n < 1'000; ++n)
      s.gets.record(1'000'000 + static_cast<std::uint64_t>(n) * 1'000);
    s.attempts_a_second = 1'000 + minute % 2;
    s.campaigns = static_cast<std::uint64_t>(minute) * 60;
    if (change)
      change(s, minute / 60.0);
    samples.push_back(std::move(s));
  }
  return samples;
}

} // namespace

TEST_CASE("a steady hour is flat, its noise included") { CHECK(judge(an_hour(), {}).flat); }

TEST_CASE("the record of campaigns may grow, a leak may not") {
  const flatness_bounds bounds;
  CHECK(judge(an_hour([](soak_sample& s, double share) { s.resident += 3'600 * 4'000 * share; }), bounds).flat);
  CHECK_FALSE(judge(an_hour([](soak_sample& s, double share) { s.resident += 60e6 * share; }), bounds).flat);
}

TEST_CASE("what grows while the server warms up is not judged") {
  const auto filling = [](soak_sample& s, double share) { s.resident -= share < 0.19 ? 50e6 : 0; };
  CHECK(judge(an_hour(filling), {}).flat);
  flatness_bounds none;
  none.warm_up_s = 0;
  CHECK_FALSE(judge(an_hour(filling), none).flat);
}

TEST_CASE("an hour that gets slower is not flat") {
  const auto slower = [](soak_sample& s, double share) {
    if (share > 0.7)
      s.gets.record(20'000'000, 50);
  };
  CHECK_FALSE(judge(an_hour(slower), {}).flat);
  CHECK_FALSE(judge(an_hour([](soak_sample& s, double share) { s.attempts_a_second -= 300 * share; }), {}).flat);
}

TEST_CASE("one request without an answer is one too many") {
  CHECK_FALSE(judge(an_hour([](soak_sample& s, double share) { s.failures = share == 1 ? 1 : 0; }), {}).flat);
}

TEST_CASE("a few samples prove nothing") {
  auto few = an_hour();
  few.resize(8);
  CHECK_FALSE(judge(few, {}).flat);
  CHECK_FALSE(judge({}, {}).flat);
}
