#include "domain/notice.hpp"
#include "samples.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <set>

using namespace redial;

namespace {

using told = std::vector<std::string>;

/// "type sub label" of each notice of `e`; the label only with calls.
void tell(told& all, const contact_event& e) {
  for (const auto& each : notices_of(event{e})) {
    REQUIRE(each.call);
    REQUIRE(each.call->ended.has_value() != each.call->open.has_value());
    CHECK(each.at == e.at);
    CHECK(each.call->contact == e.contact);
    CHECK(each.call->attempt == (e.ended ? e.ended->attempt : e.after.attempts));
    const auto label = each.call->ended ? each.call->ended->disposition : each.call->open->disposition;
    all.push_back(std::string{to_string(each.type)} + " " + std::to_string(each.sub) + " " + label);
  }
}

/// One contact of a campaign with two attempts, led through its calls by the rules.
struct contact_life {
  campaign_state campaign = sample::running(2);
  contact_state state{};
  time_point now = sample::epoch;
  told all{};
  std::uint64_t calls = 0;

  call_id open() const { return state.call->id; }
  void take(result<contact_event> e) {
    state = e.value().after;
    now += milliseconds{1000};
    tell(all, *e);
  }
  contact_life& dial() {
    if (state.due)
      now = *state.due;
    take(decide_attempt(campaign, 4, state, call_id{1, ++calls}, now));
    return *this;
  }
  contact_life& answer() {
    take(decide_answered(4, state, open(), now));
    return *this;
  }
  contact_life& end(call_outcome outcome, std::string label = {}, bool follows = false) {
    take(decide_ended(*campaign.definition, 4, state, open(), {outcome, std::move(label), now, follows}));
    return *this;
  }
  contact_life& say(std::string_view label) {
    take(decide_disposition(4, state, open(), label, now));
    return *this;
  }
  contact_life& overdue() {
    now += std::chrono::hours{1};
    take(decide_result_overdue(4, state, open(), milliseconds{1}, now));
    return *this;
  }
};

} // namespace

TEST_CASE("what is told of a call, however it goes") {
  using enum call_outcome;
  // It ends with its disposition.
  CHECK(contact_life{}.dial().answer().end(answered, "interested").all
        == told{"call.completed 0 interested", "call.disposition_set 1 interested"});
  CHECK(contact_life{}.dial().answer().end(answered, "escalated").all
        == told{"call.completed 0 escalated", "call.disposition_set 1 escalated", "call.escalated 2 escalated"});
  CHECK(contact_life{}.dial().answer().end(answered).all
        == told{"call.completed 0 no_disposition", "call.disposition_set 1 no_disposition"});
  // The disposition comes by itself after the end: completed once, and not a second time.
  CHECK(contact_life{}.dial().answer().end(answered, {}, true).say("callback").all
        == told{"call.completed 0 ", "call.disposition_set 1 callback"});
  CHECK(contact_life{}.dial().answer().end(answered, {}, true).say("escalated").all
        == told{"call.completed 0 ", "call.disposition_set 1 escalated", "call.escalated 2 escalated"});
  CHECK(contact_life{}.dial().answer().end(answered, {}, true).overdue().all
        == told{"call.completed 0 ", "call.disposition_set 1 no_disposition"});
  // Or before it: set once, and not a second time.
  CHECK(contact_life{}.dial().answer().say("callback").end(answered).all
        == told{"call.disposition_set 1 callback", "call.completed 0 callback"});
  CHECK(contact_life{}.dial().answer().say("escalated").end(answered, "escalated").all
        == told{"call.disposition_set 1 escalated", "call.escalated 2 escalated", "call.completed 0 escalated"});
  CHECK(contact_life{}.dial().answer().say("callback").end(network_error).all
        == told{"call.disposition_set 1 callback", "call.completed 0 callback"});
  CHECK(contact_life{}.dial().say("callback").end(unknown).all
        == told{"call.disposition_set 1 callback", "call.completed 0 callback"});
  // Said before, and something else at the end: that counts, and is told.
  CHECK(contact_life{}.dial().answer().say("callback").end(answered, "dnd").all
        == told{"call.disposition_set 1 callback", "call.completed 0 dnd", "call.disposition_set 1 dnd"});
  // Reached nobody: a disposition only with the last attempt.
  CHECK(contact_life{}.dial().end(busy).all == told{"call.completed 0 "});
  CHECK(contact_life{}.dial().end(busy).dial().end(no_answer).all
        == told{"call.completed 0 ", "call.completed 0 not_reachable", "call.disposition_set 1 not_reachable"});
  CHECK(contact_life{}.dial().end(invalid_number).all
        == told{"call.completed 0 not_reachable", "call.disposition_set 1 not_reachable"});
  CHECK(contact_life{}.dial().end(unknown).all == told{"call.completed 0 unknown", "call.disposition_set 1 unknown"});
}

