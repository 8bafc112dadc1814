// Contacts that are added to a campaign: all of them or none, each phone once, whatever happens meanwhile.
#include "world.hpp"

#include "tests/show_result.hpp"
#include <catch2/catch.hpp>

#include <set>

using namespace redial;
using namespace redial::testing;

namespace {

world_options instant_world() {
  world_options o;
  o.engine.lines = {40, 0};
  o.calls.instant = true;
  return o;
}

/// Every phone of the list once, with the name that belongs to it; the store agrees with itself.
void check_list(world& w, const campaign_id& id, const std::vector<std::size_t>& expected) {
  CHECK(w.store().verify(w.number(id)) == std::vector<std::string>{});
  CHECK(w.state(id).counters.total == expected.size());
  const auto listed = w.store().load_profiles(w.number(id), 0, static_cast<contact_no>(expected.size() + 10)).value();
  REQUIRE(listed.size() == expected.size());
  bool agree = true;
  for (std::size_t i = 0; i < expected.size(); ++i)
    agree = agree && listed[i].phone == world::phone_of(expected[i])
            && listed[i].name == "Contact " + std::to_string(expected[i]);
  CHECK(agree);
}

std::vector<std::size_t> numbers(std::size_t from, std::size_t to, std::vector<std::size_t> before = {}) {
  for (auto i = from; i < to; ++i)
    before.push_back(i);
  return before;
}

std::set<phone> dialed(world& w) {
  std::set<phone> all;
  for (const auto& call : w.ledger())
    CHECK(all.insert(call.to).second);
  return all;
}

} // namespace

TEST_CASE("contacts join the end of the list, each phone once") {
  world w{instant_world()};
  const auto before =
    GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{32}, std::size_t{33}, std::size_t{1024}, std::size_t{1500});
  const auto added = GENERATE(std::size_t{1}, std::size_t{31}, std::size_t{992}, std::size_t{5000});
  auto id = w.create(before);
  const auto overlap = before / 2;
  const auto outcome = w.add(id, before - overlap, overlap + added).value();
  CHECK(outcome.added == added);
  CHECK(outcome.duplicates_skipped == overlap);
  CHECK(outcome.total == before + added);
  check_list(w, id, numbers(0, before + added));
  // And once more: nothing is new.
  const auto again = w.add(id, 0, before + added).value();
  CHECK(again.added == 0);
  CHECK(again.duplicates_skipped == before + added);
  CHECK(again.total == before + added);
  w.crash_and_restart();
  check_list(w, id, numbers(0, before + added));
  REQUIRE(w.act(id, campaign_action::start));
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
  CHECK(dialed(w).size() == before + added);
}

TEST_CASE("no contacts at all can be added, too") {
  world w{instant_world()};
  auto id = w.create(3);
  const auto outcome = w.add(id, 0, 0).value();
  CHECK(outcome.added == 0);
  CHECK(outcome.total == 3);
}

TEST_CASE("a running campaign calls them, a paused one once it is resumed, an ended one takes none") {
  auto options = instant_world();
  options.calls.instant = false; // calls take their time
  world w{options};
  auto id = w.create(100);
  CHECK(w.add(id, 100, 1).value().total == 101); // scheduled
  REQUIRE(w.act(id, campaign_action::start));
  w.pass(1s);
  CHECK(w.add(id, 101, 2999).value().added == 2999);
  w.pass(1s);
  REQUIRE(w.act(id, campaign_action::pause));
  CHECK(w.add(id, 3100, 50).value().added == 50);
  const auto placed = w.ledger().size();
  w.pass(1h);
  CHECK(w.ledger().size() == placed);
  REQUIRE(w.act(id, campaign_action::resume));
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
  CHECK(w.state(id).counters.done == 3150);
  std::set<phone> all;
  for (const auto& call : w.ledger())
    all.insert(call.to);
  CHECK(all.size() == 3150);
  CHECK(w.add(id, 9000, 1).error().code == error_code::campaign_ended);
  CHECK(w.engine().begin_addition({"other", {}}, id).error().code == error_code::not_found);
}

