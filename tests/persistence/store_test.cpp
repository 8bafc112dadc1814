#include "domain/rules.hpp"
#include "persistence/engine.hpp"
#include "persistence/keys.hpp"
#include "persistence/store.hpp"
#include "tests/persistence/lying_engine.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/place.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;

namespace {

append started(const model_campaign& campaign) {
  return {campaign.number, campaign.state.last_seq,
    {campaign_changed{campaign_change::started, end_reason::none, campaign.state.last_at}}};
}

result<campaign_view_ptr> commit_one(store& into, append wanted) {
  const std::vector<append> appends{std::move(wanted)};
  return into.commit(appends).front();
}

bool has_rows(const engine& data, table where, campaign_no campaign) {
  bool any = false;
  data
    .scan(where, keys::of(campaign), keys::of(campaign + 1),
      [&](std::string_view, std::string_view) {
        any = true;
        return false;
      })
    .value();
  return any;
}

} // namespace

TEST_CASE("an empty store has no campaigns and numbers them from 1") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto held = store::open(where->open()).value();
  CHECK(held->campaigns().empty());
  CHECK(held->last_time() == std::nullopt);
  CHECK(held->find(1) == std::nullopt);
  CHECK(held->next_campaign_no() == 1);
  CHECK(held->next_campaign_no() == 2);
  CHECK(held->commit({}).empty());
  CHECK(held->load_contacts(1).error().code == error_code::not_found);
  CHECK(held->load_profiles(1, 0, 1).error().code == error_code::not_found);
  CHECK(held->load_contact(1, 0).error().code == error_code::not_found);
  CHECK(held->list_contacts(1, std::nullopt, 0, 1).error().code == error_code::not_found);
  CHECK(held->find_contact(1, phone::from_packed(1'000'000)).error().code == error_code::not_found);
  CHECK(held->read_contacts(1, 0, 1, 1).error().code == error_code::not_found);
  CHECK(
    held->read_events(1, 0, [](std::uint64_t, const event&) { return true; }).error().code == error_code::not_found);
  CHECK(held->verify(1) == std::vector<std::string>{"there is no campaign 1"});
}

TEST_CASE("an append that knows another history is refused alone") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto data = where->open();
  const auto held = store::open(data).value();
  chance luck{1};
  const auto a = create(*held, luck, 3);
  const auto b = create(*held, luck, 3);
  auto behind = started(a);
  behind.expected_seq = 0;
  auto ahead = started(a);
  ahead.expected_seq = 2;

  std::vector<append> appends{behind, started(b)};
  auto results = held->commit(appends);
  CHECK(results[0].error().code == error_code::sequence_conflict);
  CHECK(results[1].value()->state.status == campaign_status::running);
  CHECK(held->find(a.number)->status == campaign_status::scheduled);
  CHECK(held->find(b.number)->status == campaign_status::running);
  CHECK(commit_one(*held, ahead).error().code == error_code::sequence_conflict);

  appends = {started(a), started(a)};
  results = held->commit(appends);
  CHECK(results[0].value()->state.last_seq == 2);
  CHECK(results[1].error().code == error_code::invalid_value);
  CHECK(held->verify(a.number).empty());
  CHECK(held->verify(b.number).empty());
}

TEST_CASE("an append that makes no sense is refused and writes nothing") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto held = store::open(where->open()).value();
  chance luck{2};
  const auto a = create(*held, luck, 3);
  const event creation = campaign_created{make_definition(luck), 0};
  contact_event removal;
  removal.contact = 3;
  removal.after.status = contact_status::removed;
  contact_event half_ended;
  half_ended.change = contact_change::attempt_ended;

  CHECK(commit_one(*held, {a.number, 1, {}}).error().code == error_code::invalid_value);
  CHECK(commit_one(*held, {a.number, 1, {creation}}).error().code == error_code::invalid_value);
  CHECK(commit_one(*held, {a.number, 1, {removal}}).error().code == error_code::invalid_value);
  CHECK(commit_one(*held, {a.number, 1, {half_ended}}).error().code == error_code::invalid_value);
  CHECK(commit_one(*held, {9, 0, {campaign_changed{}}}).error().code == error_code::invalid_value);
  CHECK(
    commit_one(*held, {9, 0, {campaign_created{make_definition(luck), 4}}}).error().code == error_code::invalid_value);
  CHECK(held->campaigns().size() == 1);
  CHECK(same(*held->find(a.number), a.state));
  CHECK(held->verify(a.number).empty());
}