TEST_CASE("what a contact goes through without a call is not told") {
  contact_life life;
  life.dial();
  life.take(decide_not_placed(*life.campaign.definition, 4, life.state, life.open(), life.now));
  life.take(decide_removal(life.campaign, 4, life.state, life.now)->event.value());
  CHECK(life.all.empty());
  contact_life called;
  called.dial().end(call_outcome::busy);
  called.all.clear();
  called.take(decide_removal(called.campaign, 4, called.state, called.now)->event.value());
  CHECK(called.all.empty());
}

TEST_CASE("every move of a campaign is told under its name") {
  const std::vector<std::pair<campaign_change, std::string>> table{{campaign_change::started, "campaign.started"},
    {campaign_change::paused, "campaign.paused"}, {campaign_change::resumed, "campaign.resumed"},
    {campaign_change::stopped, "campaign.stopped"}, {campaign_change::completed, "campaign.completed"}};
  for (const auto& [change, name] : table) {
    const auto all = notices_of(event{campaign_changed{change, end_reason::none, sample::epoch}});
    REQUIRE(all.size() == 1);
    CHECK(to_string(all.front().type) == name);
    CHECK(all.front().at == sample::epoch);
    CHECK_FALSE(all.front().call);
  }
  CHECK(notices_of(event{campaign_created{}}).empty());

  auto definition = sample::definition();
  const event paused = campaign_changed{campaign_change::paused, end_reason::none, sample::epoch};
  CHECK(notices_of(definition, paused).size() == 1);
  definition.single_call = call_id{1, 2};
  CHECK(notices_of(definition, paused).empty());
}

TEST_CASE("names of notices go there and back, and a filter keeps them apart") {
  std::set<std::string_view> names;
  for (auto type : all_notice_types) {
    names.insert(to_string(type));
    CHECK(parse_notice_type(to_string(type)) == type);
    CHECK(notice_filter::all().has(type));
    CHECK_FALSE(notice_filter{}.has(type));
  }
  CHECK(names.size() == all_notice_types.size());
  CHECK(parse_notice_type("call.ended") == std::nullopt);
  CHECK(parse_notice_type("*") == std::nullopt);
  notice_filter some;
  CHECK(some.empty());
  some.add(notice_type::call_completed);
  CHECK(some.has(notice_type::call_completed));
  CHECK_FALSE(some.has(notice_type::call_escalated));
}

TEST_CASE("the id of a notice names its event, and nothing else is one") {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  for (const notice_id id : {notice_id{1, 1, 0}, {7, 123456, 2}, {most, most, 1}}) {
    CHECK(id.to_string().size() == 27);
    CHECK(notice_id::parse(id.to_string()) == id);
  }
  CHECK(notice_id{1, 62, 1}.to_string() == "evt_00000000001000000000101");
  for (const std::string_view bad : {"", "evt_", "evt_0000000000100000000010", "evt_000000000010000000001000",
         "evt_00000000001000000000103", "evt_0000000000100000000010-", "evt_00000000000000000000101",
         "evt_00000000001000000000000", "cal_00000000001000000000101", "evt_zzzzzzzzzzz000000000101"})
    CHECK(notice_id::parse(bad) == std::nullopt);
}
