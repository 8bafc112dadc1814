#include "domain/call.hpp"
#include "domain/restore.hpp"
#include "domain/rules.hpp"
#include "tests/domain/samples.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace std::chrono_literals;

namespace {

constexpr auto now = sample::epoch + 48h;

campaign_state with_one_in_flight(campaign_status status) {
  auto state = sample::in_status(status, sample::definition(), 10);
  state.counters.pending = 9;
  state.counters.in_progress = 1;
  state.counters.attempted = 1;
  return state;
}

campaign_state after(campaign_state state, const restore_decision& made) {
  for (const auto& e : made.events)
    evolve(state, e);
  return state;
}

} // namespace

TEST_CASE("restored, a campaign that would dial by itself is paused, the others stay as they are") {
  const auto status = GENERATE(from_range(all_campaign_statuses));
  const auto state = sample::in_status(status, sample::definition(), 10);
  const auto made = decide_restore(state, {}, now);
  const bool live = status == campaign_status::running || status == campaign_status::scheduled;
  CAPTURE(to_string(status));
  CHECK(made.paused == live);
  CHECK(made.events.size() == (live ? 1U : 0U));
  const auto restored = after(state, made);
  CHECK(restored.status == (live ? campaign_status::paused : status));
  CHECK_FALSE(may_dial(restored, now));
  CHECK_FALSE(may_dial(restored, now + 1000h));
}

TEST_CASE("restored, a one-off call is not made any more") {
  auto definition = sample::definition(1);
  definition.single_call = call_id{1, 2};
  const auto state = sample::in_status(campaign_status::running, definition, 1);
  const auto made = decide_restore(state, {}, now);
  CHECK(made.paused);
  const auto restored = after(state, made);
  CHECK(restored.status == campaign_status::stopped);
  CHECK_FALSE(decide_attempt(restored, 0, {}, call_id{3, 4}, now).has_value());
  CHECK(single_call_of(restored, {}).status == call_status::cancelled);
}

TEST_CASE("a restored campaign whose start time is still to come does not start by itself") {
  auto definition = sample::definition();
  definition.schedule.emplace().start_time = now + 1h;
  const auto state = sample::created(definition, 10);
  REQUIRE(decide_by_time(state, now + 2h)->change == campaign_change::started);
  const auto restored = after(state, decide_restore(state, {}, now));
  CHECK_FALSE(decide_by_time(restored, now + 2h));
  CHECK(decide(restored, campaign_action::resume, now + 2h).has_value());
}

TEST_CASE("restored, an attempt in flight is unknown, counts, and is not dialed again by itself") {
  const auto status = GENERATE(from_range(all_campaign_statuses));
  const bool answered = GENERATE(false, true);
  const auto state = with_one_in_flight(status);
  auto contact = sample::in_progress();
  if (answered)
    contact.call->answered_at = sample::epoch + 10s;
  const std::vector open{contact_in_flight{4, contact}};
  const auto made = decide_restore(state, open, now);
  CHECK(made.unknown == 1);
  CHECK(made.ended == 0);
  const auto& end = std::get<contact_event>(made.events.back());
  CHECK(end.contact == 4);
  CHECK(end.after.status == contact_status::done);
  CHECK(end.after.disposition == disposition::unknown);
  CHECK(end.ended->outcome == call_outcome::unknown);
  CHECK(end.ended->id == sample::call);
  CHECK(end.at == now);
  const auto restored = after(state, made);
  CHECK(restored.counters.in_progress == 0);
  CHECK(restored.counters.done == 1);
  CHECK(restored.counters.attempted == 1);
  CHECK_FALSE(decide_attempt(sample::running(), 4, end.after, call_id{1, 2}, now + 1000h));
}

TEST_CASE("restored, a call that was over ends with what is known of it") {
  const auto state = with_one_in_flight(campaign_status::running);
  auto contact = sample::in_progress();
  contact.call->answered_at = sample::epoch + 5s;
  contact.call->completed_at = sample::epoch + 20s;
  const auto made = decide_restore(state, std::vector{contact_in_flight{4, contact}}, now);
  CHECK(made.unknown == 0);
  CHECK(made.ended == 1);
  const auto& end = std::get<contact_event>(made.events.back());
  CHECK(end.after.disposition == disposition::no_disposition);
  CHECK(end.ended->outcome == call_outcome::answered);
  CHECK(end.ended->ended_at == sample::epoch + 20s);
}

TEST_CASE("restored, a script's disposition that came before the end is kept") {
  auto contact = sample::in_progress();
  contact.call->answered_at = sample::epoch + 5s;
  contact.call->disposition = "interested";
  const auto made =
    decide_restore(with_one_in_flight(campaign_status::running), std::vector{contact_in_flight{4, contact}}, now);
  CHECK(std::get<contact_event>(made.events.back()).after.disposition == "interested");
}

TEST_CASE("a restore whose clock is behind the copy's does not go back in time") {
  auto state = with_one_in_flight(campaign_status::running);
  state.last_at = now;
  const auto made = decide_restore(state, std::vector{contact_in_flight{4, sample::in_progress()}}, now - 24h);
  REQUIRE(made.events.size() == 2);
  for (const auto& e : made.events)
    CHECK(time_of(e) == now);
}
