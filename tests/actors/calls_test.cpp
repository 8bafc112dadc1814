#include "domain/rules.hpp"
#include "tests/actors/world.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace redial;
using namespace redial::actors;
using namespace redial::testing;

namespace {

const caller acme{"acme", "test"};
const caller other{"other", "test"};

template <class T>
result<T> ask(world& w, const std::function<void(reply<T>)>& question) {
  std::optional<result<T>> answer;
  question([&](result<T> told) { answer = std::move(told); });
  w.settle();
  REQUIRE(answer);
  return *answer;
}

result<call_detail> start_call(world& w, const caller& from = acme, std::size_t contact = 0) {
  one_off_call call{{world::phone_of(contact), "Asha", R"({"plan":"gold"})"}, "scr_1", "hi-IN"};
  return ask<call_detail>(w, [&](reply<call_detail> done) { w.engine().start_call(from, call, {}, std::move(done)); });
}

result<call_detail> find_call(world& w, call_id id, const caller& from = acme) {
  return ask<call_detail>(w, [&](reply<call_detail> done) { w.engine().find_call(from, id, std::move(done)); });
}

result<call_page> list_calls(world& w, const caller& from, std::optional<campaign_id> campaign = {}) {
  return ask<call_page>(w, [&](reply<call_page> done) { w.engine().list_calls(from, campaign, {}, std::move(done)); });
}

result<explained_contact> explain(world& w, const campaign_id& id, std::size_t contact) {
  return ask<explained_contact>(w, [&](reply<explained_contact> done) {
    w.engine().explain_contact({}, id, world::phone_of(contact), std::move(done));
  });
}

bool ended(world& w, call_id id) {
  const auto status = find_call(w, id).value().status;
  return status != call_status::queued && status != call_status::in_progress;
}

} // namespace

TEST_CASE("a one-off call is placed once, and known under one id from the answer on") {
  world w;
  const auto made = start_call(w).value();
  CHECK(made.status == call_status::queued);
  CHECK(made.contact.name == "Asha");
  CHECK(made.campaign->language == "hi-IN");
  CHECK(find_call(w, made.id).has_value());
  REQUIRE(w.pass_until([&] { return ended(w, made.id); }));
  const auto call = find_call(w, made.id).value();
  CHECK(call.id == made.id);
  CHECK(call.outcome.has_value());
  CHECK_FALSE(call.disposition.empty());
  w.pass(48h);
  const auto ledger = w.ledger();
  REQUIRE(ledger.size() == 1);
  CHECK(ledger.front().to == world::phone_of(0));
  CHECK(ledger.front().attempt == 1);
  CHECK(ledger.front().fields == R"({"plan":"gold"})");
  CHECK(ledger.front().id != made.id);
  CHECK(list_calls(w, acme).value().calls == std::vector{call});
}

TEST_CASE("a one-off call is nobody's campaign, and no other workspace's call") {
  world w;
  const auto made = start_call(w).value();
  CHECK(w.engine().find("acme", made.campaign->id) == nullptr);
  campaign_filter all;
  all.workspace = "acme";
  CHECK(w.engine().list(all).total == 0);
  CHECK(find_call(w, made.id, other).error().code == error_code::not_found);
  REQUIRE(w.pass_until([&] { return ended(w, made.id); }));
  CHECK(list_calls(w, other).value().total == 0);
  CHECK(list_calls(w, acme, made.campaign->id).error().code == error_code::not_found);
}

TEST_CASE("a one-off call that was answered for is made after a crash, and one in progress is asked for") {
  world w;
  w.gateway().hold = true;
  const auto made = start_call(w).value();
  SECTION("before the gateway heard of it") {}
  SECTION("while it was on its way") {
    w.pass(1s);
    CHECK(find_call(w, made.id).value().status == call_status::in_progress);
  }
  w.crash_and_restart();
  w.settle();
  REQUIRE(w.pass_until([&] { return ended(w, made.id); }));
  CHECK(find_call(w, made.id).value().id == made.id);
  CHECK(w.ledger().size() <= 1);
  for (const auto& head : w.store().campaigns())
    CHECK(w.store().verify(head->number).empty());
}

TEST_CASE("a one-off call that cannot be stored is refused, and nobody is called") {
  world w;
  w.disk().failing = true;
  std::optional<result<call_detail>> answer;
  one_off_call call{{world::phone_of(0), "Asha", "{}"}, "scr_1", "hi-IN"};
  w.engine().start_call(acme, call, {}, [&](result<call_detail> told) { answer = std::move(told); });
  w.settle();
  REQUIRE(answer);
  CHECK(answer->error().code == error_code::storage_failed);
  w.disk().failing = false;
  w.pass(1h);
  CHECK(w.ledger().empty());
  CHECK(list_calls(w, acme).value().total == 0);
  CHECK(start_call(w).has_value()); // and it goes on
}

TEST_CASE("calls of campaigns are listed, in progress and after, and found by their ids") {
  world w;
  const auto id = w.create(30, [](campaign_definition& d) { d.max_attempts = 3; });
  REQUIRE(w.act(id, campaign_action::start));
  w.pass(1s);
  const auto early = list_calls(w, {}).value();
  REQUIRE(early.total > 0);
  CHECK(early.calls.front().status == call_status::in_progress);
  REQUIRE(w.pass_until([&] { return is_final(w.state(id).status); }));
  const auto all = list_calls(w, {}, id).value();
  CHECK(all.total == w.state(id).counters.attempted);
  CHECK(all.total == w.ledger().size());
  std::set<call_id> placed;
  for (const auto& call : w.ledger())
    placed.insert(call.id);
  CHECK(placed.size() == w.ledger().size());
  for (const auto& call : all.calls) {
    CHECK(placed.contains(call.id));
    CHECK(find_call(w, call.id, {}).value() == call);
    CHECK(find_call(w, call.id, acme).error().code == error_code::not_found);
  }
  CHECK(list_calls(w, {}, *campaign_id::parse("cmp_000000000")).error().code == error_code::not_found);
}

