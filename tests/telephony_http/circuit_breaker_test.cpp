#include "telephony/http/circuit_breaker.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::telephony;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{1000s};
using pass = circuit_breaker::pass;

pass let_through(circuit_breaker& breaker, time_point now) {
  const auto asked = breaker.ask(now);
  REQUIRE(std::holds_alternative<pass>(asked));
  return std::get<pass>(asked);
}

} // namespace

TEST_CASE("a breaker opens for a second, then twice as long each time, up to thirty seconds") {
  circuit_breaker breaker;
  auto now = start;
  for (const auto pause : {1000ms, 2000ms, 4000ms, 8000ms, 16'000ms, 30'000ms, 30'000ms}) {
    CHECK(breaker.failed(let_through(breaker, now), now) == pause);
    CHECK(std::get<milliseconds>(breaker.ask(now)) == pause);
    CHECK(std::get<milliseconds>(breaker.ask(now + pause - 1ms)) == 1ms);
    now += pause;
  }
  breaker.reached(let_through(breaker, now));
  CHECK(breaker.failed(let_through(breaker, now), now) == 1000ms);
}

TEST_CASE("what failed together has failed once") {
  circuit_breaker breaker;
  const auto first = let_through(breaker, start);
  const auto second = let_through(breaker, start);
  const auto third = let_through(breaker, start);
  CHECK(breaker.failed(first, start) == 1000ms);
  CHECK(breaker.failed(second, start + 400ms) == 600ms);
  // Nor does a late success of before close it.
  breaker.reached(third);
  CHECK(std::holds_alternative<milliseconds>(breaker.ask(start + 999ms)));
}

TEST_CASE("one probe at a time passes a breaker that is half open") {
  circuit_breaker breaker;
  breaker.failed(let_through(breaker, start), start);
  const auto probe = let_through(breaker, start + 1s);
  CHECK(std::get<milliseconds>(breaker.ask(start + 1s)) == 1000ms);
  CHECK(std::get<milliseconds>(breaker.ask(start + 1h)) == 1000ms);
  breaker.reached(probe);
  let_through(breaker, start + 1h);
  let_through(breaker, start + 1h);
}
