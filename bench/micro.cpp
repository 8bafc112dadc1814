/// Single functions on the way of an attempt, by Google Benchmark: what each costs with nothing around it.
#include "actors/line_allocator.hpp"
#include "bench/samples.hpp"
#include "domain/contact_table.hpp"
#include "persistence/codec.hpp"
#include "persistence/engine.hpp"
#include "persistence/project.hpp"
#include "timing/timer_heap.hpp"
#include "timing/timer_queue.hpp"
#include "timing/wall_clock.hpp"

#include <benchmark/benchmark.h>

#include <atomic>
#include <random>
#include <thread>

namespace {

using namespace redial;

using bench::failed_attempt;
using bench::running_campaign;
constexpr auto now = bench::sample_now;

phone number(std::uint64_t i) { return phone::from_packed(919'000'000'000 + i); }

/// Whether an attempt may begin, and the event that says it has.
void decide_an_attempt(benchmark::State& state) {
  const auto campaign = running_campaign(~std::uint32_t{0});
  contact_no contact = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(decide_attempt(campaign, contact++, {}, call_id{1, 1}, now));
}
BENCHMARK(decide_an_attempt);

/// What the end of a call means for its contact.
void decide_an_end(benchmark::State& state) {
  const auto campaign = running_campaign(1);
  const auto open = std::get<contact_event>(failed_attempt(campaign, 0).front()).after;
  const auto call = open.call->id;
  for (auto _ : state)
    benchmark::DoNotOptimize(
      decide_ended(*campaign.definition, 0, open, call, {call_outcome::answered, "interested", now}));
}
BENCHMARK(decide_an_end);

/// Start and end of an attempt applied to the campaign's counters: two events.
void evolve_an_attempt(benchmark::State& state) {
  auto campaign = running_campaign(~std::uint32_t{0});
  const auto events = failed_attempt(campaign, 0);
  for (auto _ : state) {
    for (const auto& e : events)
      evolve(campaign, e);
    benchmark::DoNotOptimize(campaign.counters);
  }
}
BENCHMARK(evolve_an_attempt);

/// Both decisions of an attempt, and both events applied: all that the rules cost an attempt.
void rules_of_an_attempt(benchmark::State& state) {
  auto campaign = running_campaign(~std::uint32_t{0});
  contact_no contact = 0;
  for (auto _ : state) {
    for (const auto& e : failed_attempt(campaign, contact++))
      evolve(campaign, e);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(rules_of_an_attempt);

/// Both events of an attempt as bytes: contact row, call row and journal entries.
void encode_an_attempt(benchmark::State& state) {
  const auto events = failed_attempt(running_campaign(1), 0);
  std::string after;
  std::string ended;
  std::string row;
  for (auto _ : state) {
    row.clear();
    for (const auto& e : events) {
      const auto& change = std::get<contact_event>(e);
      persistence::encode(change.after, after);
      if (change.ended)
        persistence::encode(*change.ended, ended);
      persistence::append_event(e, after, ended, row);
    }
    benchmark::DoNotOptimize(row.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode_an_attempt);

/// As above, but a whole append of 2,048 attempts made into a batch of rows (in memory).
void project_attempts(benchmark::State& state) {
  constexpr contact_no attempts = 2048;
  const auto campaign = running_campaign(attempts);
  std::vector<event> events;
  for (contact_no contact = 0; contact < attempts; ++contact) {
    for (auto& e : failed_attempt(campaign, contact))
      events.push_back(std::move(e));
  }
  const auto engine = persistence::make_memory_engine();
  persistence::projection_buffers buffers;
  for (auto _ : state) {
    const auto batch = engine->new_batch();
    persistence::project(1, *campaign.definition, 2, events, buffers, *batch);
    benchmark::DoNotOptimize(batch.get());
  }
  state.SetItemsProcessed(state.iterations() * attempts);
}
BENCHMARK(project_attempts);

void contact_table_add(benchmark::State& state) {
  const auto contacts = static_cast<std::uint64_t>(state.range(0));
  for (auto _ : state) {
    contact_table table;
    for (std::uint64_t i = 0; i < contacts; ++i)
      table.add(number(i));
    benchmark::DoNotOptimize(table.size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(contact_table_add)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void contact_table_find(benchmark::State& state) {
  const auto contacts = static_cast<std::uint64_t>(state.range(0));
  contact_table table;
  for (std::uint64_t i = 0; i < contacts; ++i)
    table.append(number(i));
  std::mt19937_64 random{1};
  std::vector<phone> asked;
  for (int i = 0; i < 4096; ++i)
    asked.push_back(number(random() % contacts));
  std::size_t next = 0;
  for (auto _ : state)
    benchmark::DoNotOptimize(table.find(asked[next++ % asked.size()]));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(contact_table_find)->Arg(1'000)->Arg(1'000'000);

/// One timer pushed and the earliest taken, with so many waiting all the while.
void timer_queue_push_and_take(benchmark::State& state) {
  timing::timer_queue queue;
  std::mt19937_64 random{1};
  std::vector<timing::timer_service::callback> taken;
  std::uint64_t run = 0;
  auto push = [&](time_point from) {
    queue.push(from + milliseconds{static_cast<std::int64_t>(random() % 3'600'000)}, [&run] { ++run; });
  };
  for (std::int64_t i = 0; i < state.range(0); ++i)
    push(now);
  for (auto _ : state) {
    const auto due = *queue.next_due();
    push(due);
    taken.clear();
    queue.take_due(due, 1, taken);
    taken.front()();
  }
  benchmark::DoNotOptimize(run);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(timer_queue_push_and_take)->Arg(1'000)->Arg(1'000'000);

/// The timer service as it runs: timers armed from here, a thousand at a time, that are due already, until the last has
/// been called by the service's thread.
void timer_service_arm_and_fire(benchmark::State& state) {
  constexpr std::int64_t at_once = 1'000;
  const timing::wall_clock clock{1, std::nullopt, std::nullopt};
  timing::timer_heap timers{clock};
  std::atomic<std::int64_t> fired{0};
  std::int64_t armed = 0;
  for (auto _ : state) {
    const auto due = clock.now();
    for (std::int64_t i = 0; i < at_once; ++i)
      timers.arm(due, [&fired] { fired.fetch_add(1, std::memory_order_release); });
    armed += at_once;
    while (fired.load(std::memory_order_acquire) < armed)
      std::this_thread::yield();
  }
  state.SetItemsProcessed(armed);
}
BENCHMARK(timer_service_arm_and_fire)->UseRealTime()->Unit(benchmark::kMicrosecond);

/// A line that becomes free and is handed out again, with so many campaigns in wait.
void line_allocator_turn(benchmark::State& state) {
  const auto campaigns = static_cast<campaign_no>(state.range(0));
  actors::line_allocator lines{{10'000, 0}, now};
  for (campaign_no c = 1; c <= campaigns; ++c)
    lines.want(c, 1'000'000);
  lines.allocate(now);
  campaign_no next = 0;
  for (auto _ : state) {
    const auto campaign = next++ % campaigns + 1;
    lines.release(campaign, 1);
    benchmark::DoNotOptimize(lines.allocate(now));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(line_allocator_turn)->Arg(1)->Arg(1'000);

} // namespace

BENCHMARK_MAIN();
