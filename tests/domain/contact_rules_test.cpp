#include "tests/domain/samples.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>

using namespace redial;
using namespace std::chrono_literals;
using sample::call;
using sample::epoch;

namespace {

call_report report(call_outcome outcome, std::string label = {}, time_point at = epoch + 30s) {
  return {outcome, std::move(label), at};
}

} // namespace

// -- beginning an attempt ---------------------------------------------------------------------------------------------

TEST_CASE("an attempt on a pending contact opens its call") {
  const auto campaign = sample::running();
  auto e = decide_attempt(campaign, 5, contact_state{}, call, epoch);
  REQUIRE(e);
  CHECK(e->change == contact_change::attempt_started);
  CHECK(e->contact == 5);
  CHECK(e->before == contact_status::pending);
  CHECK(e->at == epoch);
  CHECK(e->after == sample::in_progress(1));
  CHECK_FALSE(e->ended);
  CHECK_FALSE(e->connected);
}

TEST_CASE("a retry begins at its due time and not a millisecond before") {
  const auto campaign = sample::running(3);
  const auto contact = sample::waiting(epoch + 1h, 2);
  CHECK(decide_attempt(campaign, 0, contact, call, epoch + 1h - 1ms).error().code == error_code::not_due);
  auto e = decide_attempt(campaign, 0, contact, call, epoch + 1h);
  REQUIRE(e);
  CHECK(e->after.attempts == 3);
  CHECK(e->after.status == contact_status::in_progress);
  CHECK_FALSE(e->after.due);
  CHECK(decide_attempt(campaign, 0, contact, call, epoch + 100h));
}

TEST_CASE("only a running campaign begins attempts, and not from its end time on") {
  for (auto status : all_campaign_statuses) {
    CAPTURE(to_string(status));
    auto d = sample::definition();
    d.schedule = campaign_schedule{std::nullopt, epoch + 2h, {}};
    auto campaign = sample::in_status(status, d, 5);
    CHECK(
      decide_attempt(campaign, 0, contact_state{}, call, epoch).has_value() == (status == campaign_status::running));
    auto late = decide_attempt(campaign, 0, contact_state{}, call, epoch + 2h);
    REQUIRE_FALSE(late);
    CHECK(late.error().code == error_code::not_dialing);
  }
}

TEST_CASE("a contact that is called, done, removed, suppressed or used up is not dialed") {
  const auto campaign = sample::running(3);
  auto suppressed = contact_state{};
  suppressed.suppressed = true;
  auto suppressed_waiting = sample::waiting(epoch, 1);
  suppressed_waiting.suppressed = true;
  for (const auto& contact : {sample::in_progress(), sample::done(), sample::removed(), suppressed, suppressed_waiting,
         sample::waiting(epoch, 3), sample::waiting(epoch, 4)}) {
    CAPTURE(to_string(contact.status), contact.attempts, contact.suppressed);
    auto refused = decide_attempt(campaign, 0, contact, call, epoch + 1h);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == error_code::not_due);
  }
}

// -- answered ---------------------------------------------------------------------------------------------------------

TEST_CASE("an answer counts the attempt as connected, once") {
  const auto contact = sample::in_progress(2);
  auto e = decide_answered(9, contact, call, epoch + 12s);
  REQUIRE(e);
  CHECK(e->change == contact_change::attempt_answered);
  CHECK(e->connected);
  CHECK(e->before == contact_status::in_progress);
  CHECK(e->after.call->answered_at == epoch + 12s);
  CHECK(e->after.call->started_at == epoch);
  CHECK(e->after.attempts == 2);
  CHECK(decide_answered(9, e->after, call, epoch + 13s).error().code == error_code::no_such_call);
}

TEST_CASE("news of a call that is not the contact's open one is refused") {
  const auto d = sample::definition();
  for (const auto& contact : {contact_state{}, sample::waiting(epoch), sample::done(), sample::removed()}) {
    CAPTURE(to_string(contact.status));
    CHECK(decide_answered(0, contact, call, epoch).error().code == error_code::no_such_call);
    CHECK(decide_ended(d, 0, contact, call, report(call_outcome::busy)).error().code == error_code::no_such_call);
  }
  const call_id other{7, 12};
  CHECK(decide_answered(0, sample::in_progress(), other, epoch).error().code == error_code::no_such_call);
  auto refused = decide_ended(d, 0, sample::in_progress(), other, report(call_outcome::busy));
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().detail, Catch::Contains(other.to_string()));
}

// -- ended ------------------------------------------------------------------------------------------------------------

