#include "persistence/engine.hpp"
#include "persistence/store.hpp"
#include "tests/persistence/lying_engine.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/place.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;

namespace {

append started(const model_campaign& campaign, std::vector<record_change> also) {
  return {campaign.number, campaign.state.last_seq,
    {campaign_changed{campaign_change::started, end_reason::none, campaign.state.last_at}}, std::move(also)};
}

std::optional<std::string> record(const store& in, std::string_view key) {
  return in.get_record(table::answer, key).value();
}

std::vector<std::string> records(const store& in) {
  std::vector<std::string> found;
  in.scan_records(table::answer, "", "\xff",
      [&](std::string_view key, std::string_view value) {
        found.push_back(std::string{key} + "=" + std::string{value});
        return visited::next;
      })
    .value();
  return found;
}

} // namespace

TEST_CASE("records are written with the events that they belong to, or not at all") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto disk = std::make_shared<lying_engine>(where->open());
  const auto held = store::open(disk).value();
  chance luck{3};
  const auto a = create(*held, luck, 3);
  const auto b = create(*held, luck, 3);
  auto behind = started(b, {{table::answer, "b", "1"}});
  behind.expected_seq = 7;
  std::vector<append> appends{started(a, {{table::answer, "a", "1"}}), behind};
  const std::vector<record_change> changes{{table::answer, "c", "1"}};

  disk->next = lying_engine::lie::fails;
  auto outcome = held->commit(appends, changes);
  CHECK(outcome.appends[0].error().code == error_code::storage_failed);
  CHECK(outcome.changes.error().code == error_code::storage_failed);
  CHECK(records(*held).empty());
  held->recover().value();

  const auto before = disk->writes;
  outcome = held->commit(appends, changes);
  CHECK(disk->writes == before + 1);
  CHECK(outcome.appends[0].has_value());
  CHECK(outcome.appends[1].error().code == error_code::sequence_conflict);
  CHECK(outcome.changes.has_value());
  CHECK(records(*held) == std::vector<std::string>{"a=1", "c=1"});

  // Alone, and away again.
  CHECK(held->commit({}, std::vector<record_change>{{table::answer, "a", std::nullopt}}).changes.has_value());
  CHECK(record(*held, "a") == std::nullopt);
  CHECK(record(*held, "c") == "1");
}

TEST_CASE("a record that cannot be read is named") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto held = store::open(where->open()).value();
  REQUIRE(held->commit({}, std::vector<record_change>{{table::dnc, "k", "v"}}).changes.has_value());
  const auto scanned =
    held->scan_records(table::dnc, "", "\xff", [](std::string_view, std::string_view) { return visited::damaged; });
  CHECK(scanned.error().code == error_code::storage_failed);
  CHECK(scanned.error().detail.find("table dnc, key 6b") != std::string::npos);
}
