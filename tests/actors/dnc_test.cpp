// Numbers on a do-not-call list: who is not dialed, from when on, and what an answer waits for.
#include "world.hpp"

#include "persistence/dnc_records.hpp"
#include "tests/show_result.hpp"
#include <catch2/catch.hpp>

#include <algorithm>

using namespace redial;
using namespace redial::testing;
using actors::dnc_added;
using actors::dnc_removed;

namespace {

world_options small_world() {
  world_options o;
  o.engine.lines = {50, 0};
  o.calls.instant = true;
  return o;
}

/// Everybody whose number ends in `suffix` meets with `outcome`.
void always(world_options& o, std::string suffix, call_outcome outcome, std::string disposition = {}) {
  o.calls.overrides.push_back({std::move(suffix), outcome, std::move(disposition)});
}

void everyone(world_options& o, call_outcome outcome, const std::string& disposition = {}) {
  for (char digit = '0'; digit <= '9'; ++digit)
    always(o, std::string{digit}, outcome, disposition);
}

auto with_retries(std::uint8_t attempts, std::chrono::minutes interval = std::chrono::minutes{30}) {
  return [=](campaign_definition& d) {
    d.max_attempts = attempts;
    d.retry_interval = interval;
  };
}

template <class T>
using answer = std::shared_ptr<std::optional<result<T>>>;

answer<dnc_added> begin_add(world& w, std::vector<phone> phones, std::optional<time_point> expires_at = {},
  const workspace_name& workspace = workspace_name{default_workspace}) {
  auto told = std::make_shared<std::optional<result<dnc_added>>>();
  std::vector<dnc_entry> entries;
  for (const auto number : phones)
    entries.push_back({number, "asked", "test", {}, expires_at});
  w.engine().add_dnc({workspace, "t"}, std::move(entries), {}, [told](auto r) { *told = std::move(r); });
  w.settle();
  return told;
}

result<dnc_added> add(world& w, std::vector<phone> phones, std::optional<time_point> expires_at = {}) {
  return begin_add(w, std::move(phones), expires_at)->value();
}

result<dnc_removed> take_off(world& w, std::vector<phone> phones) {
  auto told = std::make_shared<std::optional<result<dnc_removed>>>();
  w.engine().remove_dnc({}, std::move(phones), [told](auto r) { *told = std::move(r); });
  w.settle();
  return told->value();
}

result<dnc_entry> find(world& w, phone number) {
  auto told = std::make_shared<std::optional<result<dnc_entry>>>();
  w.engine().find_dnc({}, number, [told](auto r) { *told = std::move(r); });
  w.settle();
  return told->value();
}

result<actors::dnc_page> list(world& w) {
  auto told = std::make_shared<std::optional<result<actors::dnc_page>>>();
  w.engine().list_dnc({}, 0, 100, [told](auto r) { *told = std::move(r); });
  w.settle();
  return told->value();
}

std::size_t calls_to(const world& w, phone number) {
  const auto ledger = w.ledger();
  return static_cast<std::size_t>(
    std::count_if(ledger.begin(), ledger.end(), [&](const placed_call& call) { return call.to == number; }));
}

bool completes(world& w, const campaign_id& id) {
  return w.pass_until([&] { return w.state(id).status == campaign_status::completed; });
}

const auto zero = world::phone_of(0);
const auto one = world::phone_of(1);
const auto two = world::phone_of(2);

} // namespace

TEST_CASE("who is on the list is taken off instead of being dialed, and the campaign completes") {
  auto options = small_world();
  everyone(options, call_outcome::answered, "interested");
  world w{options};
  const auto id = w.create(5);
  CHECK(add(w, {zero, two}).value().added == 2);
  REQUIRE(w.act(id, campaign_action::start));
  REQUIRE(completes(w, id));
  const auto& c = w.state(id).counters;
  CHECK(c.removed == 2);
  CHECK(c.done == 3);
  CHECK(c.attempted == 3);
  CHECK(calls_to(w, zero) == 0);
  CHECK(calls_to(w, two) == 0);
  CHECK(w.store().verify(w.number(id)).empty());
}

TEST_CASE("who was called before and waits for a retry is not called again") {
  auto options = small_world();
  options.engine.passivate_after = GENERATE(milliseconds{0}, milliseconds{1h}); // without an actor, and with one
  everyone(options, call_outcome::busy);
  world w{options};
  const auto id = w.create(2, with_retries(3));
  REQUIRE(w.act(id, campaign_action::start));
  w.pass(1min);
  REQUIRE(w.state(id).counters.waiting_retry == 2);
  CHECK(add(w, {zero}).value().added == 1);
  CHECK(w.state(id).counters.waiting_retry == 2); // its turn has not come
  REQUIRE(completes(w, id));
  CHECK(calls_to(w, zero) == 1);
  CHECK(calls_to(w, one) == 3);
  CHECK(w.state(id).dispositions == disposition_counts{{"not_reachable", 2}});
  CHECK(w.context().waiting_actors == 0);
  CHECK(w.store().verify(w.number(id)).empty());
}

