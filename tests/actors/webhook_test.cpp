// Webhooks under virtual time, told to a receiver that takes what it gets: what is told, in which order, and what of it
// survives.
#include "webhook_receiver.hpp"

#include "persistence/webhook_records.hpp"

#include "tests/show_result.hpp"
#include <catch2/catch.hpp>

#include <set>

using namespace redial;
using namespace redial::actors;
using namespace redial::testing;

namespace {

bool completed(world& w, const campaign_id& id) { return w.state(id).status == campaign_status::completed; }

} // namespace

TEST_CASE("a webhook is told every event from its creation on, once, in order for each campaign") {
  receiver r;
  world w{told_to(r)};
  r.in = &w;
  const auto former = w.create(5);
  w.act(former, campaign_action::start).value();
  REQUIRE(w.pass_until([&] { return completed(w, former); }));
  const auto hook = create_webhook(w).value();
  CHECK(is_webhook_id(hook.id));
  CHECK(webhook_key(hook.secret));
  const auto a = w.create(150, [](auto& d) { d.max_attempts = 2; });
  const auto b = w.create(90);
  w.act(a, campaign_action::start).value();
  w.act(b, campaign_action::start).value();
  REQUIRE(w.pass_until([&] { return completed(w, a) && completed(w, b); }));
  w.pass(10s);

  CHECK(r.acked(w.number(a)) == notices(w, a));
  CHECK(r.acked(w.number(b)) == notices(w, b));
  CHECK(r.acked(w.number(former)).empty());
  CHECK(r.all.size() == notices(w, a).size() + notices(w, b).size());
  for (const auto& each : r.all) {
    CHECK(each.url == "https://a.example/");
    CHECK(each.secret == hook.secret);
    CHECK(each.body.starts_with(each.id.to_string()));
  }
  CHECK(r.most_under_way == 2);
  const auto page = deliveries(w, hook.id);
  CHECK(page.total == r.all.size());
  REQUIRE(page.deliveries.size() == 100);
  CHECK(page.deliveries.front().event == r.all.back().id);
  for (const auto& each : page.deliveries) {
    CHECK(each.outcome == delivery_outcome::delivered);
    CHECK(each.attempts == 1);
    CHECK(each.status == 200);
    CHECK(each.last_attempt_at);
    CHECK_FALSE(each.next_attempt_at);
  }
  CHECK(find_webhook(w, hook.id).value() == hook);
}

TEST_CASE("a webhook is told what it asked for, and its neighbours what they did") {
  receiver r;
  world w{told_to(r)};
  r.in = &w;
  notice_filter some;
  some.add(notice_type::campaign_completed);
  some.add(notice_type::call_disposition_set);
  create_webhook(w, "https://some.example/", some).value();
  create_webhook(w, "https://all.example/").value();
  const auto id = w.create(30);
  w.act(id, campaign_action::start).value();
  REQUIRE(w.pass_until([&] { return completed(w, id); }));
  w.pass(10s);
  std::vector<notice_id> told_some;
  for (const auto& each : r.all) {
    if (each.url == "https://some.example/")
      told_some.push_back(each.id);
  }
  CHECK(told_some == notices(w, id, some));
  CHECK(r.all.size() == told_some.size() + notices(w, id).size());
}

TEST_CASE("after kill -9 a webhook is told the rest, and again no more than the last second") {
  receiver r;
  world w{told_to(r)};
  r.in = &w;
  create_webhook(w).value();
  const auto a = w.create(300, [](auto& d) { d.max_attempts = 2; });
  const auto b = w.create(200);
  w.act(a, campaign_action::start).value();
  w.act(b, campaign_action::start).value();
  std::map<notice_id, time_point> acked_before; // by the last kill
  std::vector<time_point> kills;
  for (int i = 0; i < 30; ++i) {
    w.pass(milliseconds{700 + 1313 * i % 5000});
    w.crash_and_restart();
    kills.push_back(w.time().now());
  }
  REQUIRE(w.pass_until([&] { return completed(w, a) && completed(w, b); }));
  w.pass(1min);
  for (const auto& id : {a, b}) {
    std::vector<notice_id> firsts;
    std::set<notice_id> seen;
    for (const auto& each : r.acked(w.number(id))) {
      if (seen.insert(each).second)
        firsts.push_back(each);
    }
    CHECK(firsts == notices(w, id));
  }
  std::map<notice_id, time_point> last;
  std::size_t again = 0;
  for (const auto& each : r.all) {
    const auto before = last.find(each.id);
    if (before != last.end()) {
      ++again;
      const auto kill = std::find_if(kills.begin(), kills.end(), [&](auto at) { return at >= before->second; });
      REQUIRE(kill != kills.end());
      CHECK(*kill <= each.at);
      CHECK(*kill - before->second <= 1100ms);
    }
    last[each.id] = each.at;
  }
  CHECK(again > 0); // otherwise this shows nothing
}

