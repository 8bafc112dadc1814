#include "tests/domain/samples.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <optional>

using namespace redial;
using namespace std::chrono_literals;
using sample::epoch;
using enum campaign_status;

namespace {

campaign_definition scheduled_between(std::optional<time_point> start, std::optional<time_point> end) {
  auto d = sample::definition();
  d.schedule = campaign_schedule{start, end, "Asia/Kolkata"};
  return d;
}

} // namespace

TEST_CASE("a campaign begins scheduled, with all its contacts pending") {
  auto state = sample::created(sample::definition(), 42);
  CHECK(state.status == scheduled);
  CHECK(state.counters.total == 42);
  CHECK(state.counters.pending == 42);
  CHECK(state.last_seq == 1);
  CHECK(state.last_at == epoch);
  CHECK_FALSE(state.started_at);
  CHECK_FALSE(state.ended_at);
  CHECK(state.reason == end_reason::none);
}

TEST_CASE("contacts join a campaign that has not ended") {
  for (auto status : all_campaign_statuses) {
    auto state = sample::in_status(status, sample::definition(), 5);
    CAPTURE(to_string(status));
    const auto decided = decide_addition(state, 7, epoch + 1h);
    REQUIRE(decided.has_value() == !is_final(status));
    if (!decided) {
      CHECK(decided.error().code == error_code::campaign_ended);
      continue;
    }
    CHECK(*decided == contacts_added{7, epoch + 1h});
    const auto seq = state.last_seq;
    evolve(state, *decided);
    CHECK(state.status == status);
    CHECK(state.counters.total == 12);
    CHECK(state.counters.pending == 12);
    CHECK(state.last_seq == seq + 1);
    CHECK(state.last_at == epoch + 1h);
    CHECK(time_of(event{*decided}) == epoch + 1h);
  }
}

TEST_CASE("an addition has at least one contact, and a campaign at most as many as have a number") {
  auto state = sample::running(3, 5);
  CHECK(decide_addition(state, 0, epoch).error().code == error_code::invalid_value);
  CHECK(decide_addition(state, max_contacts - 5, epoch).has_value());
  CHECK(decide_addition(state, max_contacts - 4, epoch).error().code == error_code::invalid_value);
  CHECK(decide_addition(state, ~std::uint64_t{0}, epoch).error().code == error_code::invalid_value);
}

TEST_CASE("a running campaign with nobody left goes on where somebody has joined in time") {
  auto state = sample::running(3, 0);
  REQUIRE(decide_by_time(state, epoch));
  evolve(state, contacts_added{1, epoch});
  CHECK_FALSE(decide_by_time(state, epoch));
}

TEST_CASE("the transition table of the API contract, every field of it") {
  struct row {
    campaign_status from;
    campaign_action action;
    std::optional<campaign_status> to;
  };
  using enum campaign_action;
  const std::vector<row> contract{
    {scheduled, start, running},
    {scheduled, pause, std::nullopt},
    {scheduled, resume, std::nullopt},
    {scheduled, stop, stopped},
    {running, start, std::nullopt},
    {running, pause, paused},
    {running, resume, std::nullopt},
    {running, stop, stopped},
    {paused, start, std::nullopt},
    {paused, pause, std::nullopt},
    {paused, resume, running},
    {paused, stop, stopped},
    {completed, start, std::nullopt},
    {completed, pause, std::nullopt},
    {completed, resume, std::nullopt},
    {completed, stop, std::nullopt},
    {stopped, start, std::nullopt},
    {stopped, pause, std::nullopt},
    {stopped, resume, std::nullopt},
    {stopped, stop, std::nullopt},
  };
  REQUIRE(contract.size() == all_campaign_statuses.size() * all_campaign_actions.size());
  const auto now = epoch + 1h;
  for (const auto& [from, action, to] : contract) {
    CAPTURE(to_string(from), to_string(action));
    auto state = sample::in_status(from, sample::definition(), 5);
    auto decided = decide(state, action, now);
    CHECK(state.status == from);
    REQUIRE(decided.has_value() == to.has_value());
    if (!to) {
      CHECK(decided.error().code == error_code::illegal_transition);
      CHECK(decided.error().pointer == "/action");
      continue;
    }
    CHECK(decided->at == now);
    const auto seq = state.last_seq;
    evolve(state, *decided);
    CHECK(state.status == *to);
    CHECK(state.last_seq == seq + 1);
    CHECK(state.last_at == now);
    CHECK(state.ended_at.has_value() == is_final(*to));
    CHECK(state.reason == (*to == stopped ? end_reason::stop_action : end_reason::none));
    // A resume counts as the start of a campaign that was restored before it had started.
    CHECK(state.started_at.has_value() == (action == start || action == resume));
  }
}