TEST_CASE("the answer waits for a call that was decided before, and not for others") {
  auto options = small_world();
  everyone(options, call_outcome::answered, "interested");
  world w{options};
  const auto first = w.create(2);
  const auto second = w.create(1); // has `zero` too
  w.gateway().hold = true;
  REQUIRE(w.act(first, campaign_action::start));
  REQUIRE(w.act(second, campaign_action::start));
  REQUIRE(w.gateway().held.size() == 3);
  const auto unrelated = begin_add(w, {two});
  CHECK(unrelated->has_value());
  const auto told = begin_add(w, {zero, two});
  w.pass(10s);
  CHECK_FALSE(told->has_value());
  // It is in force at once, all the same.
  CHECK(find(w, zero).has_value());
  w.gateway().hold = false;
  auto held = std::exchange(w.gateway().held, {});
  const auto release = [&](std::size_t which) {
    held[which]();
    w.settle();
  };
  const auto later = GENERATE(0U, 2U); // whose call to `zero` is placed last: the first campaign's, or the second's
  release(1);
  CHECK_FALSE(told->has_value());
  release(later == 0 ? 2 : 0);
  CHECK_FALSE(told->has_value());
  release(later);
  REQUIRE(told->has_value());
  CHECK((*told)->value().added == 1);
  CHECK((*told)->value().updated == 1);
  REQUIRE(completes(w, first));
  REQUIRE(completes(w, second));
}

TEST_CASE("decided, and on its way through the engine while the number is added: placed before the answer or never") {
  const auto messages = GENERATE(range(0U, 40U));
  auto options = small_world();
  everyone(options, call_outcome::busy);
  world w{options};
  const auto id = w.create(3, with_retries(2, std::chrono::minutes{1}));
  std::optional<std::size_t> placed_by_then;
  w.engine().act({}, id, campaign_action::start, [](const auto&) {});
  w.step(messages); // the first dial is anywhere between the decision and the gateway
  w.engine().add_dnc({}, {{zero, {}, {}, {}, {}}}, {}, [&](const auto& r) {
    REQUIRE(r);
    placed_by_then = calls_to(w, zero);
  });
  w.settle();
  REQUIRE(placed_by_then);
  REQUIRE(completes(w, id));
  CHECK(calls_to(w, zero) == *placed_by_then);
  CHECK(*placed_by_then <= 1);
  CHECK(calls_to(w, one) == 2);
  CHECK(w.store().verify(w.number(id)).empty());
}

TEST_CASE("a gateway that stays silent for 20 s: the caller is told that it is in force all the same") {
  auto options = small_world();
  everyone(options, call_outcome::busy);
  world w{options};
  const auto id = w.create(1, with_retries(3, std::chrono::minutes{1}));
  w.gateway().hold = true;
  REQUIRE(w.act(id, campaign_action::start));
  const auto told = begin_add(w, {zero});
  w.pass(19s);
  CHECK_FALSE(told->has_value());
  w.pass(1s);
  REQUIRE(told->has_value());
  CHECK((*told)->error().code == error_code::unavailable);
  CHECK((*told)->error().detail.find("in force and on record") != std::string::npos);
  w.gateway().hold = false;
  w.gateway().held.front()();
  REQUIRE(completes(w, id));
  CHECK(calls_to(w, zero) == 1); // the one that was on its way
  w.crash_and_restart();
  CHECK(find(w, zero).has_value());
}

TEST_CASE("a campaign that is being started again is asked when it is back") {
  auto options = small_world();
  options.engine.restarts.first_delay = 2s;
  options.calls.instant = false;
  everyone(options, call_outcome::no_answer);
  world w{options};
  const auto id = w.create(1, with_retries(2, std::chrono::minutes{1}));
  w.gateway().hold = true;
  REQUIRE(w.act(id, campaign_action::start));
  REQUIRE(w.gateway().held.size() == 1);
  const bool added_before = GENERATE(true, false);
  answer<dnc_added> told;
  if (added_before)
    told = begin_add(w, {zero});
  w.disk().failing = true;
  CHECK_FALSE(w.act(id, campaign_action::pause)); // its actor dies of it
  w.disk().failing = false;
  w.pass(1s); // the store has been mended; the campaign still waits
  if (!added_before)
    told = begin_add(w, {zero});
  CHECK_FALSE(told->has_value());
  w.pass(2s); // it is back, and has asked the gateway for the call that its predecessor had decided
  REQUIRE(told->has_value());
  CHECK((*told)->has_value());
}