TEST_CASE("the retry rule, for every outcome, attempt and suppression") {
  for (std::uint8_t max_attempts = 1; max_attempts <= 5; ++max_attempts) {
    const auto d = sample::definition(max_attempts);
    for (std::uint8_t attempts = 1; attempts <= max_attempts; ++attempts) {
      for (bool suppressed : {false, true}) {
        for (auto outcome : all_call_outcomes) {
          CAPTURE(max_attempts, attempts, suppressed, to_string(outcome));
          const auto contact = sample::in_progress(attempts, suppressed);
          auto e = decide_ended(d, 3, contact, call, report(outcome, "callback"));
          REQUIRE(e);
          CHECK(e->change == contact_change::attempt_ended);
          CHECK(e->contact == 3);
          CHECK(e->before == contact_status::in_progress);
          CHECK(e->after.attempts == attempts);
          CHECK_FALSE(e->after.call);
          REQUIRE(e->ended);
          CHECK(e->ended->id == call);
          CHECK(e->ended->attempt == attempts);
          CHECK(e->ended->outcome == outcome);
          CHECK(e->ended->started_at == epoch);
          CHECK(e->ended->ended_at == epoch + 30s);
          CHECK(e->ended->disposition == e->after.disposition);

          const bool answered = outcome == call_outcome::answered;
          CHECK(e->connected == answered);
          CHECK(e->ended->answered_at.has_value() == answered);
          const bool hopeless = outcome == call_outcome::invalid_number;
          const bool unclear = outcome == call_outcome::unknown;
          if (!answered && !unclear && !hopeless && !suppressed && attempts < max_attempts) {
            CHECK(e->after.status == contact_status::waiting_retry);
            CHECK(e->after.due == epoch + 30s + 240min);
            CHECK(e->after.disposition.empty());
          } else {
            CHECK(e->after.status == contact_status::done);
            CHECK_FALSE(e->after.due);
            CHECK(e->after.disposition == (answered ? "callback" : unclear ? "unknown" : "not_reachable"));
            CHECK(e->after.suppressed == suppressed);
          }
        }
      }
    }
  }
}

TEST_CASE("is_retryable says which outcomes are worth another attempt") {
  for (auto outcome : all_call_outcomes) {
    CAPTURE(to_string(outcome));
    CHECK(is_retryable(outcome)
          == (outcome != call_outcome::answered && outcome != call_outcome::invalid_number
              && outcome != call_outcome::unknown));
  }
}

TEST_CASE("an answered call without a valid label is done with no_disposition") {
  const auto d = sample::definition();
  for (const auto& label : {std::string{}, std::string{"Not Valid"}, std::string(65, 'a'), std::string{"dnd\n"}}) {
    CAPTURE(label);
    auto e = decide_ended(d, 0, sample::in_progress(), call, report(call_outcome::answered, label));
    CHECK(e->after.disposition == "no_disposition");
    CHECK(e->ended->disposition == "no_disposition");
  }
}

TEST_CASE("a call that was answered before it ended is connected only once") {
  auto contact = sample::in_progress();
  contact.call->answered_at = epoch + 5s;
  for (auto outcome : {call_outcome::answered, call_outcome::network_error, call_outcome::unknown}) {
    CAPTURE(to_string(outcome));
    auto e = decide_ended(sample::definition(), 0, contact, call, report(outcome));
    REQUIRE(e);
    CHECK_FALSE(e->connected);
    CHECK(e->ended->answered_at == epoch + 5s);
  }
}

TEST_CASE("who has answered was reached: the contact is done however the call ended") {
  auto contact = sample::in_progress();
  contact.call->answered_at = epoch + 5s;
  for (auto outcome : all_call_outcomes) {
    CAPTURE(to_string(outcome));
    auto e = decide_ended(sample::definition(), 0, contact, call, report(outcome));
    REQUIRE(e);
    CHECK(e->after.status == contact_status::done);
    CHECK(e->after.disposition == (outcome == call_outcome::unknown ? "unknown" : "no_disposition"));
  }
  auto e = decide_ended(sample::definition(), 0, contact, call, report(call_outcome::abandoned, "dnd"));
  CHECK(e->after.disposition == "dnd");
}

TEST_CASE("a clock that is behind makes no call end before it began") {
  auto e = decide_answered(0, sample::in_progress(), call, epoch - 1h);
  REQUIRE(e);
  CHECK(e->after.call->answered_at == epoch);
  CHECK(e->at == epoch);

  auto contact = sample::in_progress();
  contact.call->answered_at = epoch + 10s;
  auto ended = decide_ended(sample::definition(), 0, contact, call, report(call_outcome::busy, {}, epoch + 9s));
  REQUIRE(ended);
  CHECK(ended->ended->ended_at == epoch + 10s);

  ended =
    decide_ended(sample::definition(), 0, sample::in_progress(), call, report(call_outcome::busy, {}, epoch - 1h));
  REQUIRE(ended);
  CHECK(ended->ended->ended_at == epoch);
  CHECK(ended->after.due == epoch + 240min);

  ended = decide_ended(
    sample::definition(), 0, sample::in_progress(), call, report(call_outcome::answered, "dnd", epoch - 1h));
  CHECK(ended->ended->answered_at == epoch);
  CHECK(ended->ended->ended_at == epoch);
}