TEST_CASE("a refused action says where the campaign stands and what is legal") {
  auto detail = [](campaign_status from, campaign_action action) {
    return decide(sample::in_status(from, sample::definition(), 1), action, epoch).error().detail;
  };
  CHECK(
    detail(scheduled, campaign_action::pause) == "cannot pause a campaign that is scheduled; legal now: start, stop");
  CHECK(detail(running, campaign_action::start) == "cannot start a campaign that is running; legal now: pause, stop");
  CHECK(detail(paused, campaign_action::pause) == "cannot pause a campaign that is paused; legal now: resume, stop");
  CHECK(detail(stopped, campaign_action::resume)
        == "cannot resume a campaign that is stopped; no action leads out of this status");
  CHECK(detail(completed, campaign_action::stop)
        == "cannot stop a campaign that is completed; no action leads out of this status");
}

TEST_CASE("legal actions stand in their order") {
  using enum campaign_action;
  CHECK(legal_actions(scheduled) == std::vector{start, stop});
  CHECK(legal_actions(running) == std::vector{pause, stop});
  CHECK(legal_actions(paused) == std::vector{resume, stop});
  CHECK(legal_actions(completed).empty());
  CHECK(legal_actions(stopped).empty());
}

TEST_CASE("resuming does not move the start of a campaign") {
  auto state = sample::created(sample::definition(), 5);
  evolve(state, *decide(state, campaign_action::start, epoch + 1h));
  evolve(state, *decide(state, campaign_action::pause, epoch + 2h));
  evolve(state, *decide(state, campaign_action::resume, epoch + 3h));
  CHECK(state.status == running);
  CHECK(state.started_at == epoch + 1h);
  CHECK(state.last_seq == 4);
}

TEST_CASE("a campaign that cannot go on is paused, and says why until somebody resumes it") {
  for (const auto status : all_campaign_statuses) {
    CAPTURE(to_string(status));
    auto state = sample::in_status(status, sample::definition(), 5);
    const auto decided = decide_failing(state, "Its engine failed.", epoch - 1h);
    CHECK(decided.has_value() == !is_final(status));
    if (!decided)
      continue;
    CHECK(decided->at >= state.last_at); // time does not go back
    evolve(state, *decided);
    CHECK(state.status == paused);
    CHECK(state.pause_reason() == "Its engine failed.");
    CHECK_FALSE(decide_failing(state, "Once more.", epoch + 1h));
    evolve(state, *decide(state, campaign_action::resume, epoch + 2h));
    CHECK(state.pause_reason().empty());
    CHECK(decide_failing(state, "Once more.", epoch + 3h));
  }
  auto definition = sample::definition();
  definition.single_call = call_id::make(epoch, 1, 0, 1);
  auto call = sample::in_status(running, definition, 1);
  evolve(call, *decide_failing(call, "Its engine failed.", epoch + 1h));
  CHECK(call.status == stopped); // nobody could resume it
  CHECK(call.history.back().why == "Its engine failed.");
}

TEST_CASE("a campaign remembers its latest transitions, and no more") {
  auto state = sample::created(sample::definition(), 5);
  REQUIRE(state.history.size() == 1);
  CHECK(state.history.front() == campaign_transition{scheduled, state.definition->created_at, {}});
  evolve(state, *decide(state, campaign_action::start, epoch + 1h));
  for (int i = 0; i < 100; ++i) {
    const auto action = i % 2 == 0 ? campaign_action::pause : campaign_action::resume;
    evolve(state, *decide(state, action, epoch + 2h + i * 1ms));
  }
  REQUIRE(state.history.size() == campaign_state::max_history);
  CHECK(state.history.back() == campaign_transition{running, epoch + 2h + 99ms, {}});
  CHECK(state.history.front().at == epoch + 2h + 68ms);
}

TEST_CASE("a scheduled campaign starts at its start_time, at once if that has passed") {
  auto state = sample::created(scheduled_between(epoch + 1h, std::nullopt), 5);
  CHECK_FALSE(decide_by_time(state, epoch + 1h - 1ms));
  CHECK(next_due(state, epoch) == epoch + 1h);
  for (auto now : {epoch + 1h, epoch + 100h}) {
    CHECK(decide_by_time(state, now) == campaign_changed{campaign_change::started, end_reason::none, now});
    CHECK_FALSE(next_due(state, now));
  }
}

TEST_CASE("without a start_time time alone starts nothing") {
  auto state = sample::created(sample::definition(), 5);
  CHECK_FALSE(decide_by_time(state, epoch + 24000h));
  CHECK_FALSE(next_due(state, epoch));
  state = sample::created(scheduled_between(std::nullopt, epoch + 2h), 5);
  CHECK_FALSE(decide_by_time(state, epoch + 1h));
  CHECK(next_due(state, epoch) == epoch + 2h);
}

