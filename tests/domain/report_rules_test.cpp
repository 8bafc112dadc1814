// What becomes of an attempt that the gateway did not take, and of a disposition that comes by itself.
#include "tests/domain/samples.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace std::chrono_literals;
using sample::call;
using sample::epoch;

namespace {

contact_state answered(std::optional<time_point> completed = {}) {
  auto contact = sample::in_progress();
  contact.call->answered_at = epoch + 5s;
  contact.call->completed_at = completed;
  return contact;
}

call_report end_without_result() { return {call_outcome::answered, {}, epoch + 30s, true}; }

} // namespace

TEST_CASE("an attempt that was not placed was none") {
  const auto d = sample::definition(3);
  auto first = decide_not_placed(d, 4, sample::in_progress(1), call, epoch + 2s);
  REQUIRE(first);
  CHECK(first->change == contact_change::attempt_not_placed);
  CHECK(first->after == contact_state{});
  CHECK_FALSE(first->ended);

  auto retry = decide_not_placed(d, 4, sample::in_progress(3), call, epoch + 2s);
  REQUIRE(retry);
  CHECK(retry->after == sample::waiting(epoch + 2s, 2));
}

TEST_CASE("an attempt that was not placed is not made again once the contact was taken off") {
  const auto d = sample::definition(3);
  for (std::uint8_t attempts = 1; attempts <= 3; ++attempts) {
    CAPTURE(attempts);
    auto state = sample::running(3);
    auto removed = decide_removal(state, 4, sample::in_progress(attempts), epoch + 1s);
    REQUIRE(removed);
    REQUIRE(removed->event);
    CHECK(removed->already_called);
    CHECK(removed->retry_cancelled == (attempts < 3));
    auto e = decide_not_placed(d, 4, removed->event->after, call, epoch + 2s);
    REQUIRE(e);
    CHECK(e->after.attempts == attempts - 1);
    CHECK(e->after.status == (attempts == 1 ? contact_status::removed : contact_status::done));
    CHECK(e->after.disposition == (attempts == 1 ? "" : "not_reachable"));
    CHECK_FALSE(decide_attempt(state, 4, e->after, call_id{9, 9}, epoch + 1000h));
  }
}

TEST_CASE("an attempt that was not placed leaves the counters as they were before it") {
  auto state = sample::running(3);
  const auto before = state.counters;
  auto started = decide_attempt(state, 4, {}, call, epoch);
  evolve(state, *started);
  CHECK(state.counters.attempted == 1);
  evolve(state, *decide_not_placed(*state.definition, 4, started->after, call, epoch + 1s));
  CHECK(state.counters == before);
}

TEST_CASE("an answered call cannot be taken back") {
  auto e = decide_not_placed(sample::definition(), 0, answered(), call, epoch + 9s);
  REQUIRE(e);
  CHECK(e->change == contact_change::attempt_ended);
  CHECK(e->after.status == contact_status::done);
  CHECK(e->ended->outcome == call_outcome::network_error);
  CHECK(decide_not_placed(sample::definition(), 0, answered(epoch + 8s), call, epoch + 9s).error().code
        == error_code::no_such_call);
  CHECK(decide_not_placed(sample::definition(), 0, sample::in_progress(), call_id{1, 1}, epoch).error().code
        == error_code::no_such_call);
}

TEST_CASE("an answered call whose disposition is still to come gives its line back and waits") {
  const auto d = sample::definition();
  auto completed = decide_ended(d, 3, answered(), call, end_without_result());
  REQUIRE(completed);
  CHECK(completed->change == contact_change::attempt_completed);
  CHECK(completed->after == answered(epoch + 30s));
  CHECK_FALSE(completed->connected);
  CHECK_FALSE(completed->ended);
  CHECK(result_due(completed->after, 120s) == epoch + 150s);
  CHECK(decide_ended(d, 3, completed->after, call, end_without_result()).error().code == error_code::no_such_call);
  CHECK(decide_answered(3, completed->after, call, epoch + 31s).error().code == error_code::no_such_call);

  auto done = decide_disposition(3, completed->after, call, "interested", epoch + 60s);
  REQUIRE(done);
  CHECK(done->change == contact_change::attempt_ended);
  CHECK(done->completed_before);
  CHECK(done->after == sample::done("interested"));
  CHECK(done->ended->ended_at == epoch + 30s);
  CHECK(done->ended->disposition == "interested");

  CHECK(decide_result_overdue(3, completed->after, call, 120s, epoch + 150s - 1ms).error().code == error_code::not_due);
  auto overdue = decide_result_overdue(3, completed->after, call, 120s, epoch + 150s);
  REQUIRE(overdue);
  CHECK(overdue->after == sample::done("no_disposition"));
  CHECK(overdue->ended->outcome == call_outcome::answered);
  CHECK(
    decide_disposition(3, overdue->after, call, "interested", epoch + 160s).error().code == error_code::no_such_call);
}

TEST_CASE("a call of whose answer nobody told counts as answered when it completes") {
  auto e = decide_ended(sample::definition(), 3, sample::in_progress(), call, end_without_result());
  REQUIRE(e);
  CHECK(e->connected);
  CHECK(e->after.call->answered_at == epoch + 30s);
}

TEST_CASE("a disposition that comes before the end is kept for it, and the first one counts") {
  const auto d = sample::definition();
  auto said = decide_disposition(3, answered(), call, "callback", epoch + 9s);
  REQUIRE(said);
  CHECK(said->change == contact_change::disposition_set);
  CHECK(said->after.call->disposition == "callback");
  CHECK(decide_disposition(3, said->after, call, "dnd", epoch + 10s).error().code == error_code::no_such_call);
  CHECK(decide_disposition(3, answered(), call, "No Label", epoch + 10s).error().code == error_code::invalid_value);

  auto ended = decide_ended(d, 3, said->after, call, end_without_result());
  REQUIRE(ended);
  CHECK(ended->change == contact_change::attempt_ended);
  CHECK_FALSE(ended->completed_before);
  CHECK(ended->after == sample::done("callback"));
  // What comes with the end itself is the latest word.
  CHECK(decide_ended(d, 3, said->after, call, {call_outcome::answered, "escalated", epoch + 30s})->after.disposition
        == "escalated");
  CHECK(
    decide_ended(d, 3, said->after, call, {call_outcome::unknown, {}, epoch + 30s})->after.disposition == "callback");
}

TEST_CASE("only an answered call waits for a disposition") {
  for (auto outcome : all_call_outcomes) {
    CAPTURE(to_string(outcome));
    auto e = decide_ended(sample::definition(), 3, sample::in_progress(), call, {outcome, {}, epoch + 30s, true});
    REQUIRE(e);
    CHECK((e->change == contact_change::attempt_completed) == (outcome == call_outcome::answered));
  }
}