TEST_CASE("whoever was taken off the list is not called because he is added again") {
  world w{instant_world()};
  auto id = w.create(10);
  REQUIRE(w.remove(id, {world::phone_of(3), world::phone_of(4)}).value().removed == 2);
  const auto outcome = w.add(id, 0, 12).value();
  CHECK(outcome.added == 2);
  CHECK(outcome.duplicates_skipped == 10);
  REQUIRE(w.act(id, campaign_action::start));
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
  const auto called = dialed(w);
  CHECK(called.size() == 10);
  CHECK_FALSE(called.contains(world::phone_of(3)));
  CHECK_FALSE(called.contains(world::phone_of(4)));
}

TEST_CASE("additions to one campaign take turns, and see each other's phones") {
  world w{instant_world()};
  auto id = w.create(10);
  auto a = w.begin_add(id, 0, 5000);
  auto b = w.begin_add(id, 4000, 5000);
  auto c = w.begin_add(id, 0, 20);
  w.settle();
  CHECK(a->value().value().added == 4990);
  CHECK(a->value().value().total == 5000);
  CHECK(b->value().value().added == 4000);
  CHECK(b->value().value().duplicates_skipped == 1000);
  CHECK(c->value().value().added == 0);
  CHECK(c->value().value().total == 9000);
  check_list(w, id, numbers(0, 9000));
  CHECK(w.context().live_uploads == 0);
}

TEST_CASE("too many at once are refused, and one that is given up makes room") {
  auto options = instant_world();
  options.engine.max_uploads = 2;
  world w{options};
  auto id = w.create(1);
  auto a = w.engine().begin_addition({}, id).value();
  auto b = w.engine().begin_addition({}, id).value();
  CHECK(w.engine().begin_addition({}, id).error().code == error_code::overloaded);
  a->add({{world::phone_of(1), "x", "{}"}}, [](const auto&) {});
  a.reset();
  w.settle();
  CHECK(w.add(id, 1, 1).value().added == 1);
}

TEST_CASE("a stop in the middle of an addition: it is refused, and nothing of it is seen") {
  for (std::size_t messages = 0; messages < 60; messages += 3) {
    world w{instant_world()};
    auto id = w.create(10);
    auto answer = w.begin_add(id, 10, 5000);
    w.step(messages);
    auto stopped = w.act(id, campaign_action::stop); // and everything else that there is to do
    REQUIRE(stopped);
    const auto& outcome = answer->value();
    if (outcome) {
      check_list(w, id, numbers(0, 5010));
    } else {
      CHECK(outcome.error().code == error_code::campaign_ended);
      check_list(w, id, numbers(0, 10));
    }
    w.crash_and_restart();
    check_list(w, id, numbers(0, outcome ? 5010 : 10));
  }
}

TEST_CASE("a crash at any moment: all that were added are there, or none") {
  int there = 0;
  int gone = 0;
  for (std::size_t messages = 0; messages < 70; messages += 2) {
    world w{instant_world()};
    auto id = w.create(1000);
    auto answer = w.begin_add(id, 1000, 5000);
    w.step(messages);
    const bool answered = answer->has_value();
    w.crash_and_restart();
    const auto total = w.state(id).counters.total;
    CHECK((total == 1000 || total == 6000));
    if (answered)
      CHECK(total == 6000);
    ++(total == 6000 ? there : gone);
    check_list(w, id, numbers(0, total));
    // What the crash has left behind the list is in nobody's way.
    CHECK(w.add(id, 5500, 1000).value().added == (total == 6000 ? 500 : 1000));
    check_list(w, id, total == 6000 ? numbers(0, 6500) : numbers(5500, 6500, numbers(0, 1000)));
    CHECK(w.store().find_contact(w.number(id), world::phone_of(2000)).value().has_value() == (total == 6000));
    REQUIRE(w.act(id, campaign_action::start));
    REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
    CHECK(dialed(w).size() == w.state(id).counters.total);
  }
  CHECK(there > 0);
  CHECK(gone > 0);
}