TEST_CASE("a scheduled campaign that was started early is not started again") {
  auto state = sample::created(scheduled_between(epoch + 1h, std::nullopt), 5);
  evolve(state, *decide(state, campaign_action::start, epoch + 1min));
  CHECK_FALSE(decide_by_time(state, epoch + 2h));
  CHECK_FALSE(next_due(state, epoch + 2min));
}

TEST_CASE("end_time stops a live campaign, whatever its status") {
  for (auto status : {scheduled, running, paused}) {
    CAPTURE(to_string(status));
    auto state = sample::in_status(status, scheduled_between(std::nullopt, epoch + 2h), 5);
    CHECK_FALSE(decide_by_time(state, epoch + 2h - 1ms));
    CHECK(next_due(state, epoch) == epoch + 2h);
    auto decided = decide_by_time(state, epoch + 2h);
    REQUIRE(decided == campaign_changed{campaign_change::stopped, end_reason::end_time, epoch + 2h});
    CHECK_FALSE(next_due(state, epoch + 2h));
    evolve(state, *decided);
    CHECK(state.status == stopped);
    CHECK(state.reason == end_reason::end_time);
    CHECK(state.ended_at == epoch + 2h);
    CHECK(state.counters.pending == 5);
  }
}

TEST_CASE("a campaign that slept through its whole schedule stops without having started") {
  auto state = sample::created(scheduled_between(epoch + 1h, epoch + 2h), 5);
  evolve(state, *decide_by_time(state, epoch + 3h));
  CHECK(state.status == stopped);
  CHECK(state.reason == end_reason::end_time);
  CHECK_FALSE(state.started_at);
}

TEST_CASE("a running campaign with nobody left is completed") {
  auto state = sample::running(3, 4);
  state.counters = {.total = 4, .done = 3, .removed = 1};
  CHECK(decide_by_time(state, epoch) == campaign_changed{campaign_change::completed, end_reason::completed, epoch});
  for (auto member :
    {&campaign_counters::pending, &campaign_counters::in_progress, &campaign_counters::waiting_retry}) {
    auto live = state;
    live.counters.*member = 1;
    CHECK_FALSE(decide_by_time(live, epoch));
  }
  state.status = paused;
  CHECK_FALSE(decide_by_time(state, epoch));
}

TEST_CASE("who reached everyone by the end time is completed, not cut short") {
  auto state = sample::in_status(running, scheduled_between(std::nullopt, epoch + 2h), 0);
  CHECK(decide_by_time(state, epoch + 2h)->change == campaign_change::completed);
}

TEST_CASE("an empty campaign completes as soon as it runs") {
  auto state = sample::created(sample::definition(), 0);
  CHECK_FALSE(decide_by_time(state, epoch + 1h));
  evolve(state, *decide(state, campaign_action::start, epoch + 1h));
  evolve(state, *decide_by_time(state, epoch + 1h));
  CHECK(state.status == completed);
  CHECK(state.reason == end_reason::completed);
  CHECK(state.started_at == epoch + 1h);
  CHECK(state.ended_at == epoch + 1h);
}

TEST_CASE("nothing happens by time to a campaign that has ended") {
  for (auto status : {completed, stopped}) {
    auto state = sample::in_status(status, scheduled_between(epoch + 1h, epoch + 2h), 0);
    for (auto now : {epoch, epoch + 1h, epoch + 2h, epoch + 3h}) {
      CHECK_FALSE(decide_by_time(state, now));
      CHECK_FALSE(next_due(state, now));
    }
  }
}

TEST_CASE("the next due instant is the nearer of start and end, and lies ahead") {
  auto state = sample::created(scheduled_between(epoch + 1h, epoch + 2h), 5);
  CHECK(next_due(state, epoch) == epoch + 1h);
  CHECK(next_due(state, epoch + 1h) == epoch + 2h);
  CHECK_FALSE(next_due(state, epoch + 2h));
  state.status = paused;
  CHECK(next_due(state, epoch) == epoch + 2h);
  auto inverted = sample::created(scheduled_between(epoch + 2h, epoch + 1h), 5);
  CHECK(next_due(inverted, epoch) == epoch + 1h);
}

TEST_CASE("a campaign dials while it runs and before its end time") {
  const auto end = epoch + 2h;
  for (auto status : all_campaign_statuses) {
    CAPTURE(to_string(status));
    auto bounded = sample::in_status(status, scheduled_between(std::nullopt, end), 5);
    CHECK(may_dial(bounded, end - 1ms) == (status == running));
    CHECK_FALSE(may_dial(bounded, end));
    CHECK_FALSE(may_dial(bounded, end + 1h));
    CHECK(may_dial(sample::in_status(status, sample::definition(), 5), epoch + 24000h) == (status == running));
  }
}
