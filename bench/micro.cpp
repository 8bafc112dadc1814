/// Single functions on the way of an attempt, by Google Benchmark: what each costs with nothing around it.
#include "actors/line_allocator.hpp"
#include "bench/contact_list.hpp"
#include "domain/contact_table.hpp"
#include "domain/rules.hpp"
#include "http/campaign_body.hpp"
#include "persistence/codec.hpp"
#include "persistence/engine.hpp"
#include "persistence/project.hpp"
#include "timing/timer_queue.hpp"

#include <benchmark/benchmark.h>

#include <random>

namespace {

using namespace redial;

constexpr time_point now{std::chrono::seconds{1'706'671'800}};

class seeded_random final : public random_source {
public:
  void fill(std::span<std::byte> out) override {
    for (auto& byte : out)
      byte = static_cast<std::byte>(engine_() & 0xffU);
  }

private:
  std::mt19937_64 engine_{1};
};

campaign_state running(std::uint64_t contacts) {
  auto definition = std::make_shared<campaign_definition>();
  seeded_random random;
  definition->id = campaign_id::make(random);
  definition->name = "Benchmark";
  definition->script_id = "script-1";
  definition->language = "hi-IN";
  definition->max_attempts = 3;
  definition->retry_interval = std::chrono::minutes{240};
  definition->created_at = now;
  campaign_state state;
  evolve(state, campaign_created{definition, contacts});
  state.status = campaign_status::running;
  return state;
}

phone number(std::uint64_t i) { return phone::from_packed(919'000'000'000 + i); }

/// @returns both events of the first attempt to contact `contact`, which nobody answers.
std::vector<event> attempt(const campaign_state& campaign, contact_no contact) {
  const call_id call{contact, 0x9e3779b97f4a7c15ULL};
  auto started = decide_attempt(campaign, contact, {}, call, now).value();
  auto ended = decide_ended(
    *campaign.definition, contact, started.after, call, {call_outcome::no_answer, {}, now + std::chrono::seconds{30}})
                 .value();
  std::vector<event> both;
  both.emplace_back(std::move(started));
  both.emplace_back(std::move(ended));
  return both;
}

/// Both decisions of an attempt, and both events applied: all that the rules cost an attempt.
void rules_of_an_attempt(benchmark::State& state) {
  auto campaign = running(~std::uint32_t{0});
  contact_no contact = 0;
  for (auto _ : state) {
    for (const auto& e : attempt(campaign, contact++))
      evolve(campaign, e);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(rules_of_an_attempt);

/// Both events of an attempt as bytes: contact row, call row and journal entries.
void encode_an_attempt(benchmark::State& state) {
  const auto events = attempt(running(1), 0);
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
  const auto campaign = running(attempts);
  std::vector<event> events;
  for (contact_no contact = 0; contact < attempts; ++contact) {
    for (auto& e : attempt(campaign, contact))
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

/// The body of POST /v1/campaigns in the slices in which a connection brings it; each chunk dropped as it is ready.
void parse_campaign_body(benchmark::State& state) {
  const auto body = bench::campaign_json({100'000, 3, 240});
  constexpr std::size_t slice = 64 * 1024;
  for (auto _ : state) {
    http::campaign_body parser;
    for (std::size_t at = 0; at < body.size(); at += slice) {
      parser.feed(std::string_view{body}.substr(at, slice));
      while (parser.has_full_chunk())
        benchmark::DoNotOptimize(parser.take_chunk());
    }
    if (parser.faulty())
      state.SkipWithError("the body is refused");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
  state.SetItemsProcessed(state.iterations() * 100'000);
}
BENCHMARK(parse_campaign_body)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
