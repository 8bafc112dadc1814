#include "domain/rules.hpp"
#include "persistence/engine.hpp"
#include "persistence/keys.hpp"
#include "persistence/store.hpp"
#include "tests/persistence/lying_engine.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/place.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;
using Catch::Matchers::Contains;

namespace {

append started(const model_campaign& campaign) {
  return {campaign.number, campaign.state.last_seq,
    {campaign_changed{campaign_change::started, end_reason::none, campaign.state.last_at}}};
}

append paused(const campaign_state& state, campaign_no number) {
  return {number, state.last_seq, {campaign_changed{campaign_change::paused, end_reason::none, state.last_at}}};
}

result<campaign_view_ptr> commit_one(store& into, append wanted) {
  const std::vector<append> appends{std::move(wanted)};
  return into.commit(appends).front();
}

struct fixture {
  explicit fixture(const std::string& kind)
    : where{make_place(kind)}, disk{std::make_shared<lying_engine>(where->open())}, held{store::open(disk).value()},
      truth{create(*held, luck, 40)} {}

  chance luck{3};
  std::unique_ptr<place> where;
  std::shared_ptr<lying_engine> disk;
  std::unique_ptr<store> held;
  model_campaign truth;
};

} // namespace

TEST_CASE("an engine that is well says so, and has nothing to recover from") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto data = where->open();
  CHECK(data->health() == std::nullopt);
  CHECK(data->recover().has_value());
  const auto held = store::open(data).value();
  CHECK(held->health() == std::nullopt);
  CHECK(held->recover().value().empty());
}

TEST_CASE("after a failed write nothing more is written before it is known what is stored") {
  fixture f{GENERATE(from_range(kinds()))};
  const bool stored = GENERATE(false, true);
  CAPTURE(stored);
  f.disk->next = stored ? lying_engine::lie::fails_but_writes : lying_engine::lie::fails;
  CHECK(commit_one(*f.held, started(f.truth)).error().code == error_code::storage_failed);
  REQUIRE(f.held->health());
  CHECK_THAT(*f.held->health(), Contains("the disk"));
  CHECK(f.held->find(f.truth.number)->status == campaign_status::scheduled);

  // The disk is well again, but nobody has looked.
  const auto writes = f.disk->writes;
  CHECK(commit_one(*f.held, started(f.truth)).error().code == error_code::storage_failed);
  CHECK(f.held->stage(f.held->next_campaign_no(), 0, f.truth.profiles).error().code == error_code::storage_failed);
  CHECK(f.held->save_clock({}).error().code == error_code::storage_failed);
  CHECK(f.disk->writes == writes);
  CHECK(f.held->load_contacts(f.truth.number).has_value()); // reads go on

  const auto changed = f.held->recover().value();
  CHECK(f.held->health() == std::nullopt);
  if (stored) {
    REQUIRE(changed.size() == 1);
    CHECK(changed.front()->number == f.truth.number);
    CHECK(changed.front()->state.status == campaign_status::running);
    CHECK(f.held->find(f.truth.number)->last_seq == 2);
    // Whoever still believes that it failed does not get through.
    CHECK(commit_one(*f.held, started(f.truth)).error().code == error_code::sequence_conflict);
    CHECK(commit_one(*f.held, paused(*f.held->find(f.truth.number), f.truth.number)).has_value());
  } else {
    CHECK(changed.empty());
    CHECK(commit_one(*f.held, started(f.truth)).value()->state.status == campaign_status::running);
  }
  CHECK(f.held->verify(f.truth.number).empty());
}

TEST_CASE("recovery that fails is tried again, and nothing is forgotten in between") {
  fixture f{GENERATE(from_range(kinds()))};
  f.disk->next = lying_engine::lie::fails_but_writes;
  CHECK(commit_one(*f.held, started(f.truth)).has_error());
  f.disk->broken = true;
  for (int i = 0; i < 3; ++i)
    CHECK(f.held->recover().error().code == error_code::storage_failed);
  CHECK(f.held->health());
  f.disk->broken = false;
  CHECK(f.held->recover().value().size() == 1);
  CHECK(f.held->recover().value().empty());
}

TEST_CASE("a campaign whose creation was refused is not there after the recovery, stored or not") {
  fixture f{GENERATE(from_range(kinds()))};
  const bool stored = GENERATE(false, true);
  const auto number = f.held->next_campaign_no();
  const auto contacts = make_profiles(f.luck, 70);
  f.held->stage(number, 0, contacts).value();
  const event creation = campaign_created{make_definition(f.luck), contacts.size()};
  f.disk->next = stored ? lying_engine::lie::fails_but_writes : lying_engine::lie::fails;
  CHECK(commit_one(*f.held, {number, 0, {creation}}).has_error());
  CHECK(f.held->recover().value().empty());
  CHECK(f.held->find(number) == std::nullopt);
  CHECK(f.held->last_commit() == 1); // the log does not know it either
  for (const auto where : all_tables) {
    if (where == table::meta || where == table::log)
      continue;
    CAPTURE(table_name(where));
    f.disk
      ->scan(where, keys::of(number), keys::of(number + 1),
        [](std::string_view, std::string_view) {
          FAIL_CHECK("a row of it is left");
          return false;
        })
      .value();
  }
  f.held.reset();
  f.disk.reset();
  CHECK(store::open(f.where->open()).value()->campaigns().size() == 1);
}

TEST_CASE("contacts that were on their way when the store failed make no campaign") {
  fixture f{GENERATE(from_range(kinds()))};
  const auto number = f.held->next_campaign_no();
  const auto contacts = make_profiles(f.luck, 70);
  f.held->stage(number, 0, contacts).value();
  f.disk->next = lying_engine::lie::fails;
  CHECK(commit_one(*f.held, started(f.truth)).has_error());
  f.held->recover().value();
  CHECK(f.held->stage(number, 70, contacts).error().code == error_code::storage_failed);
  const event creation = campaign_created{make_definition(f.luck), contacts.size()};
  CHECK(commit_one(*f.held, {number, 0, {creation}}).error().code == error_code::storage_failed);
  f.held->discard(number).value();
  // A new one goes through.
  const auto other = create(*f.held, f.luck, 70);
  CHECK(f.held->verify(other.number).empty());
}

TEST_CASE("a snapshot stays as it was") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto data = where->open();
  const auto put = [&](const char* key, const char* value) {
    const auto changes = data->new_batch();
    changes->put(table::contact, key, value);
    data->write(*changes, false).value();
  };
  put("a", "old");
  const auto then = data->snapshot().value();
  put("a", "new");
  put("b", "new");
  CHECK(then->get(table::contact, "a").value() == "old");
  CHECK(then->get(table::contact, "b").value() == std::nullopt);
  CHECK(then->last_at_most(table::contact, "z", "").value()->first == "a");
  int seen = 0;
  then
    ->scan(table::contact, "a", "z",
      [&](std::string_view, std::string_view value) {
        CHECK(value == "old");
        ++seen;
        return true;
      })
    .value();
  CHECK(seen == 1);
  CHECK(data->get(table::contact, "a").value() == "new");
}