TEST_CASE("when the campaign's actor dies meanwhile, whoever adds is told, and nothing is half done") {
  for (std::size_t messages = 0; messages < 60; messages += 2) {
    for (const bool unclear : {false, true}) {
      world w{instant_world()};
      auto id = w.create(10);
      auto answer = w.begin_add(id, 10, 5000);
      auto waiting = w.begin_add(id, 20'000, 10);
      w.step(messages);
      bool once = false;
      w.disk().judge = [&](bool sync) {
        if (!sync || once)
          return faulty_engine::fate::done;
        once = true;
        return unclear ? faulty_engine::fate::unclear : faulty_engine::fate::refused;
      };
      auto started = w.act(id, campaign_action::start);
      w.disk().judge = {};
      w.pass(10min); // it comes back from the store
      REQUIRE(answer->has_value());
      REQUIRE(waiting->has_value());
      const auto& outcome = answer->value();
      const auto total = w.state(id).counters.total;
      // Where the write was in doubt, what was said to have failed may be there.
      if (outcome)
        CHECK(total >= 5010);
      else if (!unclear)
        CHECK(total < 5010);
      CHECK(w.store().verify(w.number(id)) == std::vector<std::string>{});
      auto list = numbers(0, total >= 5010 ? 5010 : 10);
      if (total > list.size())
        list = numbers(20'000, 20'010, list);
      check_list(w, id, list);
      if (w.state(id).status == campaign_status::scheduled)
        REQUIRE(w.act(id, campaign_action::start));
      if (!is_final(w.state(id).status))
        CHECK(w.add(id, 30'000, 100).value().added == 100);
      REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
      dialed(w);
    }
  }
}

TEST_CASE("the answer to an addition is kept with it") {
  const auto count = GENERATE(std::size_t{0}, std::size_t{3000});
  for (std::size_t messages = 0; messages < 60; messages += 2) {
    world w{instant_world()};
    auto id = w.create(10);
    const std::string key(32, 'k');
    auto request = std::make_shared<actors::keyed_request>();
    request->key = key;
    request->fingerprint = "f";
    request->hold = std::get<actors::key_hold>(w.engine().claim_key(key).value());
    auto answer = w.begin_add(
      id, 10, count, {std::move(request), [](const actors::added_contacts& done) {
                        return actors::worded_answer{200, {}, "application/json", std::to_string(done.added)};
                      }});
    w.step(messages);
    if (answer->has_value())
      CHECK(std::holds_alternative<actors::given_answer>(w.engine().claim_key(key).value()));
    w.crash_and_restart();
    const auto kept = w.engine().claim_key(key).value();
    const auto total = w.state(id).counters.total;
    if (const auto* given = std::get_if<actors::given_answer>(&kept)) {
      CHECK(given->answer.body == std::to_string(count));
      CHECK(total == 10 + count);
    } else {
      CHECK(std::holds_alternative<actors::key_hold>(kept));
      CHECK(total == 10);
    }
  }
}

TEST_CASE("an addition while the disk is full is refused, and the next one goes through") {
  world w{instant_world()};
  auto id = w.create(10);
  auto addition = w.engine().begin_addition({}, id).value();
  w.disk().failing = true;
  std::optional<result<void>> staged;
  addition->add({{world::phone_of(10), "x", "{}"}}, [&](auto r) { staged = std::move(r); });
  w.settle();
  CHECK(staged->error().code == error_code::storage_failed);
  addition.reset();
  w.settle();
  CHECK(w.engine().begin_addition({}, id).error().code == error_code::storage_failed);
  w.disk().failing = false;
  w.pass(1min);
  CHECK(w.add(id, 10, 1).value().total == 11);
  check_list(w, id, numbers(0, 11));
}