TEST_CASE("a person who asks not to be called again is not, by any campaign of the workspace, after a crash either") {
  auto options = small_world();
  options.calls.instant = false;
  always(options, "0", call_outcome::answered, "dnd");
  everyone(options, call_outcome::answered, "interested");
  world w{options};
  const auto first = w.create(2);
  REQUIRE(w.act(first, campaign_action::start));
  REQUIRE(completes(w, first));
  const auto entry = find(w, zero).value();
  CHECK(entry.reason == "disposition dnd");
  CHECK(entry.source == first.to_string());
  CHECK_FALSE(entry.expires_at);
  CHECK(find(w, one).error().code == error_code::not_found);
  if (GENERATE(true, false))
    w.crash_and_restart();
  const auto second = w.create(2);
  REQUIRE(w.act(second, campaign_action::start));
  REQUIRE(completes(w, second));
  CHECK(w.state(second).counters.removed == 1);
  CHECK(calls_to(w, zero) == 1);
  CHECK(calls_to(w, one) == 2);
  CHECK(list(w).value().total == 1);
}

TEST_CASE("what a person said makes an entry that expires one for good, and leaves one for good as it is") {
  auto options = small_world();
  options.calls.instant = false;
  everyone(options, call_outcome::answered, "dnd");
  world w{options};
  const auto id = w.create(2);
  REQUIRE(w.act(id, campaign_action::start));
  w.pass(1s); // both are being called
  CHECK(add(w, {zero}, w.time().now() + 24h).value().added == 1);
  CHECK(add(w, {one}).value().added == 1);
  REQUIRE(completes(w, id));
  w.pass(48h);
  CHECK(find(w, zero).value().source == id.to_string());
  CHECK(find(w, one).value().source == "test");
  w.crash_and_restart();
  CHECK(w.context().dnc.of("default")->forbids(zero, w.time().now()));
  CHECK(list(w).value().total == 2);
  // A caller takes it off, whoever put it there.
  CHECK(take_off(w, {zero, one, two}).value().removed == 2);
  CHECK(find(w, zero).error().code == error_code::not_found);
  CHECK(list(w).value().total == 0);
  w.crash_and_restart();
  CHECK(list(w).value().total == 0);
}

TEST_CASE("an entry counts until it expires, and then it goes") {
  auto options = small_world();
  everyone(options, call_outcome::answered, "interested");
  world w{options};
  const auto early = w.create(1);
  const auto late = w.create(1);
  const auto until = w.time().now() + 10min;
  CHECK(add(w, {zero}, until).value().added == 1);
  CHECK(find(w, zero).value().expires_at == until);
  if (GENERATE(true, false))
    w.crash_and_restart();
  w.pass(10min - 1ms);
  REQUIRE(w.act(early, campaign_action::start));
  CHECK(w.state(early).counters.removed == 1);
  w.pass(1ms);
  CHECK(find(w, zero).error().code == error_code::not_found);
  CHECK(list(w).value().total == 0);
  REQUIRE(w.act(late, campaign_action::start));
  REQUIRE(completes(w, late));
  CHECK(calls_to(w, zero) == 1);
  w.pass(2min);
  CHECK(w.context().dnc.of("default")->size() == 0);
  std::size_t rows = 0;
  REQUIRE(persistence::scan_dnc(w.store(), [&](auto, auto, const auto&) { ++rows; }));
  CHECK(rows == 0);
  // On the list again, it stands there since now.
  CHECK(add(w, {zero}).value().added == 1);
  CHECK(find(w, zero).value().created_at == w.time().now());
}

TEST_CASE("a number taken off the list is dialed where it still waits, and nowhere else") {
  auto options = small_world();
  everyone(options, call_outcome::answered, "interested");
  world w{options};
  const auto started = w.create(1);
  const auto waiting = w.create(1);
  CHECK(add(w, {zero}).value().added == 1);
  CHECK(add(w, {zero, zero}).value().updated == 1);
  REQUIRE(w.act(started, campaign_action::start));
  CHECK(w.state(started).status == campaign_status::completed);
  const auto removed = take_off(w, {zero, one, zero}).value();
  CHECK(removed.removed == 1);
  CHECK(removed.not_found == 1);
  REQUIRE(w.act(waiting, campaign_action::start));
  REQUIRE(completes(w, waiting));
  CHECK(w.state(started).counters.removed == 1);
  CHECK(calls_to(w, zero) == 1);
}

