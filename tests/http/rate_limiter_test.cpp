#include "http/rate_limiter.hpp"

#include <catch2/catch.hpp>

#include <thread>
#include <vector>

using redial::http::rate_limiter;
using namespace std::chrono_literals;

namespace {

constexpr rate_limiter::instant minute{std::chrono::minutes{29'000'000}};

} // namespace

TEST_CASE("so many requests a minute, and then none until the next one begins") {
  rate_limiter limiter{3};
  for (std::uint32_t left : {2U, 1U, 0U}) {
    const auto quota = limiter.take("a", minute + 10s);
    REQUIRE(quota);
    CHECK(quota->granted);
    CHECK(quota->limit == 3);
    CHECK(quota->remaining == left);
    CHECK(quota->reset == std::int64_t{29'000'001} * 60);
    CHECK(quota->retry_after == 50);
  }
  for (auto at : {minute + 10s, minute + 59s}) {
    const auto quota = limiter.take("a", at);
    CHECK_FALSE(quota->granted);
    CHECK(quota->remaining == 0);
  }
  CHECK(limiter.take("a", minute + 59'999ms)->retry_after == 1);
  CHECK(limiter.take("b", minute + 59s)->granted);
  const auto next = limiter.take("a", minute + 60s);
  CHECK(next->granted);
  CHECK(next->remaining == 2);
  CHECK(next->reset == std::int64_t{29'000'002} * 60);
}

TEST_CASE("a thread whose clock is behind counts in the minute that has begun") {
  rate_limiter limiter{2};
  CHECK(limiter.take("a", minute + 60s)->granted);
  CHECK(limiter.take("a", minute + 59s)->granted);
  CHECK_FALSE(limiter.take("a", minute + 59s)->granted);
  CHECK_FALSE(limiter.take("a", minute + 61s)->granted);
}

TEST_CASE("no limit, no count") {
  rate_limiter limiter{0};
  CHECK_FALSE(limiter.take("a", minute));
  CHECK(limiter.remembered() == 0);
}

TEST_CASE("threads together are granted no more than the limit") {
  constexpr unsigned limit = 10'000;
  rate_limiter limiter{limit};
  std::atomic<unsigned> granted{0};
  std::vector<std::thread> threads;
  for (int n = 0; n < 4; ++n)
    threads.emplace_back([&] {
      for (unsigned i = 0; i < limit; ++i)
        granted += limiter.take("a", minute)->granted ? 1 : 0;
    });
  for (auto& each : threads)
    each.join();
  CHECK(granted == limit);
}

TEST_CASE("workspaces that have gone quiet are forgotten, and beyond the bound the rest share one count") {
  rate_limiter limiter{2};
  const auto name = [](std::size_t i) { return "w" + std::to_string(i); };
  for (std::size_t i = 0; i < rate_limiter::max_workspaces; ++i)
    CHECK(limiter.take(name(i), minute)->granted);
  CHECK(limiter.remembered() == rate_limiter::max_workspaces);
  CHECK(limiter.take("x", minute)->granted);
  CHECK(limiter.take("y", minute)->granted);
  CHECK_FALSE(limiter.take("z", minute)->granted);
  CHECK(limiter.take(name(0), minute)->granted);
  CHECK(limiter.remembered() == rate_limiter::max_workspaces);
  CHECK(limiter.take("x", minute + 60s)->remaining == 1);
  CHECK(limiter.remembered() == 1);
}
