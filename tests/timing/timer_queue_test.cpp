#include "timing/manual.hpp"
#include "timing/timer_queue.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <random>
#include <string>

using namespace redial;
using namespace redial::timing;
using namespace std::chrono_literals;

namespace {

constexpr time_point at(std::int64_t ms) { return time_point{milliseconds{ms}}; }

} // namespace

TEST_CASE("timers run by due time, and in the order of arming among equals") {
  manual_timers timers;
  std::string ran;
  for (auto [due, name] : {std::pair{3, 'a'}, {1, 'b'}, {2, 'c'}, {1, 'd'}, {3, 'e'}, {1, 'f'}, {9, 'z'}})
    timers.arm(at(due), [&ran, name = name] { ran += name; });

  CHECK(timers.size() == 7);
  CHECK(timers.next_due() == at(1));
  CHECK(timers.run_due(at(0)) == 0);
  CHECK(timers.run_due(at(1)) == 3);
  CHECK(ran == "bdf");
  CHECK(timers.next_due() == at(2));
  CHECK(timers.run_due(at(5)) == 3);
  CHECK(ran == "bdfcae");
  CHECK(timers.size() == 1);
}

TEST_CASE("a callback that arms a timer which is due sees it run in the same sweep") {
  manual_timers timers;
  int left = 3;
  std::function<void()> again = [&] {
    if (--left > 0)
      timers.arm(at(1), again);
  };
  timers.arm(at(1), again);
  CHECK(timers.run_due(at(1)) == 3);
  CHECK_FALSE(timers.next_due().has_value());
}

TEST_CASE("manual timers that were shut down take and run nothing") {
  manual_timers timers;
  auto held = std::make_shared<int>(0);
  timers.arm(at(1), [held] { ++*held; });
  timers.shut_down();
  CHECK(held.use_count() == 1);
  timers.arm(at(1), [held] { ++*held; });
  CHECK(timers.size() == 0);
  CHECK(timers.run_due(at(10)) == 0);
  CHECK(*held == 0);
}

TEST_CASE("a million timers come out sorted, and their memory goes with them") {
  constexpr std::size_t count = 1'000'000;
  timer_queue queue;
  std::mt19937_64 random{7};
  std::vector<std::int64_t> ran;
  ran.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto due = static_cast<std::int64_t>(random() % 100'000);
    queue.push(at(due), [&ran, due] { ran.push_back(due); });
  }
  REQUIRE(queue.size() == count);

  std::vector<timer_service::callback> batch;
  for (std::int64_t now = 0; !queue.empty(); now += 25'000, batch.clear()) {
    queue.take_due(at(now), count, batch);
    for (auto& call : batch)
      call();
    CHECK((queue.empty() || queue.next_due() > at(now)));
  }
  CHECK(ran.size() == count);
  CHECK(std::is_sorted(ran.begin(), ran.end()));
}

TEST_CASE("take_due heeds its limit and appends") {
  timer_queue queue;
  int sum = 0;
  for (int i = 1; i <= 5; ++i)
    queue.push(at(0), [&sum, i] { sum = sum * 10 + i; });
  std::vector<timer_service::callback> batch;
  queue.take_due(at(0), 2, batch);
  CHECK(batch.size() == 2);
  queue.take_due(at(0), 2, batch);
  CHECK(batch.size() == 4);
  CHECK(queue.size() == 1);
  for (auto& call : batch)
    call();
  CHECK(sum == 1234);
}
