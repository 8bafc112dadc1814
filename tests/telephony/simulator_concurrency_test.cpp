#include "simulated_calls.hpp"

#include "timing/manual.hpp"
#include "timing/timer_heap.hpp"
#include "timing/wall_clock.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <vector>

using namespace redial;
using namespace redial::telephony;
using namespace std::chrono_literals;

TEST_CASE("instant calls from several threads each hear their own news once") {
  constexpr std::uint64_t threads = 4;
  constexpr std::uint64_t each = 13'000;
  // One thread may run far ahead of another: nothing may be forgotten meanwhile, or it would be placed once more.
  static_assert((threads + 1) * each <= simulator_memory);
  simulator_options options;
  options.instant = true;
  timing::manual_clock time;
  timing::manual_timers timers;
  const auto gateway = make_simulator(options, time, timers);
  std::vector<std::array<int, 3>> heard(threads * each);
  std::atomic<int> refused{0};
  std::vector<std::thread> placing;
  for (std::uint64_t t = 0; t < threads; ++t)
    placing.emplace_back([&, t] {
      for (std::uint64_t n = t * each; n < (t + 1) * each; ++n) {
        gateway->place(request_for(n), [&slot = heard[n]](const call_news& news) { ++slot.at(news.index()); });
        // Everybody also wants the same one: it must be placed once in all.
        gateway->place(request_for(threads * each + n % each),
          [&refused](const call_news& news) { refused += std::holds_alternative<call_ended>(news) ? 1 : 0; });
      }
    });
  for (auto& thread : placing)
    thread.join();
  CHECK(std::count(heard.begin(), heard.end(), std::array{1, 0, 1}) == std::ssize(heard));
  CHECK(refused == each);
}

TEST_CASE("on real timers every call comes to its end, looked up on the way or not") {
  const timing::wall_clock time{1'000'000};
  timing::timer_heap timers{time};
  const auto gateway = make_simulator(simulator_options{}, time, timers);
  constexpr std::uint64_t calls = 5000;
  std::atomic<std::uint64_t> ended{0};
  const call_listener count = [&](const call_news& news) {
    if (std::holds_alternative<call_ended>(news))
      ended.fetch_add(1);
    ended.notify_all();
  };
  std::atomic<std::uint64_t> told_twice{0}; // a call that ended while it was looked up tells both its listeners
  std::atomic<int> never_heard{0};
  std::thread asking{[&] {
    for (std::uint64_t n = 0; n < calls; n += 7)
      gateway->look_up(request_for(n).id, count, [&](lookup_answer answer) {
        told_twice += answer == lookup_answer::ended ? 1 : 0;
        never_heard += answer == lookup_answer::never_heard ? 1 : 0;
      });
  }};
  for (std::uint64_t n = 0; n < calls; ++n)
    gateway->place(request_for(n), count);
  asking.join();
  const auto expected = calls - static_cast<std::uint64_t>(never_heard) + told_twice;
  for (auto now = ended.load(); now < expected; now = ended.load())
    ended.wait(now);
  CHECK(ended == expected);
  CHECK(gateway->in_flight() == 0);
}

TEST_CASE("no news comes after shut_down returns, whatever other threads are about") {
  for (int round = 0; round < 20; ++round) {
    const timing::wall_clock time{1'000'000};
    timing::timer_heap timers{time};
    const auto gateway = make_simulator(simulator_options{}, time, timers);
    std::atomic<bool> returned{false};
    std::atomic<int> news{0};
    std::atomic<int> late{0};
    std::thread placing{[&] {
      for (std::uint64_t n = 0; n < 1000; ++n)
        gateway->place(request_for(n), [&](const call_news&) {
          late += returned ? 1 : 0;
          ++news;
          news.notify_all();
        });
    }};
    news.wait(0);
    gateway->shut_down();
    returned = true;
    CHECK(gateway->in_flight() == 0);
    placing.join();
    timers.shut_down();
    CHECK(late == 0);
  }
}
