// The do-not-call lists in memory.
#include "actors/dnc_book.hpp"
#include "persistence/dnc_records.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>

using namespace redial;
using namespace redial::actors;
using namespace std::chrono_literals;

namespace {

constexpr time_point now{std::chrono::hours{24 * 365 * 55}};
phone number(std::uint64_t n) { return phone::from_packed(919'000'000'000ULL + n); }

} // namespace

TEST_CASE("a list in memory is what a plain map says, whatever comes and goes") {
  std::mt19937_64 random{GENERATE(1U, 2U, 3U)};
  dnc_list list;
  std::map<phone, std::optional<time_point>> truth;
  const auto span = GENERATE(20ULL, 3'000ULL); // few numbers meet again and again, many make it grow and shrink
  for (int step = 0; step < 40'000; ++step) {
    const auto who = number(random() % span);
    const auto ends =
      random() % 2 == 0 ? std::optional{now + std::chrono::minutes{random() % 50}} : std::optional<time_point>{};
    // It fills for a while, then it empties for a while.
    const bool filling = step / 8'000 % 2 == 0;
    const auto dice = random() % 10;
    if (dice < (filling ? 6U : 2U)) {
      list.put(who, ends);
      truth[who] = ends;
    } else if (dice < 9) {
      list.erase(who);
      truth.erase(who);
    } else {
      const auto due = ends.value_or(now);
      list.expire(who, due);
      if (auto it = truth.find(who); it != truth.end() && it->second == due)
        truth.erase(it);
    }
    const auto at = now + std::chrono::minutes{random() % 50};
    const auto asked = number(random() % span);
    const auto it = truth.find(asked);
    REQUIRE(list.holds(asked) == (it != truth.end()));
    REQUIRE(list.forbids(asked, at) == (it != truth.end() && (!it->second || at < *it->second)));
    REQUIRE(list.size() == truth.size());
    if (step % 1'000 == 0) {
      std::optional<time_point> next;
      std::size_t in_force = 0;
      std::size_t over = 0;
      for (const auto& [each, until] : truth) {
        if (until)
          next = next ? std::min(*next, *until) : *until;
        ++(until && at >= *until ? over : in_force);
      }
      REQUIRE(list.count(at) == in_force);
      REQUIRE(list.next_expiry() == next);
      REQUIRE(list.expired(at, 1'000'000).size() == over);
      REQUIRE(list.expired(at, 1).size() == std::min<std::size_t>(over, 1));
    }
  }
}

TEST_CASE("a number costs no more than 17 bytes, or 34 if it expires") {
  const auto expires = GENERATE(false, true);
  dnc_list list;
  std::size_t most = 0;
  for (std::uint64_t n = 0; n < 300'000; ++n) {
    list.put(number(7 * n), expires ? std::optional{now} : std::nullopt);
    if (n > 10'000 && n % 10'000 == 0)
      most = std::max(most, 10 * list.memory() / list.size());
  }
  CHECK(most <= (expires ? 340U : 170U));
  for (std::uint64_t n = 0; n < 300'000; ++n)
    list.erase(number(7 * n));
  CHECK(list.size() == 0);
  CHECK(list.memory() < 20'000);
}

TEST_CASE("the book becomes what the store has, and its lists stay the objects that they are") {
  auto store = persistence::store::open(persistence::make_memory_engine()).value();
  using persistence::dnc_origin;
  const auto entry = [](std::uint64_t n, std::optional<time_point> ends) {
    return dnc_entry{number(n), {}, {}, now, ends};
  };
  REQUIRE(store
            ->commit({}, std::vector{put_dnc("a", dnc_origin::given, entry(1, now + 1h)),
                           put_dnc("a", dnc_origin::given, entry(2, now + 1h)),
                           put_dnc("a", dnc_origin::said, entry(2, {})), put_dnc("b", dnc_origin::given, entry(3, {}))})
            .changes.has_value());
  dnc_book book;
  const auto a = book.of("a");
  const auto c = book.of("c");
  a->put(number(9), {});
  c->put(number(9), {});
  REQUIRE(book.load(*store));
  CHECK(book.of("a") == a);
  CHECK(a->size() == 2);
  CHECK(a->forbids(number(1), now));
  CHECK_FALSE(a->forbids(number(1), now + 1h));
  CHECK(a->forbids(number(2), now + 1h)); // for good: the person said so
  CHECK_FALSE(a->holds(number(9)));
  CHECK(book.of("b")->forbids(number(3), now));
  CHECK_FALSE(book.of("b")->holds(number(1)));
  CHECK(c->size() == 0);

  // What cannot be read leaves the book as it was.
  REQUIRE(
    store->commit({}, std::vector{persistence::record_change{persistence::table::dnc, "a", "x"}}).changes.has_value());
  CHECK(book.load(*store).error().code == error_code::storage_failed);
  CHECK(a->size() == 2);
}
