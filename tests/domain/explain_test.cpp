#include "domain/explain.hpp"
#include "domain/rules.hpp"
#include "tests/domain/samples.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

using namespace redial;
using namespace std::chrono_literals;
using sample::epoch;

namespace {

constexpr auto now = epoch + 1h;

struct question {
  std::string name;
  campaign_status status = campaign_status::running;
  std::optional<time_point> start{};
  std::optional<time_point> end{};
  contact_state contact{};
  std::optional<bool> do_not_call{};
  dial_verdict verdict{};
  std::optional<time_point> eligible_at{};
  std::vector<dial_rule> failing{};
};

contact_state suppressed(contact_state contact) {
  contact.suppressed = true;
  return contact;
}

contact_state awaiting_result() {
  auto contact = sample::in_progress(3);
  contact.call->answered_at = epoch;
  contact.call->completed_at = epoch + 9s;
  return contact;
}

const std::vector<question>& questions() {
  using enum campaign_status;
  using enum dial_verdict;
  using enum dial_rule;
  static const std::vector<question> all{
    {.name = "pending", .verdict = eligible, .eligible_at = now},
    {.name = "retry that is due", .contact = sample::waiting(now), .verdict = eligible, .eligible_at = now},
    {.name = "retry to come",
      .contact = sample::waiting(now + 1ms),
      .verdict = later,
      .eligible_at = now + 1ms,
      .failing = {retry_due}},
    {.name = "before the end", .end = now + 1ms, .verdict = eligible, .eligible_at = now},
    {.name = "at the end", .end = now, .verdict = never, .failing = {end_time}},
    {.name = "retry after the end",
      .end = now + 1h,
      .contact = sample::waiting(now + 1h),
      .verdict = never,
      .failing = {retry_due}},
    {.name = "retry before the end",
      .end = now + 1h,
      .contact = sample::waiting(now + 1h - 1ms),
      .verdict = later,
      .eligible_at = now + 1h - 1ms,
      .failing = {retry_due}},
    {.name = "scheduled without a time",
      .status = scheduled,
      .verdict = blocked,
      .failing = {campaign_running, start_time}},
    {.name = "scheduled",
      .status = scheduled,
      .start = now + 2h,
      .verdict = later,
      .eligible_at = now + 2h,
      .failing = {campaign_running, start_time}},
    {.name = "about to start",
      .status = scheduled,
      .start = now,
      .verdict = later,
      .eligible_at = now,
      .failing = {campaign_running}},
    {.name = "started by hand before its time", .start = now + 2h, .verdict = eligible, .eligible_at = now},
    {.name = "starts after its end",
      .status = scheduled,
      .start = now + 2h,
      .end = now + 2h,
      .verdict = never,
      .failing = {campaign_running, start_time}},
    {.name = "paused", .status = paused, .verdict = blocked, .failing = {campaign_running}},
    {.name = "paused and not due",
      .status = paused,
      .contact = sample::waiting(now + 1h),
      .verdict = blocked,
      .failing = {campaign_running, retry_due}},
    {.name = "paused, and past its end",
      .status = paused,
      .end = epoch,
      .verdict = never,
      .failing = {campaign_running, end_time}},
    {.name = "completed",
      .status = completed,
      .contact = sample::done(),
      .verdict = never,
      .failing = {campaign_running, not_done}},
    {.name = "stopped", .status = stopped, .verdict = never, .failing = {campaign_running}},
    {.name = "in progress", .contact = sample::in_progress(), .verdict = blocked, .failing = {no_call_in_progress}},
    {.name = "in progress for the last time",
      .contact = sample::in_progress(3),
      .verdict = blocked,
      .failing = {no_call_in_progress, attempts_left}},
    {.name = "its result awaited",
      .contact = awaiting_result(),
      .verdict = blocked,
      .failing = {no_call_in_progress, attempts_left}},
    {.name = "in progress, cancelled",
      .contact = suppressed(sample::in_progress()),
      .verdict = never,
      .failing = {not_suppressed, no_call_in_progress}},
    {.name = "done", .contact = sample::done(), .verdict = never, .failing = {not_done}},
    {.name = "done after its last attempt",
      .contact = sample::done("not_reachable", 3),
      .verdict = never,
      .failing = {not_done, attempts_left}},
    {.name = "retry cancelled",
      .contact = suppressed(sample::done("not_reachable")),
      .verdict = never,
      .failing = {not_suppressed, not_done}},
    {.name = "removed", .contact = sample::removed(), .verdict = never, .failing = {on_list}},
    {.name = "not on the list of those not to be called",
      .do_not_call = false,
      .verdict = eligible,
      .eligible_at = now},
    {.name = "not to be called", .do_not_call = true, .verdict = never, .failing = {do_not_call}},
  };
  return all;
}

} // namespace

TEST_CASE("why a contact is not being dialed") {
  for (const auto& asked : questions()) {
    CAPTURE(asked.name);
    auto definition = sample::definition(3);
    if (asked.start || asked.end)
      definition.schedule = campaign_schedule{asked.start, asked.end, {}};
    const auto campaign = sample::in_status(asked.status, definition, 10);
    const auto told = explain(campaign, asked.contact, {asked.do_not_call, std::nullopt}, now);
    CHECK(to_string(told.verdict) == to_string(asked.verdict));
    CHECK(told.eligible_at == asked.eligible_at);
    std::vector<dial_rule> failing;
    for (const auto& each : told.rules) {
      CHECK_FALSE(each.detail.empty());
      if (!each.passes)
        failing.push_back(each.rule);
    }
    CHECK(failing == asked.failing);
    CHECK(std::is_sorted(told.rules.begin(), told.rules.end(),
      [](const rule_verdict& a, const rule_verdict& b) { return a.rule < b.rule; }));
    const bool accepted = decide_attempt(campaign, 4, asked.contact, sample::call, now).has_value();
    CHECK((told.verdict == dial_verdict::eligible) == (accepted && !asked.do_not_call.value_or(false)));
  }
}

TEST_CASE("lines are told of, and change nothing about the contact") {
  const auto ask = [](line_figures lines) {
    auto told = explain(sample::running(), {}, {std::nullopt, lines}, now);
    CHECK(told.verdict == dial_verdict::eligible);
    REQUIRE(told.rules.back().rule == dial_rule::line_free);
    return told.rules.back();
  };
  CHECK(ask({3, 10, {}}) == rule_verdict{dial_rule::line_free, true, "3 of 10 lines are in use"});
  CHECK(ask({10, 10, {}}) == rule_verdict{dial_rule::line_free, false, "10 of 10 lines are in use"});
  CHECK_FALSE(ask({12, 10, {}}).passes);
  CHECK(ask({0, 10, now}).passes);
  CHECK_FALSE(ask({0, 10, now + 1ms}).passes);
}
