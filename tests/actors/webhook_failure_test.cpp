// Webhooks under virtual time, told to a receiver that does not take what it gets.
#include "webhook_receiver.hpp"

#include "tests/show_result.hpp"
#include <catch2/catch.hpp>

#include <set>

using namespace redial;
using namespace redial::actors;
using namespace redial::testing;

namespace {

bool completed(world& w, const campaign_id& id) { return w.state(id).status == campaign_status::completed; }

webhooks::answer with(unsigned status, milliseconds retry_after = {}) { return {status, {}, retry_after}; }

notice_filter only(notice_type type) {
  notice_filter some;
  some.add(type);
  return some;
}

/// A campaign of which one event is told: that it has started.
campaign_id start_one(world& w) {
  const auto id = w.create(1);
  w.act(id, campaign_action::start).value();
  return id;
}

} // namespace

TEST_CASE("what is refused is tried again, ever more rarely, for a day and then no more") {
  receiver r;
  r.judge = [&](const receiver::heard&) { return with(500); };
  world w{told_to(r)};
  r.in = &w;
  const auto hook = create_webhook(w, "https://a.example/", only(notice_type::campaign_started)).value();
  const auto begin = w.time().now();
  start_one(w);
  w.pass(30h);
  REQUIRE(r.all.size() > 24);
  CHECK(r.all.size() < 90);
  CHECK(r.all.front().at - begin <= 100ms);
  CHECK(r.all.back().at - begin >= 24h);
  CHECK(r.all.back().at - begin < 24h + 1s);
  auto bound = 10s;
  for (std::size_t i = 1; i < r.all.size(); ++i) {
    const auto gap = r.all[i].at - r.all[i - 1].at;
    CAPTURE(i, gap.count());
    if (i + 1 < r.all.size()) // the last one comes when the day is over
      CHECK(gap >= 5s);
    CHECK(gap <= std::min<milliseconds>(bound, 1h) + 100ms);
    bound = std::min(2 * bound, std::chrono::seconds{7200});
  }
  const auto page = deliveries(w, hook.id);
  REQUIRE(page.total == 1);
  CHECK(page.deliveries.front().outcome == delivery_outcome::failed);
  CHECK(page.deliveries.front().attempts == r.all.size());
  CHECK(page.deliveries.front().status == 500);
  CHECK_FALSE(page.deliveries.front().next_attempt_at);
  // And what comes then is told as ever.
  r.judge = nullptr;
  const auto id = start_one(w);
  w.pass(2min);
  CHECK(r.acked() == notices(w, id, only(notice_type::campaign_started)));
}

TEST_CASE("every event is tried once at least, however old it is") {
  receiver r;
  world w{told_to(r)};
  r.in = &w;
  r.judge = [&](const receiver::heard&) { return with(500); };
  create_webhook(w).value();
  const auto id = w.create(10);
  w.act(id, campaign_action::start).value();
  REQUIRE(w.pass_until([&] { return completed(w, id); }));
  w.pass(48h);
  std::set<notice_id> tried;
  for (const auto& each : r.all)
    tried.insert(each.id);
  const auto all = notices(w, id);
  CHECK(tried == std::set<notice_id>(all.begin(), all.end()));
}

TEST_CASE("one message that nobody wants holds up its campaign and no other") {
  receiver r;
  std::optional<campaign_no> poisoned;
  world w{told_to(r)};
  r.in = &w;
  const auto hook = create_webhook(w).value();
  const auto bad = w.create(200);
  const auto good = w.create(200);
  poisoned = w.number(bad);
  r.judge = [&](const receiver::heard& each) {
    return each.id.campaign == *poisoned && each.id.seq == 2 ? with(400) : with(200);
  };
  w.act(bad, campaign_action::start).value();
  w.act(good, campaign_action::start).value();
  REQUIRE(w.pass_until([&] { return completed(w, bad) && completed(w, good); }));
  w.pass(10s);
  CHECK(r.acked(w.number(good)) == notices(w, good));
  CHECK(r.acked(w.number(bad)).empty());
  // Neither does a campaign that comes later wait, nor does a restart change anything.
  w.crash_and_restart();
  const auto later = w.create(20);
  w.act(later, campaign_action::start).value();
  REQUIRE(w.pass_until([&] { return completed(w, later); }));
  w.pass(10s);
  CHECK(r.acked(w.number(later)) == notices(w, later));
  const auto attempts = r.of({*poisoned, 2, 0}).size();
  w.pass(1h);
  CHECK(r.of({*poisoned, 2, 0}).size() > attempts);
  // Until it is given up; then the rest follows, in order.
  w.pass(24h);
  auto rest = notices(w, bad);
  REQUIRE(rest.front() == notice_id{*poisoned, 2, 0});
  rest.erase(rest.begin());
  CHECK(r.acked(*poisoned) == rest);
  CHECK(deliveries(w, hook.id).total <= 1000);
}

TEST_CASE("a message that is taken at last lets its campaign go on, and the count of attempts outlives a crash") {
  receiver r;
  world w{told_to(r)};
  r.in = &w;
  create_webhook(w).value();
  const auto id = w.create(30);
  bool well = false;
  r.judge = [&](const receiver::heard&) { return well ? with(200) : webhooks::answer{0, "connection refused", {}}; };
  w.act(id, campaign_action::start).value();
  w.pass(20min);
  w.crash_and_restart();
  const auto before = r.all.size();
  const auto hook_attempts = r.of(r.all.front().id).size();
  CHECK(before == hook_attempts); // one after the other: nothing overtakes
  w.pass(10min);
  CHECK(r.all.size() - before <= 6); // it does not begin with five seconds again
  well = true;
  w.pass(2h);
  REQUIRE(completed(w, id));
  CHECK(r.acked() == notices(w, id));
}