TEST_CASE("the state of a campaign never goes back in time") {
  auto state = sample::running();
  auto started = *decide_attempt(state, 0, contact_state{}, call, epoch + 1h);
  evolve(state, started);
  CHECK(state.last_at == epoch + 1h);
  auto other = *decide_ended(*state.definition, 1, sample::in_progress(), call, report(call_outcome::busy));
  REQUIRE(other.at < epoch + 1h);
  evolve(state, other);
  CHECK(state.last_at == epoch + 1h);
}

// -- removal ----------------------------------------------------------------------------------------------------------

TEST_CASE("a pending contact is removed") {
  auto r = decide_removal(sample::running(), 4, contact_state{}, epoch);
  REQUIRE(r);
  CHECK(r->removed);
  CHECK_FALSE(r->already_called);
  CHECK_FALSE(r->retry_cancelled);
  REQUIRE(r->event);
  CHECK(r->event->change == contact_change::removed);
  CHECK(r->event->contact == 4);
  CHECK(r->event->after == sample::removed());
}

TEST_CASE("a contact that waits for a retry stays, and its retry is off") {
  auto r = decide_removal(sample::running(), 4, sample::waiting(epoch + 1h, 2), epoch);
  REQUIRE(r);
  CHECK_FALSE(r->removed);
  CHECK(r->already_called);
  CHECK(r->retry_cancelled);
  REQUIRE(r->event);
  CHECK(r->event->change == contact_change::retry_cancelled);
  CHECK(r->event->after.status == contact_status::done);
  CHECK(r->event->after.attempts == 2);
  CHECK(r->event->after.suppressed);
  CHECK(r->event->after.disposition == "not_reachable");
  CHECK_FALSE(r->event->after.due);
}

TEST_CASE("a contact that is being called finishes its call and gets no other") {
  const auto contact = sample::in_progress(1);
  auto r = decide_removal(sample::running(3), 4, contact, epoch + 1s);
  REQUIRE(r);
  CHECK(r->already_called);
  CHECK(r->retry_cancelled);
  REQUIRE(r->event);
  CHECK(r->event->before == contact_status::in_progress);
  CHECK(r->event->after == sample::in_progress(1, true));
  auto e = decide_ended(sample::definition(3), 4, r->event->after, call, report(call_outcome::busy));
  CHECK(e->after.status == contact_status::done);
  CHECK(e->after.disposition == "not_reachable");

  SECTION("removing it again changes nothing") {
    auto again = decide_removal(sample::running(3), 4, r->event->after, epoch + 2s);
    CHECK(again->already_called);
    CHECK_FALSE(again->retry_cancelled);
    CHECK_FALSE(again->event);
  }
  SECTION("an answer still counts") {
    auto answered = decide_answered(4, r->event->after, call, epoch + 3s);
    REQUIRE(answered);
    CHECK(answered->after.suppressed);
    auto end = decide_ended(sample::definition(3), 4, answered->after, call, report(call_outcome::answered, "dnd"));
    CHECK(end->after.disposition == "dnd");
  }
}

TEST_CASE("in its last attempt a contact has no retry that could be cancelled, but is suppressed all the same") {
  auto r = decide_removal(sample::running(3), 4, sample::in_progress(3), epoch);
  CHECK(r->already_called);
  CHECK_FALSE(r->retry_cancelled);
  REQUIRE(r->event);
  CHECK(r->event->after == sample::in_progress(3, true));
  CHECK_FALSE(decide_removal(sample::running(3), 4, r->event->after, epoch)->event);
}

TEST_CASE("removing a contact that is done or removed changes nothing") {
  auto done = decide_removal(sample::running(), 0, sample::done(), epoch);
  CHECK(done->already_called);
  CHECK_FALSE(done->removed);
  CHECK_FALSE(done->retry_cancelled);
  CHECK_FALSE(done->event);
  auto gone = decide_removal(sample::running(), 0, sample::removed(), epoch);
  CHECK_FALSE(gone->already_called);
  CHECK_FALSE(gone->removed);
  CHECK_FALSE(gone->retry_cancelled);
  CHECK_FALSE(gone->event);
}

TEST_CASE("a campaign that has ended gives up no contact; a live one does in every status") {
  for (auto status : all_campaign_statuses) {
    CAPTURE(to_string(status));
    auto campaign = sample::in_status(status, sample::definition(), 5);
    for (const auto& contact :
      {contact_state{}, sample::in_progress(), sample::waiting(epoch), sample::done(), sample::removed()}) {
      auto r = decide_removal(campaign, 0, contact, epoch);
      REQUIRE(r.has_value() == !is_final(status));
      if (!r)
        CHECK(r.error().code == error_code::campaign_ended);
    }
  }
}
