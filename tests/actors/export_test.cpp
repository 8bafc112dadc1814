// A list is read stretch by stretch, apart from everything else.
#include "world.hpp"

#include "tests/show_result.hpp"
#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::testing;

namespace {

/// Reads the list to its end. @returns what was read.
std::vector<contact_detail> read_all(
  world& w, actors::contact_export& list, const std::function<void()>& between = [] {}) {
  std::vector<contact_detail> all;
  for (;;) {
    std::optional<result<std::vector<contact_detail>>> stretch;
    list.next([&](auto r) { stretch = std::move(r); });
    w.settle();
    REQUIRE(stretch);
    REQUIRE(stretch->has_value());
    if ((*stretch)->empty())
      return all;
    for (auto& contact : **stretch)
      all.push_back(std::move(contact));
    between();
  }
}

} // namespace

TEST_CASE("an export has every contact once, in the order of the list, with all its calls") {
  world_options o;
  o.engine.lines = {50, 0};
  world w{o};
  const auto id = w.create(3000, [](campaign_definition& d) { d.max_attempts = 2; });
  REQUIRE(w.act(id, campaign_action::start));
  w.pass(20min);
  auto list = w.engine().begin_export({}, id).value();
  // The campaign goes on between two stretches.
  const auto all = read_all(w, *list, [&] { w.pass(20min); });
  REQUIRE(all.size() == 3000);
  std::size_t called = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    REQUIRE(all[i].number == i);
    REQUIRE(all[i].profile.phone == world::phone_of(i));
    REQUIRE(all[i].profile.name == "Contact " + std::to_string(i));
    const auto open = all[i].state.status == contact_status::in_progress ? 1U : 0U;
    REQUIRE(all[i].calls.size() + open == all[i].state.attempts);
    called += all[i].state.attempts != 0 ? 1U : 0U;
  }
  CHECK(called > 100);
}

TEST_CASE("so many exports at once, and no more; each makes room for another when it goes") {
  world_options o;
  o.engine.max_exports = 2;
  world w{o};
  const auto id = w.create(10);
  auto first = w.engine().begin_export({}, id).value();
  auto second = w.engine().begin_export({}, id).value();
  CHECK(w.engine().begin_export({}, id).error().code == error_code::overloaded);
  first.reset();
  w.settle();
  auto third = w.engine().begin_export({}, id);
  REQUIRE(third);
  CHECK(read_all(w, **third).size() == 10);
  CHECK(w.engine().begin_export({}, id).error().code == error_code::overloaded);
  third->reset();
  second.reset();
  w.settle();
  CHECK(w.context().live_exports == 0);
}

TEST_CASE("what is not the caller's is not exported, nor what is not there") {
  world w;
  const auto id = w.create(10);
  CHECK(w.engine().begin_export({"other", {}}, id).error().code == error_code::not_found);
  CHECK(w.engine().begin_export({}, campaign_id::parse("cmp_zzzzzzzzz").value()).error().code == error_code::not_found);
  CHECK(w.context().live_exports == 0);
}

TEST_CASE("an export of what cannot be read says so") {
  world w;
  const auto id = w.create(10);
  REQUIRE(w.act(id, campaign_action::start));
  w.pass(20min);
  w.damage_contacts(id);
  auto list = w.engine().begin_export({}, id).value();
  std::optional<result<std::vector<contact_detail>>> stretch;
  list->next([&](auto r) { stretch = std::move(r); });
  w.settle();
  REQUIRE(stretch);
  CHECK(stretch->error().code == error_code::storage_failed);
  list.reset();
  w.settle();
}