TEST_CASE("an orderly stop has nothing told twice") {
  receiver r;
  world w{told_to(r)};
  r.in = &w;
  const auto hook = create_webhook(w).value();
  const auto id = w.create(200, [](auto& d) { d.max_attempts = 2; });
  w.act(id, campaign_action::start).value();
  for (int i = 0; i < 10; ++i) {
    w.pass(3777ms);
    w.stop_and_restart();
  }
  REQUIRE(w.pass_until([&] { return completed(w, id); }));
  w.pass(10s);
  CHECK(r.acked() == notices(w, id));
  CHECK(r.all.size() == r.acked().size());
  CHECK(find_webhook(w, hook.id).value() == hook);
  CHECK(deliveries(w, hook.id).total == r.all.size());
}

TEST_CASE("a replay tells again what happened since an event or an instant, in order, and goes on") {
  receiver r;
  world w{told_to(r)};
  r.in = &w;
  const auto hook = create_webhook(w).value();
  const auto a = w.create(40);
  const auto b = w.create(40);
  w.act(a, campaign_action::start).value();
  w.act(b, campaign_action::start).value();
  REQUIRE(w.pass_until([&] { return completed(w, a) && completed(w, b); }));
  w.pass(10s);
  auto all_a = notices(w, a);
  const auto all_b = notices(w, b);
  REQUIRE(r.all.size() == all_a.size() + all_b.size());
  const auto first_life = r.all;
  r.all.clear();

  SECTION("since an event") {
    const auto from = all_a[all_a.size() / 2];
    replay(w, hook.id, from).value();
    w.pass(10s);
    CHECK(r.acked(w.number(a))
          == std::vector<notice_id>(all_a.begin() + static_cast<std::ptrdiff_t>(all_a.size() / 2), all_a.end()));
    // Of the other campaign, what was committed after it.
    const auto told_b = r.acked(w.number(b));
    CHECK(told_b.size() < all_b.size());
    CHECK(std::equal(told_b.rbegin(), told_b.rend(), all_b.rbegin()));
  }
  SECTION("since an instant") {
    replay(w, hook.id, w.time().now() - std::chrono::hours{1000}).value();
    w.pass(10s);
    CHECK(r.acked(w.number(a)) == all_a);
    CHECK(r.acked(w.number(b)) == all_b);
    r.all.clear();
    replay(w, hook.id, w.time().now()).value();
    w.pass(10s);
    CHECK(r.all.empty());
  }
  SECTION("in the midst of a delivery, and across a crash") {
    r.latency = 1s;
    replay(w, hook.id, time_point{}).value();
    w.pass(20s);
    replay(w, hook.id, time_point{}).value();
    w.pass(20s);
    w.crash_and_restart();
    r.latency = 10ms;
    w.pass(1min);
    // However often it was begun anew: from its beginning on the last run is whole and in order, but for what the crash
    // has repeated.
    for (const auto& [id, all] : {std::pair{a, all_a}, {b, all_b}}) {
      const auto told = r.acked(w.number(id));
      CHECK(std::count(told.begin(), told.end(), all.front()) >= 2);
      const auto begun = std::find(told.rbegin(), told.rend(), all.front());
      REQUIRE(begun != told.rend());
      std::vector<notice_id> firsts;
      std::set<notice_id> seen;
      for (auto it = begun.base() - 1; it != told.end(); ++it) {
        if (seen.insert(*it).second)
          firsts.push_back(*it);
      }
      CHECK(firsts == all);
      CHECK(static_cast<std::size_t>(told.end() - (begun.base() - 1)) <= all.size() + 4);
    }
  }
  SECTION("and what is new comes after it") {
    const auto c = w.create(3);
    w.act(c, campaign_action::start).value();
    REQUIRE(w.pass_until([&] { return completed(w, c); }));
    w.pass(10s);
    CHECK(r.acked() == notices(w, c));
  }
  SECTION("of no event that there is not") {
    CHECK(replay(w, hook.id, notice_id{77, 1, 0}).error().code == error_code::not_found);
    CHECK(replay(w, hook.id, notice_id{w.number(a), 1, 0}).error().code == error_code::not_found); // its creation
    CHECK(replay(w, hook.id, notice_id{w.number(a), 100'000, 0}).error().code == error_code::not_found);
    CHECK(replay(w, "whk_000000000", time_point{}).error().code == error_code::not_found);
  }
}

TEST_CASE("a webhook that is removed gets nothing more, and leaves no rows") {
  receiver r;
  world w{told_to(r)};
  r.in = &w;
  const auto hook = create_webhook(w).value();
  const auto id = w.create(100);
  w.act(id, campaign_action::start).value();
  w.pass(20s);
  REQUIRE(!r.all.empty());
  remove_webhook(w, hook.id).value();
  const auto told = r.all.size();
  CHECK(find_webhook(w, hook.id).error().code == error_code::not_found);
  CHECK(remove_webhook(w, hook.id).error().code == error_code::not_found);
  REQUIRE(w.pass_until([&] { return completed(w, id); }));
  w.pass(1min);
  CHECK(r.all.size() == told);
  for (const auto where : {persistence::table::webhook, persistence::table::delivery}) {
    std::size_t rows = 0;
    w.committed()
      .scan(where, "", "\xff",
        [&](std::string_view, std::string_view) {
          ++rows;
          return true;
        })
      .value();
    CHECK(rows == 0);
  }
  w.crash_and_restart();
  CHECK(find_webhook(w, hook.id).error().code == error_code::not_found);
}

TEST_CASE("webhooks belong to their workspace, and there are so many of them and no more") {
  receiver r;
  engine_settings settings;
  settings.webhooks.most = 3;
  world w{told_to(r, settings)};
  r.in = &w;
  std::vector<webhook> made;
  for (int i = 0; i < 3; ++i) {
    w.pass(1s);
    made.push_back(create_webhook(w).value());
  }
  CHECK(create_webhook(w).error().code == error_code::invalid_value);
  CHECK(create_webhook(w, "http://a.example/").error().code == error_code::invalid_value);
  std::optional<result<webhook_page>> listed;
  w.engine().webhooks()->list(workspace_name{default_workspace}, 1, 5, [&](auto page) { listed = std::move(page); });
  w.settle();
  CHECK(listed->value().total == 3);
  CHECK(listed->value().hooks == std::vector<webhook>(made.begin() + 1, made.end()));
  for (const std::string other : {"defaul", "default-2", "other"}) {
    w.engine().webhooks()->list(other, 0, 5, [&](auto page) { listed = std::move(page); });
    w.settle();
    CHECK(listed->value().total == 0);
    std::optional<result<webhook>> found;
    w.engine().webhooks()->find(other, made.front().id, [&](auto hook) { found = std::move(hook); });
    w.settle();
    CHECK(found->error().code == error_code::not_found);
  }
  remove_webhook(w, made.front().id).value();
  CHECK(create_webhook(w).has_value());
}

TEST_CASE("the record of deliveries is bounded, in memory and on disk, and outlives a restart") {
  receiver r;
  engine_settings settings;
  settings.webhooks.most_deliveries = 20;
  world w{told_to(r, settings)};
  r.in = &w;
  const auto hook = create_webhook(w).value();
  const auto id = w.create(100);
  w.act(id, campaign_action::start).value();
  REQUIRE(w.pass_until([&] { return completed(w, id); }));
  w.pass(1min);
  const auto before = deliveries(w, hook.id);
  CHECK(before.total == 20);
  std::size_t rows = 0;
  w.committed()
    .scan(persistence::table::delivery, "", "\xff",
      [&](std::string_view, std::string_view) {
        ++rows;
        return true;
      })
    .value();
  CHECK(rows == 20);
  w.crash_and_restart();
  CHECK(deliveries(w, hook.id).deliveries == before.deliveries);
}
