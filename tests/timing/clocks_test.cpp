#include "timing/manual.hpp"
#include "timing/wall_clock.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <stdexcept>

using namespace redial;
using namespace redial::timing;
using namespace std::chrono_literals;

namespace {

time_point system_now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

} // namespace

TEST_CASE("at speed 1 the wall clock is the system's, whatever it is told") {
  const wall_clock clock{1, system_now() + 24h};
  const auto before = system_now();
  const auto now = clock.now();
  CHECK(now >= before);
  CHECK(now <= system_now());
  CHECK(clock.speed() == 1);
}

TEST_CASE("an accelerated clock starts at the system's time and runs ahead") {
  const auto steady_before = std::chrono::steady_clock::now();
  const auto before = system_now();
  const wall_clock clock{1'000'000};
  const auto first = clock.now();
  CHECK(first >= before);
  while (std::chrono::steady_clock::now() - steady_before < 2ms) {
  }
  const auto second = clock.now();
  const std::chrono::duration<double> at_most = std::chrono::steady_clock::now() - steady_before;
  CHECK(second > first);
  CHECK(second - before <= std::chrono::duration<double>{at_most.count() * 1'000'000 + 1});
  CHECK(clock.speed() == 1'000'000);
}

TEST_CASE("an accelerated clock does not fall behind what an earlier run has stored") {
  const auto stored = system_now() + std::chrono::days{30};
  CHECK(wall_clock{600, stored}.now() >= stored);
  // An instant that real time has overtaken does not hold it back.
  const auto before = system_now();
  CHECK(wall_clock{600, before - 24h}.now() >= before);
}

TEST_CASE("an accelerated clock goes on as if the process had never been down") {
  const auto started = system_now() - 10s;
  const auto shown = started + std::chrono::days{2};
  const wall_clock clock{600, {}, clock_anchor{600, started, shown}};
  CHECK(clock.now() >= shown + 6000s);
  CHECK(clock.anchor().speed == 600);
  CHECK(clock.anchor().shown >= shown + 6000s);
  CHECK(clock.anchor().system >= started + 10s);
  // Another speed, or a system clock that was set back: the anchor says nothing.
  CHECK(wall_clock{500, {}, clock_anchor{600, started, shown}}.now() < shown);
  CHECK(wall_clock{600, {}, clock_anchor{600, started + 24h, shown}}.now() < shown);
  CHECK(wall_clock{600, shown + 24h, clock_anchor{600, started, shown}}.now() >= shown + 24h);
}

TEST_CASE("speeds that are none are refused") {
  for (double speed :
    {0.0, -1.0, 0.5, 1'000'001.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    CHECK_THROWS_AS(wall_clock{speed}, std::invalid_argument);
}

TEST_CASE("a manual clock stands still until it is moved") {
  manual_clock clock{time_point{5s}, 600};
  CHECK(clock.now() == time_point{5s});
  CHECK(clock.speed() == 600);
  clock.advance(10ms);
  CHECK(clock.now() == time_point{5010ms});
  clock.set(time_point{1s});
  CHECK(clock.now() == time_point{1s});
}
