#include "timing/manual.hpp"
#include "timing/timer_heap.hpp"
#include "timing/wall_clock.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <memory>
#include <thread>
#include <vector>

using namespace redial;
using namespace redial::timing;
using namespace std::chrono_literals;

namespace {

/// Waits until every timer due so far has run. A manual clock tells nobody that it was moved: a timer earlier than all
/// others wakes the thread; the one that ends the wait comes last among those due.
void settle(timer_heap& timers, const redial::clock& time) {
  std::promise<void> done;
  timers.arm(time_point{}, [] {});
  timers.arm(time.now(), [&done] { done.set_value(); });
  done.get_future().wait();
}

} // namespace

TEST_CASE("due timers run on the timer thread, in order") {
  manual_clock time{time_point{100s}};
  timer_heap timers{time};
  std::vector<int> ran;
  std::thread::id ran_on;
  timers.arm(time_point{300s}, [&] { ran.push_back(300); });
  // The thread may begin on what is due while the rest is being armed: so none is due yet.
  for (int due : {130, 110, 120, 110})
    timers.arm(time_point{std::chrono::seconds{due}}, [&, due] {
      ran.push_back(due);
      ran_on = std::this_thread::get_id();
    });
  time.set(time_point{200s});
  settle(timers, time);
  CHECK(ran == std::vector{110, 110, 120, 130});
  CHECK(ran_on != std::this_thread::get_id());
  CHECK(timers.size() == 1);
}

TEST_CASE("a timer that is due already runs at once, but not from within arm") {
  manual_clock time{time_point{100s}};
  timer_heap timers{time};
  std::promise<std::thread::id> ran_on;
  timers.arm(time_point{1s}, [&] { ran_on.set_value(std::this_thread::get_id()); });
  CHECK(ran_on.get_future().get() != std::this_thread::get_id());
}

TEST_CASE("an earlier timer wakes the thread that sleeps for a later one") {
  const wall_clock time;
  timer_heap timers{time};
  timers.arm(time.now() + 1h, [] {});
  const auto start = std::chrono::steady_clock::now();
  settle(timers, time);
  // Without being woken, the thread would look again after a second.
  CHECK(std::chrono::steady_clock::now() - start < 900ms);
  CHECK(timers.size() == 1);
}

TEST_CASE("an accelerated clock makes waits shorter, and no timer runs before its time") {
  const wall_clock time{1'000'000};
  timer_heap timers{time};
  std::promise<time_point> ran;
  const auto due = time.now() + 30min; // 1.8 ms
  timers.arm(due, [&] { ran.set_value(time.now()); });
  CHECK(ran.get_future().get() >= due);
}

TEST_CASE("a due time at the end of the calendar does no harm") {
  const wall_clock time;
  timer_heap timers{time};
  timers.arm(time_point::max(), [] {});
  settle(timers, time);
  CHECK(timers.size() == 1);
}

TEST_CASE("a million timers armed by four threads all run, each thread's in order") {
  constexpr int threads = 4;
  constexpr int each = 250'000;
  manual_clock time{time_point{1s}};
  timer_heap timers{time};
  std::vector<int> last(threads, -1);
  std::vector<int> out_of_order(threads, 0);
  {
    std::vector<std::thread> arming;
    for (int t = 0; t < threads; ++t)
      arming.emplace_back([&, t] {
        const auto slot = static_cast<std::size_t>(t);
        for (int i = 0; i < each; ++i)
          timers.arm(time_point{1s}, [&last, &out_of_order, slot, i] {
            out_of_order[slot] += last[slot] + 1 == i ? 0 : 1;
            last[slot] = i;
          });
      });
    for (auto& thread : arming)
      thread.join();
  }
  settle(timers, time);
  CHECK(last == std::vector<int>(threads, each - 1));
  CHECK(out_of_order == std::vector<int>(threads, 0));
  CHECK(timers.size() == 0);
}

TEST_CASE("nothing runs after shut_down, and what timers held is let go") {
  manual_clock time{time_point{100s}};
  timer_heap timers{time};
  auto held = std::make_shared<int>(0);
  for (int i = 0; i < 1000; ++i)
    timers.arm(time_point{200s}, [held] { ++*held; });
  CHECK(timers.size() == 1000);
  timers.shut_down();
  CHECK(held.use_count() == 1);
  time.set(time_point{300s});
  timers.arm(time_point{200s}, [held] { ++*held; });
  CHECK(held.use_count() == 1);
  CHECK(timers.size() == 0);
  timers.shut_down();
  CHECK(*held == 0);
}

TEST_CASE("a callback may shut the service down: it is the last to run") {
  manual_clock time{time_point{100s}};
  timer_heap timers{time};
  std::promise<void> done;
  int ran_after = 0;
  timers.arm(time_point{200s}, [&] {
    timers.shut_down();
    done.set_value();
  });
  for (int i = 0; i < 100; ++i)
    timers.arm(time_point{200s}, [&] { ++ran_after; });
  time.set(time_point{200s});
  timers.arm(time_point{1s}, [] {}); // wakes the thread
  done.get_future().wait();
  timers.shut_down(); // from outside it also waits for the thread
  CHECK(ran_after == 0);
  CHECK(timers.size() == 0);
}

TEST_CASE("shut_down from several threads while others arm") {
  const wall_clock time;
  timer_heap timers{time};
  std::atomic<int> ran{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i)
        timers.arm(time.now(), [&] { ++ran; });
    });
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&] { timers.shut_down(); });
  timers.shut_down();
  const int at_shut_down = ran;
  for (auto& thread : threads)
    thread.join();
  CHECK(ran == at_shut_down);
  CHECK(timers.size() == 0);
}

TEST_CASE("a callback may arm further timers") {
  const wall_clock time;
  timer_heap timers{time};
  std::promise<void> done;
  int left = 5000;
  std::function<void()> again = [&] {
    if (--left == 0)
      done.set_value();
    else
      timers.arm(time.now(), again);
  };
  timers.arm(time.now(), again);
  done.get_future().wait();
  CHECK(left == 0);
}