TEST_CASE("what there was with a phone is told across campaigns and one-off calls") {
  world w;
  const auto first = w.create(3);
  w.pass(1s);
  const auto second = w.create(1);
  REQUIRE(w.act(second, campaign_action::start));
  REQUIRE(w.pass_until([&] { return is_final(w.state(second).status); }));
  const auto ask_for = [&](const caller& from, std::size_t contact, std::uint64_t offset = 0) {
    return ask<phone_history>(w, [&](reply<phone_history> done) {
      w.engine().find_phone(from, world::phone_of(contact), offset, 20, std::move(done));
    }).value();
  };
  const auto both = ask_for({}, 0);
  CHECK(both.total == 2);
  REQUIRE(both.entries.size() == 2);
  CHECK(both.entries[0].campaign->id == second);
  CHECK(both.entries[0].contact.state.attempts == 1);
  CHECK(both.entries[0].contact.calls.size() == 1);
  CHECK(both.entries[1].campaign->id == first);
  CHECK(both.entries[1].contact.state.status == contact_status::pending);
  CHECK(ask_for({}, 0, 1).entries.size() == 1);
  CHECK(ask_for({}, 0, 1).total == 2);
  CHECK(ask_for({}, 2).total == 1);
  CHECK(ask_for({}, 9).total == 0);
  CHECK(ask_for(acme, 0).total == 0);
  REQUIRE(start_call(w));
  CHECK(ask_for(acme, 0).total == 1);
}

TEST_CASE("why a contact is not being dialed is told from what is on record") {
  world_options options;
  options.engine.lines.max_concurrent_calls = 1;
  world w{options};
  const auto id = w.create(2, [](campaign_definition& d) { d.max_attempts = 1; });
  CHECK(explain(w, id, 0).value().why.verdict == dial_verdict::blocked);
  CHECK(explain(w, id, 7).error().code == error_code::not_found);
  REQUIRE(w.act(id, campaign_action::start));
  REQUIRE(w.pass_until([&] { return w.state(id).counters.in_progress == 1; }));
  CHECK(
    explain(w, id, 0).value().why.rules.back() == rule_verdict{dial_rule::line_free, false, "1 of 1 lines are in use"});
  const auto waits = explain(w, id, 1).value();
  CHECK(waits.why.verdict == dial_verdict::eligible);
  CHECK(waits.why.eligible_at == w.time().now());
  REQUIRE(w.pass_until([&] { return is_final(w.state(id).status); }));
  CHECK(explain(w, id, 0).value().why.verdict == dial_verdict::never);
}

TEST_CASE("long questions are bounded") {
  world_options options;
  options.engine.max_scans = 2;
  options.engine.max_lists = 2;
  world w{options};
  int refused = 0;
  for (int i = 0; i < 3; ++i) {
    w.engine().find_phone(
      {}, world::phone_of(0), 0, 1, [&](const result<phone_history>& told) { refused += told ? 0 : 1; });
    w.engine().list_calls({}, {}, {}, [&](const result<call_page>& told) { refused += told ? 0 : 1; });
  }
  CHECK(refused == 2);
  w.settle();
  CHECK(list_calls(w, {}).has_value());
}

TEST_CASE("a number on the do-not-call list gets no one-off call, at once or when its turn has come") {
  world_options options;
  options.engine.lines = {1, 0};
  world w{options};
  const auto put = [&](std::size_t contact) {
    return ask<dnc_added>(w, [&](reply<dnc_added> done) {
      w.engine().add_dnc(acme, {dnc_entry{world::phone_of(contact), {}, {}, w.time().now(), {}}}, {}, std::move(done));
    });
  };
  const auto first = start_call(w, acme, 0).value(); // takes the only line
  const auto second = start_call(w, acme, 1).value();
  CHECK(find_call(w, second.id).value().status == call_status::queued);
  REQUIRE(put(1));
  CHECK(start_call(w, acme, 1).error().code == error_code::do_not_call);
  CHECK(start_call(w, other, 1).has_value()); // the list is one workspace's
  REQUIRE(w.pass_until([&] { return ended(w, second.id); }));
  CHECK(find_call(w, second.id).value().status == call_status::cancelled);
  CHECK(ended(w, first.id));
  const auto history = ask<phone_history>(w, [&](reply<phone_history> done) {
    w.engine().find_phone(acme, world::phone_of(1), 0, 20, std::move(done));
  }).value();
  CHECK(history.do_not_call.has_value());
  w.pass(1h);
  for (const auto& call : w.ledger())
    CHECK((call.to != world::phone_of(1) || call.campaign != second.campaign->id));
}

TEST_CASE("who is on the do-not-call list is told to be dialed never") {
  world w;
  const auto id = w.create(2);
  REQUIRE(ask<dnc_added>(w, [&](reply<dnc_added> done) {
    w.engine().add_dnc({}, {dnc_entry{world::phone_of(0), {}, {}, w.time().now(), {}}}, {}, std::move(done));
  }));
  CHECK(explain(w, id, 0).value().why.verdict == dial_verdict::never);
  CHECK(explain(w, id, 1).value().why.verdict == dial_verdict::blocked);
}
