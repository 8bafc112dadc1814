// The parts of the dial loop that need no actor.
#include "actors/board.hpp"
#include "actors/dial_queue.hpp"
#include "actors/line_allocator.hpp"
#include "actors/reply_once.hpp"
#include "actors/start_fence.hpp"
#include "world.hpp"

#include "tests/show_result.hpp"
#include <catch2/catch.hpp>

#include <random>

using namespace redial;
using namespace redial::actors;
using namespace redial::testing;

namespace {

std::map<campaign_no, std::uint32_t> sums(const std::vector<line_allocator::grant>& grants) {
  std::map<campaign_no, std::uint32_t> by_campaign;
  for (const auto& g : grants)
    by_campaign[g.campaign] += g.lines;
  return by_campaign;
}

} // namespace

TEST_CASE("lines are shared evenly, and what one does not want the others get") {
  line_allocator a{{90, 0}, {}};
  a.want(1, 1000);
  a.want(2, 1000);
  a.want(3, 10);
  auto got = sums(a.allocate({}));
  CHECK(got == std::map<campaign_no, std::uint32_t>{{1, 40}, {2, 40}, {3, 10}});
  CHECK(a.in_use() == 90);
  CHECK(a.allocate({}).empty());
  a.release(1, 20);
  a.want(4, 100); // a newcomer holds the fewest
  CHECK(sums(a.allocate({})) == std::map<campaign_no, std::uint32_t>{{4, 20}});
  a.leave(2);
  CHECK(a.in_use() == 50);
}

TEST_CASE("the rate is kept, and starts that did not happen are given back") {
  line_allocator a{{1000, 20}, {}};
  a.want(1, 1000);
  CHECK(sums(a.allocate({})).at(1) == 2); // a tenth of a second's worth
  auto next = a.next_start({});
  REQUIRE(next);
  CHECK(*next == time_point{50ms});
  std::uint64_t started = 2;
  for (auto now = time_point{}; now < time_point{10s}; now += 7ms) {
    for (const auto& g : a.allocate(now))
      started += g.lines;
  }
  CHECK(started >= 200);
  CHECK(started <= 202);
  line_allocator b{{1000, 20}, {}};
  b.want(1, 2);
  CHECK(sums(b.allocate({})).at(1) == 2);
  b.give_back(1, 2);
  b.want(1, 2);
  CHECK(sums(b.allocate({})).at(1) == 2);
}

TEST_CASE("a rate below one call a second still starts calls") {
  line_allocator a{{10, 0.5}, {}};
  a.want(1, 10);
  CHECK(sums(a.allocate({})).at(1) == 1);
  CHECK(a.next_start({}) == time_point{2s});
  CHECK(sums(a.allocate(time_point{2s})).at(1) == 1);
}

TEST_CASE("lines in use never exceed the limit by grants, whatever happens") {
  std::mt19937 random{7};
  for (int run = 0; run < 200; ++run) {
    const auto limit = std::uniform_int_distribution<std::uint32_t>{1, 60}(random);
    line_allocator a{{limit, 0}, {}};
    std::map<campaign_no, std::uint32_t> held;
    for (int step = 0; step < 300; ++step) {
      const campaign_no c = random() % 6 + 1;
      switch (random() % 4) {
      case 0: a.want(c, static_cast<std::uint32_t>(random() % 50)); break;
      case 1: {
        const auto n = held[c] == 0 ? 0 : static_cast<std::uint32_t>(random() % (held[c] + 1));
        a.release(c, n);
        held[c] -= n;
        break;
      }
      case 2:
        a.leave(c);
        held[c] = 0;
        break;
      default: break;
      }
      for (const auto& g : a.allocate({}))
        held[g.campaign] += g.lines;
      std::uint32_t sum = 0;
      for (const auto& [no, n] : held)
        sum += n;
      REQUIRE(sum == a.in_use());
      REQUIRE(sum <= limit);
      REQUIRE((sum == limit || a.waiting() == 0)); // no line lies idle while someone wants it
    }
  }
}

TEST_CASE("the fence is clear when every attempt before it has been placed, and not before") {
  start_fence fence;
  CHECK(fence.cleared(fence.close()));
  auto a = fence.start();
  auto b = fence.start();
  auto first = fence.close();
  auto c = fence.start();
  auto second = fence.close();
  CHECK(a == b);
  CHECK(c != a);
  CHECK_FALSE(fence.cleared(first));
  fence.placed(c);
  CHECK_FALSE(fence.cleared(first));
  CHECK_FALSE(fence.cleared(second));
  fence.placed(a);
  CHECK_FALSE(fence.cleared(first));
  fence.placed(b);
  CHECK(fence.cleared(first));
  CHECK(fence.cleared(second));
}

TEST_CASE("the fence agrees with a plain count under random use") {
  std::mt19937 random{11};
  start_fence fence;
  std::vector<std::pair<std::uint64_t, int>> open;   // generation, serial
  std::vector<std::pair<std::uint64_t, int>> closed; // generation asked about, serial of the last start before
  int serial = 0;
  for (int step = 0; step < 20'000; ++step) {
    switch (random() % 5) {
    case 0:
    case 1: open.emplace_back(fence.start(), ++serial); break;
    case 2:
    case 3:
      if (!open.empty()) {
        const auto i = random() % open.size();
        fence.placed(open[i].first);
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
      }
      break;
    default: closed.emplace_back(fence.close(), serial); break;
    }
    if (closed.size() > 20)
      closed.erase(closed.begin());
    for (const auto& [generation, last] : closed) {
      const bool on_its_way = std::any_of(open.begin(), open.end(), [&](const auto& o) { return o.second <= last; });
      REQUIRE(fence.cleared(generation) == !on_its_way);
    }
  }
}

