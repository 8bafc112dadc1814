#include "domain/do_not_call.hpp"
#include "tests/domain/samples.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace std::chrono_literals;
using sample::call;
using sample::epoch;

namespace {

const phone somebody = phone::from_packed(919'876'543'210ULL);

dnc_entry entry(std::optional<time_point> expires_at, time_point created_at = epoch, std::string reason = "asked") {
  return {somebody, std::move(reason), "crm", created_at, expires_at};
}

} // namespace

TEST_CASE("an entry is in force until the instant at which it expires, or for good") {
  CHECK(in_force(std::nullopt, epoch));
  CHECK(in_force(epoch + 1h, epoch + 1h - 1ms));
  CHECK_FALSE(in_force(epoch + 1h, epoch + 1h));
  CHECK_FALSE(in_force(epoch + 1h, epoch + 2h));
}

TEST_CASE("a number that is put on the list again stands there since the first time, unless that was over") {
  const auto now = epoch + 10h;
  CHECK(replace_entry(std::nullopt, entry({}), now) == entry({}, now));
  CHECK(replace_entry(entry({}, epoch, "old"), entry(now + 1h), now) == entry(now + 1h, epoch));
  CHECK(replace_entry(entry(now + 1ms, epoch), entry({}), now) == entry({}, epoch));
  CHECK(replace_entry(entry(now, epoch), entry({}), now) == entry({}, now));
}

TEST_CASE("what was said counts before what was given, but for what was given for good") {
  const auto said = entry_of_disposition(somebody, *campaign_id::parse("cmp_000000001"), epoch + 1h);
  CHECK(said == dnc_entry{somebody, "disposition dnd", "cmp_000000001", epoch + 1h, std::nullopt});
  CHECK(effective_entry(std::nullopt, std::nullopt) == std::nullopt);
  CHECK(effective_entry(entry({}), std::nullopt) == entry({}));
  CHECK(effective_entry(std::nullopt, said) == said);
  CHECK(effective_entry(entry({}), said) == entry({}));
  CHECK(effective_entry(entry(epoch + 9h), said) == said); // for good from now on
}

// -- what puts a number on the list
// ------------------------------------------------------------------------------------

TEST_CASE("the event in which the person says so bears the number, and no other does") {
  const auto campaign = sample::definition();
  const auto noted = [](contact_event e, const contact_state& before) {
    note_do_not_call(e, before, somebody);
    return e.do_not_call;
  };
  const auto open = sample::in_progress();

  SECTION("told with the end of the call") {
    CHECK(noted(decide_ended(campaign, 0, open, call, {call_outcome::answered, "dnd", epoch + 30s}).value(), open)
          == somebody);
    CHECK(
      noted(decide_ended(campaign, 0, open, call, {call_outcome::answered, "interested", epoch + 30s}).value(), open)
      == std::nullopt);
    // Nobody answered: nobody can have said anything.
    CHECK(noted(decide_ended(campaign, 0, open, call, {call_outcome::no_answer, "dnd", epoch + 30s}).value(), open)
          == std::nullopt);
  }
  SECTION("told during the call: at once, and not again when it ends") {
    const auto told = decide_disposition(0, open, call, "dnd", epoch + 10s).value();
    CHECK(noted(told, open) == somebody);
    const auto ended = decide_ended(campaign, 0, told.after, call, {call_outcome::answered, {}, epoch + 30s}).value();
    CHECK(ended.after.disposition == "dnd");
    CHECK(noted(ended, told.after) == std::nullopt);
    const auto lost = decide_ended(campaign, 0, told.after, call, {call_outcome::unknown, {}, epoch + 30s}).value();
    CHECK(noted(lost, told.after) == std::nullopt);
  }
  SECTION("told after the call") {
    const auto over = decide_ended(campaign, 0, open, call, {call_outcome::answered, {}, epoch + 30s, true}).value();
    CHECK(noted(over, open) == std::nullopt);
    CHECK(noted(decide_disposition(0, over.after, call, "dnd", epoch + 40s).value(), over.after) == somebody);
    CHECK(noted(decide_result_overdue(0, over.after, call, 1min, epoch + 5min).value(), over.after) == std::nullopt);
  }
  SECTION("what is no disposition") {
    const auto contact = contact_state{};
    CHECK(noted(decide_attempt(sample::running(), 0, contact, call, epoch).value(), contact) == std::nullopt);
    CHECK(noted(*decide_removal(sample::running(), 0, contact, epoch).value().event, contact) == std::nullopt);
  }
}

// -- a contact whose number is on the list
// -----------------------------------------------------------------------------

TEST_CASE("a contact on the list is taken off as by a removal, and the event says why") {
  const auto campaign = sample::running(3);
  const auto off = [&](const contact_state& contact) { return decide_listed(campaign, 7, contact, epoch + 1h); };

  const auto never_called = off({});
  REQUIRE(never_called);
  CHECK(never_called->change == contact_change::removed);
  CHECK(never_called->contact == 7);
  CHECK(never_called->at == epoch + 1h);
  CHECK(never_called->after == sample::removed());
  CHECK(never_called->listed);

  const auto called_before = off(sample::waiting(epoch + 1h, 2));
  REQUIRE(called_before);
  CHECK(called_before->change == contact_change::retry_cancelled);
  CHECK(called_before->after.status == contact_status::done);
  CHECK(called_before->after.disposition == disposition::not_reachable);
  CHECK(called_before->after.suppressed);
  CHECK(called_before->listed);

  CHECK_FALSE(off(sample::in_progress()));
  CHECK_FALSE(off(sample::done()));
  CHECK_FALSE(off(sample::removed()));
}

TEST_CASE("an ended campaign leaves its contacts as they are") {
  for (const auto status : {campaign_status::completed, campaign_status::stopped})
    CHECK_FALSE(decide_listed(sample::in_status(status, sample::definition(), 3), 0, {}, epoch));
}

TEST_CASE("a removal by a caller does not claim to be of the list") {
  CHECK_FALSE(decide_removal(sample::running(), 0, {}, epoch).value().event->listed);
}
