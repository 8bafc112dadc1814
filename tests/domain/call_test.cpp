#include "domain/call.hpp"
#include "tests/domain/samples.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace std::chrono_literals;
using sample::epoch;

namespace {

ended_call ended(call_outcome outcome, std::optional<time_point> answered_at = {}) {
  return {sample::call, 1, epoch, answered_at, epoch + 30s, outcome, "said"};
}

struct single {
  single() {
    auto d = sample::definition(1);
    d.single_call = call_id::make(epoch, 7, 0, 1);
    state = sample::in_status(campaign_status::running, std::move(d), 1);
    contact.profile = {*phone::parse("+919876543210"), "Asha", R"({"plan":"gold"})"};
  }
  call_detail told() const { return single_call_of(state, contact); }

  campaign_state state;
  contact_detail contact;
};

} // namespace

TEST_CASE("a call is completed if a person answered, failed if nobody did, unknown if nobody can tell") {
  for (auto outcome : all_call_outcomes) {
    CAPTURE(to_string(outcome));
    const auto unknown = outcome == call_outcome::unknown;
    CHECK(status_of(ended(outcome)) == (unknown ? call_status::unknown : call_status::failed));
    CHECK(status_of(ended(outcome, epoch + 5s)) == (unknown ? call_status::unknown : call_status::completed));
  }
  open_call open{sample::call, epoch, std::nullopt};
  CHECK(status_of(open) == call_status::in_progress);
  open.answered_at = epoch + 5s;
  CHECK(status_of(open) == call_status::in_progress);
  open.completed_at = epoch + 9s;
  CHECK(status_of(open) == call_status::completed);
}

TEST_CASE("a call in progress tells no outcome, one whose result is awaited does; both what the script has said") {
  const auto campaign = std::make_shared<const campaign_definition>(sample::definition());
  open_call open{sample::call, epoch, epoch + 5s, "interested"};
  auto told = detail_of(campaign, {}, open, 2);
  CHECK(told.id == sample::call);
  CHECK(told.attempt == 2);
  CHECK(told.status == call_status::in_progress);
  CHECK(told.outcome == std::nullopt);
  CHECK(told.disposition == "interested");
  CHECK(told.started_at == epoch);
  CHECK(told.answered_at == epoch + 5s);
  CHECK(told.ended_at == std::nullopt);
  open.completed_at = epoch + 9s;
  told = detail_of(campaign, {}, open, 2);
  CHECK(told.outcome == call_outcome::answered);
  CHECK(told.ended_at == epoch + 9s);

  told = detail_of(campaign, {}, ended(call_outcome::busy));
  CHECK(told.outcome == call_outcome::busy);
  CHECK(told.disposition == "said");
  CHECK(told.ended_at == epoch + 30s);
}

TEST_CASE("a one-off call keeps its id through everything that becomes of it") {
  single one;
  const auto id = one.state.definition->single_call;
  const auto check = [&](call_status status, bool dialed) {
    const auto told = one.told();
    CHECK(told.id == id);
    CHECK(told.status == status);
    CHECK(told.contact == one.contact.profile);
    CHECK(told.started_at.has_value() == dialed);
    CHECK(told.attempt == 1);
    CHECK(told.campaign == one.state.definition);
  };
  check(call_status::queued, false);
  const auto first = next_call_id(one.state, 7, 0, epoch);
  REQUIRE(first != id);
  auto e = decide_attempt(one.state, 0, one.contact.state, first, epoch).value();
  evolve(one.state, e);
  one.contact.state = e.after;
  check(call_status::in_progress, true);
  e = decide_not_placed(*one.state.definition, 0, one.contact.state, first, epoch).value();
  evolve(one.state, e);
  one.contact.state = e.after;
  check(call_status::queued, false);
  const auto second = next_call_id(one.state, 7, 0, epoch);
  REQUIRE(second != first);
  REQUIRE(second != id);
  e = decide_attempt(one.state, 0, one.contact.state, second, epoch).value();
  evolve(one.state, e);
  one.contact.state = e.after;
  check(call_status::in_progress, true);
  e = decide_ended(*one.state.definition, 0, one.contact.state, second, {call_outcome::busy, {}, epoch + 9s}).value();
  evolve(one.state, e);
  one.contact.state = e.after;
  one.contact.calls.push_back(*e.ended);
  check(call_status::failed, true);
  CHECK(one.told().disposition == disposition::not_reachable);
}

TEST_CASE("a one-off call that nobody will dial is cancelled") {
  single one;
  SECTION("its contact was taken off") { one.contact.state = sample::removed(); }
  SECTION("its campaign was stopped") { one.state.status = campaign_status::stopped; }
  const auto told = one.told();
  CHECK(told.status == call_status::cancelled);
  CHECK(told.outcome == std::nullopt);
  CHECK(told.started_at == std::nullopt);
}