TEST_CASE("a receiver that is gone gets nothing more until a replay") {
  receiver r;
  world w{told_to(r)};
  r.in = &w;
  const auto hook = create_webhook(w).value();
  const auto a = w.create(50);
  const auto b = w.create(50);
  std::size_t calls = 0;
  r.judge = [&](const receiver::heard&) { return ++calls < 5 ? with(200) : with(410); };
  w.act(a, campaign_action::start).value();
  w.act(b, campaign_action::start).value();
  REQUIRE(w.pass_until([&] { return completed(w, a) && completed(w, b); }));
  w.pass(48h);
  CHECK(r.all.size() <= 6);
  REQUIRE(find_webhook(w, hook.id).value().disabled_at);
  for (const auto& each : deliveries(w, hook.id).deliveries)
    CHECK(each.outcome != delivery_outcome::pending);
  w.crash_and_restart();
  w.pass(1h);
  CHECK(find_webhook(w, hook.id).value().disabled_at);
  CHECK(r.all.size() <= 6);
  r.judge = nullptr;
  r.all.clear();
  CHECK_FALSE(replay(w, hook.id, time_point{}).value().disabled_at);
  w.pass(1min);
  CHECK(r.acked(w.number(a)) == notices(w, a));
  CHECK(r.acked(w.number(b)) == notices(w, b));
  w.crash_and_restart();
  CHECK_FALSE(find_webhook(w, hook.id).value().disabled_at);
}

TEST_CASE("a dead receiver is tried by one message at a time, and now and then") {
  receiver r;
  r.latency = 15s;
  r.judge = [](const receiver::heard&) { return webhooks::answer{0, "no answer within 15000 ms", {}}; };
  world w{told_to(r)};
  r.in = &w;
  create_webhook(w).value();
  std::vector<campaign_id> ids;
  for (int i = 0; i < 40; ++i)
    ids.push_back(start_one(w));
  w.pass(5min);
  CHECK(r.most_under_way <= 8);
  r.most_under_way = 0;
  r.all.clear();
  w.pass(1h);
  CHECK(r.most_under_way == 1);
  CHECK(r.all.size() <= 60); // 15 s for each and 60 s of rest
  CHECK(r.all.size() >= 20);
  // Well again: all of it comes, without a long wait.
  r.judge = nullptr;
  r.latency = 10ms;
  w.pass(90min);
  for (const auto& id : ids)
    CHECK(r.acked(w.number(id)) == notices(w, id));
}

TEST_CASE("who asks to be left alone is, within bounds") {
  receiver r;
  world w{told_to(r)};
  r.in = &w;
  create_webhook(w, "https://a.example/", only(notice_type::campaign_started)).value();
  r.judge = [](const receiver::heard&) { return with(429, 10min); };
  start_one(w);
  w.pass(2h);
  REQUIRE(r.all.size() > 2);
  for (std::size_t i = 1; i < r.all.size(); ++i)
    CHECK(r.all[i].at - r.all[i - 1].at >= 10min);
  // Nobody is left alone for a day because it says so.
  r.all.clear();
  r.judge = [](const receiver::heard&) { return with(503, 24h); };
  w.pass(6h);
  CHECK(r.all.size() >= 5);
}

TEST_CASE("with little memory and many campaigns that are refused, everything comes in the end") {
  receiver r;
  engine_settings settings;
  settings.webhooks.lanes = {5, 6, 2};
  world w{told_to(r, settings)};
  r.in = &w;
  create_webhook(w).value();
  std::uint64_t turn = 0;
  r.judge = [&](const receiver::heard&) { return ++turn % 3 == 0 ? with(500) : with(200); };
  std::vector<campaign_id> ids;
  for (int i = 0; i < 25; ++i) {
    ids.push_back(w.create(8));
    w.act(ids.back(), campaign_action::start).value();
  }
  w.pass(30min);
  w.crash_and_restart();
  w.pass(20h);
  for (const auto& id : ids) {
    std::vector<notice_id> firsts;
    std::set<notice_id> seen;
    for (const auto& each : r.acked(w.number(id))) {
      if (seen.insert(each).second)
        firsts.push_back(each);
    }
    CHECK(firsts == notices(w, id));
  }
}

TEST_CASE("while nothing can be written webhooks are told all the same, and it is written down later") {
  receiver r;
  world w{told_to(r)};
  r.in = &w;
  const auto hook = create_webhook(w).value();
  const auto id = w.create(20);
  r.latency = 2s;
  w.act(id, campaign_action::start).value();
  w.pass(30s);
  w.disk().failing = true;
  CHECK(create_webhook(w).has_error());
  CHECK(replay(w, hook.id, time_point{}).has_error());
  w.pass(1min);
  w.disk().failing = false;
  REQUIRE(w.pass_until([&] { return completed(w, id); }));
  w.pass(10min);
  std::set<notice_id> seen;
  for (const auto& each : r.acked())
    seen.insert(each);
  const auto all = notices(w, id);
  CHECK(seen == std::set<notice_id>(all.begin(), all.end()));
  const auto told = r.all.size();
  w.crash_and_restart();
  w.pass(1h);
  CHECK(r.all.size() == told);
}
