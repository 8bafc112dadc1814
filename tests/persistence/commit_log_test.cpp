#include "persistence/keys.hpp"
#include "persistence/store.hpp"
#include "persistence/verify.hpp"
#include "tests/persistence/lying_engine.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/place.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;
using Catch::Matchers::Contains;

namespace {

append changed(const model_campaign& campaign, campaign_change what, time_point at) {
  return {campaign.number, campaign.state.last_seq, {campaign_changed{what, end_reason::none, at}}};
}

/// Commits, and has the models follow.
void commit(store& into, std::vector<std::pair<model_campaign*, append>> wanted) {
  std::vector<append> appends;
  for (const auto& [campaign, a] : wanted)
    appends.push_back(a);
  const auto outcome = into.commit(appends);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    REQUIRE(outcome[i].has_value());
    for (const auto& e : appends[i].events)
      wanted[i].first->apply(e);
  }
}

std::vector<commit_entry> commits(const store& in, std::uint64_t first = 0) {
  std::vector<commit_entry> found;
  in.read_commits(first,
      [&](const commit_entry& entry) {
        found.push_back(entry);
        return true;
      })
    .value();
  return found;
}

std::string verdict(const store& of) {
  std::string all;
  of.verify(
    [&](const std::string& fault) {
      all += fault + "\n";
      return true;
    },
    [] { return true; });
  return all;
}

} // namespace

TEST_CASE("the commit log says which events were written together, in their order") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  auto held = store::open(where->open()).value();
  CHECK(held->last_commit() == 0);
  CHECK(commits(*held).empty());
  CHECK(held->first_commit_since(time_point{}).value() == 1);
  chance luck{5};
  auto a = create(*held, luck, 3);
  auto b = create(*held, luck, 3);
  const auto t = a.state.last_at;
  const auto second = milliseconds{1000};
  commit(
    *held, {{&a, changed(a, campaign_change::started, t + second)}, {&b, changed(b, campaign_change::started, t)}});
  // Records alone are no events.
  REQUIRE(held->commit({}, std::vector<record_change>{{table::answer, "k", "v"}}).changes.has_value());
  // Another machine's clock may be behind.
  commit(*held, {{&b, changed(b, campaign_change::paused, t - second)}});
  auto two = changed(a, campaign_change::paused, t + 2 * second);
  two.events.emplace_back(campaign_changed{campaign_change::resumed, end_reason::none, t + 3 * second});
  commit(*held, {{&a, two}});

  const std::vector<commit_entry> expected{{1, t, {{a.number, 1, 1}}}, {2, t, {{b.number, 1, 1}}},
    {3, t + second, {{a.number, 2, 1}, {b.number, 2, 1}}}, {4, t + second, {{b.number, 3, 1}}},
    {5, t + 3 * second, {{a.number, 3, 2}}}};
  CHECK(commits(*held) == expected);
  CHECK(commits(*held, 5) == std::vector{expected.back()});
  CHECK(commits(*held, 6).empty());
  CHECK(held->first_commit_since(t).value() == 1);
  CHECK(held->first_commit_since(t + milliseconds{1}).value() == 3);
  CHECK(held->first_commit_since(t + second).value() == 3);
  CHECK(held->first_commit_since(t + 2 * second).value() == 5);
  CHECK(held->first_commit_since(t + 4 * second).value() == 6);
  CHECK(verdict(*held).empty());

  // It goes on where it was.
  held.reset();
  held = store::open(where->open()).value();
  CHECK(held->last_commit() == 5);
  commit(*held, {{&b, changed(b, campaign_change::resumed, t)}});
  CHECK(commits(*held, 6) == std::vector<commit_entry>{{6, t + 3 * second, {{b.number, 4, 1}}}});
  CHECK(verdict(*held).empty());

  CHECK(held->read_journal_row(a.number, 4).value().first_seq == 3);
  CHECK(held->read_journal_row(a.number, 4).value().events.size() == 2);
  CHECK(held->read_journal_row(a.number, 5).error().code == error_code::not_found);
  CHECK(held->read_journal_row(a.number, 0).error().code == error_code::not_found);
  CHECK(held->read_journal_row(77, 1).error().code == error_code::not_found);
}