TEST_CASE("another workspace has another list") {
  auto options = small_world();
  everyone(options, call_outcome::answered, "interested");
  world w{options};
  const auto told = begin_add(w, {zero}, {}, "sales");
  CHECK((*told)->value().added == 1);
  CHECK(find(w, zero).error().code == error_code::not_found);
  CHECK(take_off(w, {zero}).value().not_found == 1);
  const auto id = w.create(1);
  REQUIRE(w.act(id, campaign_action::start));
  REQUIRE(completes(w, id));
  CHECK(calls_to(w, zero) == 1);
  CHECK(w.context().dnc.of("sales")->size() == 1);
}

TEST_CASE("a list has a bound, and a request that would go beyond it changes nothing") {
  auto options = small_world();
  options.engine.max_dnc_entries = 2;
  world w{options};
  CHECK(add(w, {zero, one, two}).error().code == error_code::limit_reached);
  CHECK(list(w).value().total == 0);
  CHECK(add(w, {zero, one}).value().added == 2);
  CHECK(add(w, {zero, one}).value().updated == 2);
  CHECK(add(w, {zero, two}).error().code == error_code::limit_reached);
  CHECK(find(w, two).error().code == error_code::not_found);
  CHECK(take_off(w, {zero}).value().removed == 1);
  CHECK(add(w, {two}).value().added == 1);
}

TEST_CASE("an entry that is not on disk is not acknowledged, and one that is there after all is in force") {
  auto options = small_world();
  world w{options};
  const auto fate = GENERATE(faulty_engine::fate::refused, faulty_engine::fate::unclear);
  bool once = true;
  w.disk().judge = [&](bool) { return std::exchange(once, false) ? fate : faulty_engine::fate::done; };
  CHECK(add(w, {zero}).error().code == error_code::storage_failed);
  w.pass(5s); // the store has been read again
  const bool stored = fate == faulty_engine::fate::unclear;
  CHECK(find(w, zero).has_value() == stored);
  CHECK(w.context().dnc.of("default")->forbids(zero, w.time().now()) == stored);
  CHECK(add(w, {zero}).value().updated == (stored ? 1U : 0U));
}

TEST_CASE("an answer given again waits for whatever is on its way") {
  auto options = small_world();
  everyone(options, call_outcome::answered, "interested");
  world w{options};
  const auto id = w.create(1);
  w.gateway().hold = true;
  REQUIRE(w.act(id, campaign_action::start));
  const auto clear = [&](const workspace_name& workspace) {
    auto told = std::make_shared<std::optional<result<void>>>();
    w.engine().clear_dnc({workspace, ""}, [told](auto r) { *told = std::move(r); });
    w.settle();
    return told;
  };
  const auto told = clear("default");
  CHECK_FALSE(told->has_value());
  CHECK(clear("sales")->has_value());
  w.gateway().hold = false;
  w.gateway().held.front()();
  w.settle();
  REQUIRE(told->has_value());
  CHECK((*told)->has_value());
}

TEST_CASE("what is answered under a key is kept with the entries, and lets the key go") {
  world w{small_world()};
  auto held = std::make_shared<int>(0);
  const std::string key(32, 'k');
  auto request = std::make_shared<actors::keyed_request>(actors::keyed_request{key, std::string(32, 'f'), held});
  std::optional<result<dnc_added>> told;
  long holds_when_told = 0;
  actors::answer_note<dnc_added> note{std::move(request), [](const dnc_added& outcome) {
                                        return actors::worded_answer{200, {}, "t", std::to_string(outcome.added)};
                                      }};
  w.engine().add_dnc({}, {{zero, {}, {}, {}, {}}}, std::move(note), [&](auto r) {
    holds_when_told = held.use_count();
    told = std::move(r);
  });
  w.settle();
  CHECK(told.value().value().added == 1);
  CHECK(holds_when_told == 1); // the test's own
  w.crash_and_restart();
  const auto claimed = w.engine().claim_key(key).value();
  REQUIRE(std::holds_alternative<actors::given_answer>(claimed));
  CHECK(std::get<actors::given_answer>(claimed).answer.body == "1");
}

TEST_CASE("a long campaign whose whole list must not be called comes to its end in small steps") {
  auto options = small_world();
  options.engine.lines = {3, 10};
  world w{options};
  const std::size_t contacts = 30'000;
  std::vector<phone> all;
  for (std::size_t n = 0; n < contacts; ++n)
    all.push_back(world::phone_of(n));
  CHECK(add(w, all).value().added == contacts);
  const auto id = w.create(contacts);
  const auto before = w.disk().synced_writes;
  REQUIRE(w.act(id, campaign_action::start));
  REQUIRE(completes(w, id));
  CHECK(w.state(id).counters.removed == contacts);
  CHECK(w.ledger().empty());
  CHECK(w.disk().synced_writes - before >= contacts / 4096);
  CHECK(w.store().verify(w.number(id)).empty());
}
