#include "metrics/roster.hpp"

#include <catch2/catch.hpp>

using namespace redial::metrics;

namespace {

actor_record_ptr make(actor_kind kind, std::string id = {}) {
  return std::make_shared<actor_record>(kind, std::move(id));
}

} // namespace

TEST_CASE("every kind has a name of its own, and is found by it") {
  std::vector<std::string_view> names;
  for (const auto kind : all_actor_kinds) {
    CHECK(parse_actor_kind(to_string(kind)) == kind);
    CHECK(std::find(names.begin(), names.end(), to_string(kind)) == names.end());
    names.push_back(to_string(kind));
  }
  CHECK_FALSE(parse_actor_kind(""));
  CHECK_FALSE(parse_actor_kind("Registry"));
}

TEST_CASE("a record tells what its actor is at") {
  const auto one = make(actor_kind::campaign, "cmp_1");
  CHECK(one->activity() == actor_activity::idle);
  one->received();
  one->received();
  CHECK(one->mailbox() == 2);
  CHECK(one->activity() == actor_activity::ready);
  one->begin_turn();
  const auto began = one->turn_began();
  CHECK(one->activity() == actor_activity::busy);
  one->take_up(true);
  CHECK(one->handled() == 1);
  CHECK(one->mailbox() == 1);
  const auto during = one->busy();
  one->take_up(true);
  one->end_turn(began);
  CHECK(one->busy() >= during);
  CHECK(one->busy() == one->busy()); // it rests
  CHECK(one->activity() == actor_activity::idle);
  // A turn that ended late must not end the one that another thread has begun since.
  one->begin_turn();
  one->end_turn(began);
  CHECK(one->activity() == actor_activity::busy);
}

TEST_CASE("the roster lists who lives by kind and activity, page by page, and counts who has gone") {
  roster who;
  {
    const auto first = make(actor_kind::courier, "a");
    const auto second = make(actor_kind::courier, "b");
    const roster::place one{who, first};
    const roster::place two{who, second};
    const roster::place three{who, make(actor_kind::front)};
    second->received();
    second->received();
    second->take_up(false);
    CHECK(who.list({}).total == 3);
    CHECK(who.list({actor_kind::courier, {}, 0, 10}).actors == std::vector<actor_record_ptr>{first, second});
    CHECK(who.list({actor_kind::courier, {}, 1, 10}).actors == std::vector<actor_record_ptr>{second});
    CHECK(who.list({{}, actor_activity::ready, 0, 10}).actors == std::vector<actor_record_ptr>{second});
    CHECK(who.list({{}, {}, 0, 1}).actors.size() == 1);
    CHECK(who.list({{}, {}, 0, 1}).total == 3);
    CHECK(who.find(actor_kind::courier, "b") == second);
    CHECK(who.find(actor_kind::campaign, "b") == nullptr);
    const auto sum = who.sum(actor_kind::courier);
    CHECK(sum.live == 2);
    CHECK(sum.mailbox == 1);
    CHECK(sum.handled == 1);
  }
  CHECK(who.list({}).total == 0);
  CHECK(who.sum(actor_kind::courier).live == 0);
  CHECK(who.sum(actor_kind::courier).handled == 1); // a counter does not go back
}

TEST_CASE("casualties are on record until they are forgotten") {
  roster who;
  who.note("cmp_1", {2, "bad luck", {}, false, {}});
  REQUIRE(who.casualty_of("cmp_1"));
  CHECK(who.casualty_of("cmp_1")->why == "bad luck");
  CHECK_FALSE(who.casualty_of("cmp_2"));
  who.forget("cmp_1");
  who.forget("cmp_1");
  CHECK_FALSE(who.casualty_of("cmp_1"));
}