TEST_CASE("after a write in doubt the log is what is stored") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const bool stored = GENERATE(false, true);
  CAPTURE(stored);
  const auto disk = std::make_shared<lying_engine>(where->open());
  const auto held = store::open(disk).value();
  chance luck{5};
  auto a = create(*held, luck, 3);
  auto b = create(*held, luck, 3);
  const auto t = a.state.last_at;
  // A start, and the creation of a campaign that is taken back, in one write.
  const auto number = held->next_campaign_no();
  held->stage(number, 0, make_profiles(luck, 2)).value();
  const auto start = changed(a, campaign_change::started, t);
  const std::vector<append> appends{start, {number, 0, {campaign_created{make_definition(luck), 2}}}};
  disk->next = stored ? lying_engine::lie::fails_but_writes : lying_engine::lie::fails;
  CHECK(held->commit(appends)[0].has_error());
  CHECK(held->last_commit() == 2);
  held->recover().value();
  CHECK(held->last_commit() == (stored ? 3 : 2));
  if (stored)
    CHECK(commits(*held, 3) == std::vector<commit_entry>{{3, t, {{a.number, 2, 1}}}});
  CHECK(verdict(*held).empty());
  commit(*held, {{&b, changed(b, campaign_change::started, t)}});
  CHECK(held->last_commit() == (stored ? 4 : 3));
  CHECK(commits(*held).size() == held->last_commit());
  CHECK(verdict(*held).empty());
}

TEST_CASE("a commit log that does not lead to the journals is a fault") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto data = where->open();
  const auto held = store::open(data).value();
  chance luck{5};
  auto a = create(*held, luck, 3);
  const auto t = a.state.last_at;
  commit(*held, {{&a, changed(a, campaign_change::started, t)}});
  commit(*held, {{&a, changed(a, campaign_change::paused, t)}});
  REQUIRE(verdict(*held).empty());
  const auto put = [&](std::uint64_t number, const std::vector<event_run>& runs) {
    std::string row;
    encode(commit_entry{0, t, runs}, row);
    const auto changes = data->new_batch();
    changes->put(table::log, keys::of_commit(number), row);
    data->write(*changes, false).value();
  };
  SECTION("another campaign") {
    put(2, {{77, 1, 1}});
    CHECK_THAT(verdict(*held), Contains("commit 2: campaign 77 does not exist"));
  }
  SECTION("a gap") {
    put(3, {{a.number, 4, 1}});
    CHECK_THAT(verdict(*held), Contains("commit 3: campaign 1 goes on with event 4 after event 2"));
  }
  SECTION("too far") {
    put(3, {{a.number, 3, 2}});
    CHECK_THAT(verdict(*held), Contains("commit 3: campaign 1 goes up to event 4, but its journal to 3"));
  }
  SECTION("not far enough") {
    const auto changes = data->new_batch();
    changes->erase(table::log, keys::of_commit(3));
    data->write(*changes, false).value();
    CHECK_THAT(verdict(*held), Contains("campaign 1 has events up to 3, the commit log those up to 2"));
  }
  SECTION("a row is missing") {
    const auto changes = data->new_batch();
    changes->erase(table::log, keys::of_commit(2));
    data->write(*changes, false).value();
    CHECK_THAT(verdict(*held), Contains("the commit log goes on with number 3 after number 1"));
    CHECK(held->read_commits(1, [](const commit_entry&) { return true; }).error().code == error_code::storage_failed);
  }
  SECTION("not to be read") {
    const auto changes = data->new_batch();
    changes->put(table::log, keys::of_commit(2), "damaged");
    data->write(*changes, false).value();
    CHECK_THAT(verdict(*held), Contains("table log, key 0000000000000002"));
  }
}
