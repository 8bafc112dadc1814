// What is told of a campaign, read back in order.
#include "actors/feed_bell.hpp"
#include "world.hpp"

#include "tests/show_result.hpp"
#include <catch2/catch.hpp>

#include <map>
#include <set>

using namespace redial;
using namespace redial::actors;
using namespace redial::testing;

namespace {

world_options small_world() {
  world_options o;
  o.engine.lines = {50, 0};
  return o;
}

result<feed_page> read(world& w, feed_query query) {
  std::optional<result<feed_page>> answer;
  w.engine().feed()->read(std::move(query), [&](auto page) { answer = std::move(page); });
  w.settle();
  return answer.value();
}

/// Everything behind `query.after`, page by page; each page must lead on.
std::vector<feed_event_ptr> read_all(world& w, feed_query query) {
  std::vector<feed_event_ptr> all;
  for (;;) {
    const auto page = read(w, query).value();
    CHECK(page.events.size() <= query.limit);
    all.insert(all.end(), page.events.begin(), page.events.end());
    REQUIRE(page.upto >= query.after);
    if (!page.more)
      return all;
    REQUIRE(page.upto > query.after);
    query.after = page.upto;
  }
}

std::string types_of(const std::vector<feed_event_ptr>& events) {
  std::string all;
  for (const auto& e : events)
    all += std::string{to_string(e->type)} + " ";
  return all;
}

} // namespace

TEST_CASE("the feed tells every call and every move of a campaign, in order and once") {
  world w{small_world()};
  auto& feed = *w.engine().feed();
  const auto begin = feed.now();
  const auto id = w.create(200, [](auto& d) { d.max_attempts = 2; });
  w.act(id, campaign_action::start).value();
  w.act(id, campaign_action::pause).value();
  w.act(id, campaign_action::resume).value();
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));

  feed_query query;
  query.after = {0};
  query.limit = 7;
  const auto all = read_all(w, query);
  REQUIRE(all.size() > 200);
  CHECK(all.front()->type == notice_type::campaign_started);
  CHECK(all.back()->type == notice_type::campaign_completed);
  std::map<notice_type, std::size_t> counted;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < all.size(); ++i) {
    ++counted[all[i]->type];
    ids.insert(all[i]->id.to_string());
    CHECK(all[i]->id.campaign == w.number(id));
    if (i > 0) {
      CHECK(all[i - 1]->at < all[i]->at);
      CHECK(all[i - 1]->id < all[i]->id);
    }
    CHECK(feed_position::parse(all[i]->at.to_string()) == all[i]->at);
  }
  CHECK(ids.size() == all.size());
  const auto state = w.state(id);
  CHECK(counted[notice_type::campaign_started] == 1);
  CHECK(counted[notice_type::campaign_paused] == 1);
  CHECK(counted[notice_type::campaign_resumed] == 1);
  CHECK(counted[notice_type::campaign_completed] == 1);
  CHECK(counted[notice_type::call_completed] == state.counters.attempted);
  CHECK(counted[notice_type::call_disposition_set] == state.counters.done);
  const auto escalated = state.dispositions.find("escalated");
  CHECK(counted[notice_type::call_escalated] == (escalated == state.dispositions.end() ? 0 : escalated->second));

  SECTION("from any place on the rest follows, and nothing else") {
    for (std::size_t i = 0; i < all.size(); i += 13) {
      query.after = all[i]->at;
      query.limit = 1000;
      const auto rest = read_all(w, query);
      REQUIRE(rest.size() == all.size() - i - 1);
      if (!rest.empty())
        CHECK(rest.front()->id == all[i + 1]->id);
    }
    query.after = feed.now();
    CHECK(read_all(w, query).empty());
    query.after = begin;
    CHECK(read_all(w, query).size() == all.size());
    // Given out by data that are no more: from now on.
    query.after = {1'000'000};
    const auto page = read(w, query).value();
    CHECK(page.events.empty());
    CHECK(page.upto == feed.now());
  }
  SECTION("by type") {
    query.types = {};
    query.types.add(notice_type::campaign_paused);
    query.types.add(notice_type::campaign_completed);
    CHECK(types_of(read_all(w, query)) == "campaign.paused campaign.completed ");
  }
  SECTION("by campaign and workspace") {
    query.campaign = w.number(id);
    CHECK(read_all(w, query).size() == all.size());
    query.workspace = "other";
    CHECK(read_all(w, query).empty());
    query.campaign.reset();
    CHECK(read_all(w, query).empty());
  }
  SECTION("after a restart it is the same") {
    w.crash_and_restart();
    const auto again = read_all(w, query);
    REQUIRE(again.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      CHECK(again[i]->at == all[i]->at);
      CHECK(again[i]->id == all[i]->id);
      CHECK(*again[i]->json == *all[i]->json);
    }
    CHECK(w.engine().feed()->now() >= all.back()->at);
  }
}

TEST_CASE("who waits is woken by the next commit, once, and not before") {
  world w{small_world()};
  auto& feed = *w.engine().feed();
  const auto id = w.create(1);
  int woken = 0;
  int dropped = 0;
  const auto waiting = feed.await(feed.now(), [&] { ++woken; });
  feed.await(feed.now(), [&] { ++dropped; }).reset();
  w.pass(1h);
  CHECK(woken == 0);
  w.act(id, campaign_action::start).value();
  CHECK(woken == 1);
  w.act(id, campaign_action::pause).value();
  CHECK(woken == 1);
  CHECK(dropped == 0);
  // What is there already is not waited for.
  const auto late = feed.await({0}, [&] { ++woken; });
  CHECK(woken == 2);
  const auto inside = feed.await({feed.now().commit, 0, 0}, [&] { ++woken; });
  CHECK(woken == 3);
  CHECK(w.context().bell.waiting() == 0);
}

TEST_CASE("those who give up waiting leave nothing behind that grows") {
  feed_bell bell;
  for (int i = 0; i < 100'000; ++i)
    bell.await({0}, [] {}).reset();
  CHECK(bell.waiting() < 10);
}

TEST_CASE("a place in the feed has one text, and nothing else is one") {
  for (const auto at : {feed_position{0}, feed_position{17}, feed_position{17, 3, 2}})
    CHECK(feed_position::parse(at.to_string()) == at);
  CHECK(feed_position{17}.to_string() == "17");
  CHECK(feed_position{17, 3, 2}.to_string() == "17.3.2");
  CHECK(feed_position{17, 3, 2} < feed_position{17});
  for (const std::string_view bad : {"", ".", "a", "1.", "1.2", "1.2.", "1.2.3.", "1.2.3.4", "-1", " 1", "1.2.256",
         "99999999999999999999", "1.4294967295.0"})
    CHECK(feed_position::parse(bad) == std::nullopt);
}