TEST_CASE("contacts are staged in order, for campaigns that do not exist yet") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto held = store::open(where->open()).value();
  chance luck{3};
  const auto a = create(*held, luck, 3);
  const auto contacts = make_profiles(luck, 40);
  CHECK(held->stage(a.number, 3, contacts).error().code == error_code::invalid_value);
  CHECK(held->discard(a.number).has_value()); // of what stands behind its list, which stays
  CHECK(held->load_profiles(a.number, 0, 10).value() == a.profiles);
  const auto number = held->next_campaign_no();
  CHECK(held->stage(number, 1, contacts).error().code == error_code::invalid_value);
  REQUIRE(held->stage(number, 0, contacts).has_value());
  CHECK(held->stage(number, 0, contacts).error().code == error_code::invalid_value);
  CHECK(held->stage(number, 41, contacts).error().code == error_code::invalid_value);
  CHECK(held->load_contacts(number).error().code == error_code::not_found);
  REQUIRE(held->discard(number).has_value());
  REQUIRE(held->stage(number, 0, contacts).has_value());
  CHECK(commit_one(*held, {number, 0, {campaign_created{make_definition(luck), 40}}}).has_value());
  CHECK(held->load_profiles(number, 0, 100).value() == contacts);
}

TEST_CASE("what was staged or discarded for campaigns that never came to be is gone after reopening") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  auto data = where->open();
  auto held = store::open(data).value();
  chance luck{4};
  const auto contacts = make_profiles(luck, 2100);
  const auto first_orphan = held->next_campaign_no();
  held->stage(first_orphan, 0, contacts).value();
  const auto kept = create(*held, luck, 2100);
  const auto discarded = held->next_campaign_no();
  held->stage(discarded, 0, contacts).value();
  held->discard(discarded).value();
  CHECK(!has_rows(*data, table::phone, discarded));
  CHECK(!has_rows(*data, table::profile, discarded));
  const auto last_orphan = held->next_campaign_no();
  held->stage(last_orphan, 0, contacts).value();
  CHECK(has_rows(*data, table::phone, first_orphan));
  CHECK(has_rows(*data, table::profile, last_orphan));

  held.reset();
  data.reset();
  data = where->open();
  held = store::open(data).value();
  for (const auto orphan : {first_orphan, last_orphan}) {
    CHECK(!has_rows(*data, table::phone, orphan));
    CHECK(!has_rows(*data, table::profile, orphan));
  }
  CHECK(held->campaigns().size() == 1);
  CHECK(held->verify(kept.number).empty());
  CHECK(held->load_profiles(kept.number, 2000, 200).value()
        == std::vector(kept.profiles.begin() + 2000, kept.profiles.end()));
  CHECK(held->next_campaign_no() > last_orphan);
}

TEST_CASE("a write that fails changes nothing, and the same goes through after the recovery") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto disk = std::make_shared<lying_engine>(where->open());
  const auto held = store::open(disk).value();
  chance luck{9};
  const auto a = create(*held, luck, 40);
  const auto b = create(*held, luck, 40);
  const auto contacts = make_profiles(luck, 70);
  const auto number = held->next_campaign_no();
  held->stage(number, 0, contacts).value();
  const append creation{number, 0, {campaign_created{make_definition(luck), 70}}};
  auto behind = started(b);
  behind.expected_seq = 7;

  disk->broken = true;
  const std::vector<append> appends{started(a), behind, creation};
  auto results = held->commit(appends);
  CHECK(results[0].error() == problem{error_code::storage_failed, "the disk is full", {}});
  CHECK(results[1].error().code == error_code::sequence_conflict);
  CHECK(results[2].error().code == error_code::storage_failed);
  CHECK(same(*held->find(a.number), a.state));
  CHECK(held->find(number) == std::nullopt);
  CHECK(held->verify(a.number).empty());
  const auto lost = held->next_campaign_no();
  CHECK(held->stage(lost, 0, contacts).error().code == error_code::storage_failed);

  disk->broken = false;
  CHECK(held->recover().value().empty());
  // A list that lacks a chunk is not taken for whole.
  CHECK(held->stage(lost, 70, contacts).error().code == error_code::invalid_value);
  CHECK(held->stage(number, 0, contacts).error().code == error_code::storage_failed);
  held->discard(number).value();
  held->stage(number, 0, contacts).value();
  results = held->commit(appends);
  CHECK(results[0].value()->state.status == campaign_status::running);
  CHECK(results[1].error().code == error_code::sequence_conflict);
  CHECK(results[2].value()->state.counters.total == 70);
  CHECK(held->load_profiles(number, 0, 70).value() == contacts);
  CHECK(held->verify(number).empty());
}

