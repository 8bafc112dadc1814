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
  std::vector<std::array<int, 5>> heard(threads * each);
  std::atomic<int> refused{0};
  std::vector<std::thread> placing;
  for (std::uint64_t t = 0; t < threads; ++t)
    placing.emplace_back([&, t] {
      for (std::uint64_t n = t * each; n < (t + 1) * each; ++n) {
        gateway->place(
          request_for(n), [&slot = heard[n]](const call_news& news, const receipt&) { ++slot.at(news.index()); });
        // Everybody also wants the same one: it must be placed once in all.
        gateway->place(request_for(threads * each + n % each), [&refused](const call_news& news, const receipt&) {
          refused += std::holds_alternative<call_ended>(news) ? 1 : 0;
        });
      }
    });
  for (auto& thread : placing)
    thread.join();
  CHECK(std::count(heard.begin(), heard.end(), std::array{1, 0, 0, 0, 1}) == std::ssize(heard));
  CHECK(refused == each);
}

TEST_CASE("on real timers every call comes to its end, looked up on the way or not") {
  const timing::wall_clock time{1'000'000};
  timing::timer_heap timers{time};
  const auto gateway = make_simulator(simulator_options{}, time, timers);
  constexpr std::uint64_t calls = 5000;
  std::atomic<std::uint64_t> ended{0};
  const call_listener count = [&](const call_news& news, const receipt&) {
    if (std::holds_alternative<call_ended>(news))
      ended.fetch_add(1);
    ended.notify_all();
  };
  // Who asks hears of an end once, whenever he asks; a call given up before it was placed has no other listener, and
  // one that ended before he asked tells both.
  std::atomic<std::uint64_t> placed_ends{0};
  std::atomic<std::uint64_t> asked{0};
  std::thread asking{[&] {
    for (std::uint64_t n = 0; n < calls; n += 7, ++asked)
      gateway->look_up(request_for(n).id, count);
  }};
  const call_listener count_placed = [&](const call_news& news, const receipt& done) {
    placed_ends += std::holds_alternative<call_ended>(news) ? 1 : 0;
    count(news, done);
  };
  for (std::uint64_t n = 0; n < calls; ++n)
    gateway->place(request_for(n), count_placed);
  asking.join();
  const auto all_told = [&] { return ended.load() - placed_ends.load() == asked && gateway->in_flight() == 0; };
  for (auto now = ended.load(); !all_told(); now = ended.load())
    ended.wait(now);
  CHECK(asked == (calls + 6) / 7);
  CHECK(placed_ends >= calls - asked);
  CHECK(placed_ends <= calls);
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
        gateway->place(request_for(n), [&](const call_news&, const receipt&) {
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
