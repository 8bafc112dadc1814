#include "persistence/answer_records.hpp"
#include "persistence/store.hpp"
#include "tests/persistence/lying_engine.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/place.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;

TEST_CASE("a kept answer comes back as it was; other bytes are none") {
  const kept_answer kept{std::string("\0\xff", 2) + std::string(30, 'f'), 201, "/v1/campaigns/cmp_1",
    "application/json", R"({"name":"é"})", time_point{milliseconds{1'700'000'000'123}}};
  const auto row = encode_answer(kept);
  kept_answer read;
  REQUIRE(decode_answer(row, read));
  CHECK(read == kept);
  time_point at{};
  REQUIRE(decode_answer_time(row, at));
  CHECK(at == kept.created_at);
  for (const std::string& broken : {std::string{}, row.substr(0, row.size() - 1), std::string{"\xff\xff"}}) {
    CHECK_FALSE(decode_answer(broken, read));
    CHECK_FALSE(decode_answer_time(broken, at));
  }
}

TEST_CASE("the records of a creation that is taken back go with it, and what they replaced comes back") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto disk = std::make_shared<lying_engine>(where->open());
  const auto held = store::open(disk).value();
  REQUIRE(held->commit({}, std::vector<record_change>{{table::answer, "old", "1"}, {table::answer, "gone", "1"}})
            .changes.has_value());

  chance luck{3};
  const auto definition = make_definition(luck);
  const auto number = held->next_campaign_no();
  std::vector<append> appends{{number, 0, {campaign_created{definition, 0}},
    {{table::answer, "new", "2"}, {table::answer, "old", "2"}, {table::answer, "gone", std::nullopt}}}};
  // Stored, and said to have failed.
  disk->next = lying_engine::lie::fails_but_writes;
  CHECK(held->commit(appends, {}).appends[0].error().code == error_code::storage_failed);
  held->recover().value();
  CHECK_FALSE(held->find(number).has_value());
  CHECK(held->get_record(table::answer, "new").value() == std::nullopt);
  CHECK(held->get_record(table::answer, "old").value() == "1");
  CHECK(held->get_record(table::answer, "gone").value() == "1");
}