TEST_CASE("reading events starts within an append and stops when told") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto held = store::open(where->open()).value();
  chance luck{5};
  auto a = create(*held, luck, 50);
  time_point now = a.state.last_at;
  const auto seq = a.state.last_seq;
  const auto events = move_on(a, luck, 30, now);
  REQUIRE(events.size() == 30);
  REQUIRE(commit_one(*held, {a.number, seq, events}).has_value());
  std::vector<std::uint64_t> seen;
  held
    ->read_events(a.number, 17,
      [&](std::uint64_t number, const event& e) {
        seen.push_back(number);
        CHECK(same(e, a.history[number - 1]));
        // The store can be asked from within.
        CHECK(held->find(a.number)->last_seq == 31);
        return seen.size() < 3;
      })
    .value();
  CHECK(seen == std::vector<std::uint64_t>{18, 19, 20});
  held->read_events(a.number, 31, [](std::uint64_t, const event&) -> bool { throw std::logic_error("no such event"); })
    .value();
}

TEST_CASE("an accelerated clock's anchor is kept") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  auto held = store::open(where->open()).value();
  CHECK_FALSE(held->load_clock().value());
  const clock_anchor anchor{600, time_point{std::chrono::hours{5}}, time_point{std::chrono::hours{500}}};
  CHECK(held->save_clock(anchor).has_value());
  CHECK(held->load_clock().value() == anchor);
  held.reset();
  held = store::open(where->open()).value();
  CHECK(held->load_clock().value() == anchor);
}

TEST_CASE("labels beyond the most that a campaign keeps apart agree with their count") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto held = store::open(where->open()).value();
  chance luck{6};
  constexpr contact_no contacts = campaign_state::max_disposition_labels + 40;
  auto a = create(*held, luck, contacts);
  const auto seq = a.state.last_seq;
  const auto now = a.state.last_at;
  std::vector<event> events{campaign_changed{campaign_change::started, end_reason::none, now}};
  a.apply(events.front());
  for (contact_no i = 0; i < contacts; ++i) {
    const auto begun = decide_attempt(a.state, i, a.contacts[i], luck.call(), now).value();
    const auto ended = decide_ended(*a.state.definition, i, begun.after, begun.after.call->id,
      {call_outcome::answered, "label_" + std::to_string(i), now})
                         .value();
    for (const auto& e : {begun, ended}) {
      a.apply(e);
      events.emplace_back(e);
    }
  }
  REQUIRE(commit_one(*held, {a.number, seq, events}).has_value());
  CHECK(same(*held->find(a.number), a.state));
  CHECK(a.state.dispositions.at("other") == 40);
  CHECK(held->verify(a.number).empty());
}

TEST_CASE("readers beside a writer see committed states, and verify does not mistake movement for damage") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto held = store::open(where->open()).value();
  chance luck{8};
  auto a = create(*held, luck, 200);
  std::atomic<bool> over = false;
  std::atomic<bool> wrong = false;
  std::thread reader{[&] {
    while (!over) {
      const auto state = held->find(a.number);
      const auto& c = state->counters;
      if (c.pending + c.in_progress + c.waiting_retry + c.done + c.removed != c.total)
        wrong = true;
      const auto page = held->list_contacts(a.number, std::nullopt, 100, 20);
      if (!page || page->contacts.size() != 20) {
        wrong = true;
        break;
      }
      for (const auto& contact : page->contacts) {
        const auto open = contact.state.status == contact_status::in_progress ? 1U : 0U;
        if (contact.calls.size() + open != contact.state.attempts)
          wrong = true;
      }
      const auto stretch = held->read_contacts(a.number, 0, 1000, 1'000'000);
      if (!stretch || stretch->empty()) {
        wrong = true;
        break;
      }
      for (const auto& contact : *stretch) {
        const auto open = contact.state.status == contact_status::in_progress ? 1U : 0U;
        if (contact.calls.size() + open != contact.state.attempts)
          wrong = true;
      }
      const auto found = held->verify(a.number);
      if (!found.empty() && found.front() != "the campaign moved on during each check")
        wrong = true;
    }
  }};
  time_point now = a.state.last_at;
  for (int i = 0; i < 300; ++i) {
    const auto seq = a.state.last_seq;
    auto events = move_on(a, luck, 10, now);
    if (!events.empty())
      CHECK(commit_one(*held, {a.number, seq, std::move(events)}).has_value());
  }
  over = true;
  reader.join();
  CHECK(!wrong);
  CHECK(held->verify(a.number).empty());
}