TEST_CASE("retries that are due come before contacts never called, these in list order") {
  contact_table table;
  for (std::uint64_t i = 0; i < 4; ++i)
    table.append(phone::from_packed(10'000'000 + i));
  contact_state moved;
  moved.status = contact_status::removed;
  table[1].set(moved);
  dial_queue queue;
  lateness_tally late;
  CHECK(queue.take(table) == contact_no{0});
  queue.wait(time_point{20s}, 0);
  queue.wait(time_point{10s}, 3);
  CHECK(queue.next_due() == time_point{10s});
  queue.ripen(time_point{10s}, late);
  CHECK(queue.ready_count() == 1);
  CHECK(queue.take(table) == contact_no{3});
  CHECK(queue.take(table) == contact_no{2});
  queue.ripen(time_point{30s}, late);
  CHECK(queue.take(table) == contact_no{0});
  CHECK(queue.take(table) == contact_no{3}); // still pending in the table
  CHECK_FALSE(queue.take(table));
}

TEST_CASE("a contact given back waits, and is never in line twice") {
  contact_table table;
  for (std::uint64_t i = 0; i < 3; ++i)
    table.add(phone::from_packed(919'000'000'000 + i));
  dial_queue queue;
  lateness_tally late;
  CHECK(queue.take(table) == 0U);
  queue.give_back(time_point{10s}, 0);
  queue.give_back(time_point{10s}, 2); // the list has not come to it: it will
  CHECK(queue.given_back_count() == 1);
  CHECK(queue.take(table) == 1U);
  CHECK(queue.take(table) == 2U);
  CHECK_FALSE(queue.take(table));
  queue.ripen(time_point{10s} - 1ms, late);
  CHECK_FALSE(queue.take(table));
  queue.ripen(time_point{10s}, late);
  CHECK(queue.given_back_count() == 0);
  CHECK(queue.take(table) == 0U);
  CHECK_FALSE(queue.take(table));
}

TEST_CASE("an answer that is owed is given once, or excused") {
  std::atomic<std::size_t> pending{0};
  std::vector<result<int>> answers;
  auto note = [&](result<int> r) { answers.push_back(std::move(r)); };
  {
    reply_once<int> r{note, &pending};
    CHECK(pending == 1);
    auto copy = r;
    copy(7);
    r(8);
    CHECK(pending == 0);
  }
  { reply_once<int> dropped{note, &pending}; }
  CHECK(pending == 0);
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].value() == 7);
  CHECK(answers[1].error().code == error_code::unavailable);
}

TEST_CASE("the board lists newest first, filters, and pages") {
  board b;
  seeded_random random{3};
  std::vector<campaign_view_ptr> views;
  for (int i = 0; i < 10; ++i) {
    auto d = std::make_shared<campaign_definition>();
    d->id = campaign_id::make(random);
    d->created_at = time_point{std::chrono::seconds{i}};
    campaign_state s;
    s.definition = d;
    s.status = i % 2 == 0 ? campaign_status::running : campaign_status::paused;
    views.push_back(std::make_shared<const campaign_view>(campaign_view{static_cast<campaign_no>(i), s}));
    b.publish(views.back());
  }
  auto page = b.list({});
  CHECK(page.total == 10);
  CHECK(page.campaigns.front() == views[9]);
  campaign_filter filter;
  filter.status = campaign_status::running;
  filter.from = time_point{2s};
  filter.to = time_point{8s};
  filter.offset = 1;
  filter.limit = 2;
  page = b.list(filter);
  CHECK(page.total == 4);
  CHECK(page.campaigns == std::vector<campaign_view_ptr>{views[6], views[4]});
  auto newer = views[3]->state;
  newer.last_seq = 5;
  b.publish(std::make_shared<const campaign_view>(campaign_view{3, newer}));
  b.publish(views[3]); // older: dropped
  CHECK(b.find(newer.definition->id)->state.last_seq == 5);
  CHECK_FALSE(b.find(campaign_id{}));
}

TEST_CASE("restart policy: ever later, and given up after so many deaths in a row by a fault of one's own") {
  const restart_limits limits{1s, 5, 600s};
  restart_policy policy{limits};
  time_point now{};
  for (const auto delay : {1s, 2s, 4s, 8s}) {
    policy.started(now);
    CHECK(policy.died(now, true) == delay);
  }
  policy.started(now);
  CHECK(policy.died(now, true) == std::nullopt);
  CHECK(policy.deaths() == 5);

  // That the store takes no writes is nobody's own fault, however often; the delay has a bound.
  restart_policy patient{limits};
  for (int i = 0; i < 100; ++i) {
    patient.started(now);
    REQUIRE(patient.died(now, false));
    CHECK(*patient.died(now, false) <= 64s);
  }

  // Who has lived for long begins anew.
  restart_policy old{limits};
  for (int i = 0; i < 20; ++i) {
    old.started(now);
    now += 600s;
    CHECK(old.died(now, true) == 1s);
  }
  // Likewise who was given up, once somebody knows better.
  policy.reset();
  policy.started(now);
  CHECK(policy.died(now, true) == 1s);
}

TEST_CASE("dial queue: a million retries that are due at one instant do not become ready in one turn") {
  constexpr contact_no many = 20'000;
  dial_queue queue;
  lateness_tally late;
  for (contact_no i = 0; i < many; ++i)
    queue.wait(time_point{10s}, i);
  std::size_t turns = 0;
  while (queue.next_due() && *queue.next_due() <= time_point{10s}) {
    const auto before = queue.ready_count();
    queue.ripen(time_point{10s}, late);
    CHECK(queue.ready_count() - before <= dial_queue::max_ripe);
    ++turns;
  }
  CHECK(turns == 3);
  CHECK(queue.ready_count() == many);
}
