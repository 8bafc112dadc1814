// Asking the provider where a call stands.
#include "telephony/http/signature.hpp"
#include "tests/show_result.hpp"
#include "tests/telephony_http/fixture.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::telephony;
using namespace std::chrono_literals;

namespace {

const auto look_up_1 = "GET /calls?attempt_id=" + request_for(1).id.to_string();

std::string answer_of(std::string_view status, const std::vector<std::string>& events) {
  std::string list;
  for (const auto& event : events)
    list += (list.empty() ? "" : ",") + event;
  return R"({"call_id":"p/1","status":")" + std::string{status} + R"(","events":[)" + list + "]}";
}

/// A call whose POST nobody knows about, and the first look-up on its way.
struct uncertain_call : gateway_fixture {
  explicit uncertain_call(bool lookup_fences = true) : gateway_fixture{lookup_fences} {
    gateway->place(request_for(1), heard.listener());
    provider.fail(http_failure::uncertain);
    pass(1s);
  }
  diary heard;
};

/// A call of which redial lost sight, asked for.
struct recovered_call : gateway_fixture {
  explicit recovered_call(bool lookup_fences = true) : gateway_fixture{lookup_fences} {
    gateway->look_up(request_for(1).id, heard.listener());
  }
  diary heard;
};

/// A call placed long ago, of which no end was heard.
struct overdue_call : gateway_fixture {
  overdue_call() {
    place(1, heard);
    CHECK(heard.take() == "placed");
    pass(659s);
    CHECK(provider.text().empty());
    pass(11s); // 600 s of talking, 30 of ringing, 30 of margin, and the sweep comes every ten
  }
  diary heard;
};

const auto answered_3 = gateway_fixture::event(1, "answered", "", 3);
const auto busy_9 = gateway_fixture::event(1, "completed", R"("outcome":"busy")", 9);
const auto spoken_9 = gateway_fixture::event(1, "completed", R"("outcome":"answered")", 9);
const auto result_8 = gateway_fixture::event(1, "result", R"("disposition":"interested")", 8);

} // namespace

TEST_CASE("a look-up is signed over nothing") {
  recovered_call f;
  REQUIRE(f.provider.text() == look_up_1);
  const auto& get = f.provider.under_way.front().request;
  CHECK(get.body.empty());
  CHECK(get.idempotency_key.empty());
  CHECK(check_signature(get.signature, test_secret, 1'000'000, ""));
  CHECK(f.gateway->in_flight() == 1);
}

TEST_CASE("what a provider says of a call that is asked for") {
  struct row {
    std::string status;
    std::vector<std::string> events;
    std::string heard;
    bool live;
  };
  const std::vector<row> rows{
    {"in_progress", {}, "placed", true},
    {"in_progress", {answered_3}, "placed answered@3", true},
    {"in_progress", {answered_3, result_8}, "placed answered@3 disposition(interested)@8", true},
    {"in_progress", {busy_9}, "placed ended(busy)@9", false}, // the event knows more than the status
    {"ended", {busy_9}, "ended(busy)@9", false},
    {"ended", {gateway_fixture::event(1, "ringing"), busy_9}, "ended(busy)@9", false},
    {"ended", {answered_3, result_8, spoken_9}, "answered@3 disposition(interested)@8 ended(answered)@9", false},
    {"ended", {answered_3, spoken_9, result_8},
      "answered@3 ended(answered, result follows)@9 disposition(interested)@8", false},
    {"ended", {answered_3, spoken_9}, "answered@3 ended(answered, result follows)@9", false},
    {"ended", {gateway_fixture::event(1, "completed", R"("outcome":"answered","disposition":"interested")", 9)},
      "ended(answered interested)@9", false},
    {"ended", {}, "ended(unknown)@1", false},
    {"ended", {answered_3, gateway_fixture::event(1, "completed", R"("outcome":"odd")", 9)},
      "answered@3 ended(unknown)@1", false},
  };
  for (const auto& [status, events, expected, live] : rows) {
    CAPTURE(status, expected);
    const auto check = [&, &is = status, &bears = events, &text = expected, lives = live](auto& f) {
      f.pass(10s - (f.time.now() - gateway_fixture::start));
      f.provider.answer(200, answer_of(is, bears));
      auto at_ten = text;
      if (const auto unknown = at_ten.find("(unknown)@1"); unknown != std::string::npos)
        at_ten += "0";
      CHECK(f.heard.text() == at_ten);
      CHECK(f.gateway->in_flight() == (lives ? 1 : 0));
      CHECK(f.provider.text().empty());
    };
    SECTION("of which redial lost sight: " + status + " " + expected) {
      recovered_call f;
      check(f);
    }
    SECTION("whose POST was uncertain: " + status + " " + expected) {
      uncertain_call f;
      check(f);
    }
  }
}

TEST_CASE("never heard of it: nothing was placed, where the provider promises that it stays so") {
  uncertain_call f;
  f.provider.disown();
  CHECK(f.heard.text() == "not_placed(0)");
  CHECK(f.heard.let_go());
  CHECK(f.gateway->in_flight() == 0);
  recovered_call g;
  g.provider.disown();
  CHECK(g.heard.text() == "not_placed(0)");
}

TEST_CASE("never heard of it, without that promise: nobody can tell") {
  uncertain_call f{false};
  f.provider.disown();
  CHECK(f.heard.text() == "ended(unknown)@1");
  CHECK(f.heard.let_go());
  recovered_call g{false};
  g.provider.disown();
  CHECK(g.heard.text() == "ended(unknown)@0");
}

TEST_CASE("a 404 that is not the provider's own word is none") {
  for (const auto* body : {"", "<html>", "[]", R"({"attempt_id":1})", R"({"detail":"not found"})",
         R"({"attempt_id":"cal_0000000000000000000000"})"}) {
    CAPTURE(body);
    uncertain_call f;
    f.provider.answer(404, body);
    CHECK(f.heard.text().empty());
    CHECK(f.gateway->in_flight() == 1);
    CHECK(f.logged.size() == 1);
    f.pass(2s);
    f.provider.disown();
    CHECK(f.heard.text() == "not_placed(0)");
  }
}

TEST_CASE("a provider that forgot a call it had placed does not make it unplaced") {
  overdue_call f;
  f.provider.disown();
  CHECK(f.heard.text() == "ended(unknown)@670");
  CHECK(f.gateway->in_flight() == 0);
}

TEST_CASE("a provider that does not answer is asked for ever, less and less often") {
  uncertain_call f;
  const std::vector<http_outcome> silences{http_failure::never_sent, http_failure::uncertain, http_answer{500, "", 0ms},
    http_answer{200, "not JSON", 0ms}, http_answer{401, "", 0ms}, http_answer{202, answer_of("ended", {}), 0ms},
    http_answer{429, "", 2s}, http_answer{503, "", 0ms}};
  const std::vector<milliseconds> waits{1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s};
  for (std::size_t i = 0; i < silences.size(); ++i) {
    CAPTURE(i);
    REQUIRE(f.provider.text() == look_up_1);
    auto asked = std::move(f.provider.under_way.front());
    f.provider.under_way.clear();
    asked.done(silences.at(i));
    f.pass(waits.at(i) - 1ms);
    CHECK(f.provider.text().empty());
    f.pass(1ms);
  }
  for (int i = 0; i < 400; ++i) {
    REQUIRE(f.provider.text() == look_up_1);
    f.provider.fail(http_failure::never_sent);
    f.pass(30s);
  }
  CHECK(f.heard.text().empty());
  CHECK(f.gateway->in_flight() == 1);
  CHECK(f.gateway->counters().lookups == 409);
  f.provider.answer(200, answer_of("ended", {busy_9}));
  CHECK(f.heard.text() == "ended(busy)@9");
}

TEST_CASE("a provider that wants to be left alone is, up to five minutes") {
  uncertain_call f;
  f.provider.answer(503, "", 20s);
  f.pass(20s - 1ms);
  CHECK(f.provider.text().empty());
  f.pass(1ms);
  CHECK(f.provider.text() == look_up_1);
  f.provider.answer(429, "", 24h);
  f.pass(5min);
  CHECK(f.provider.text() == look_up_1);
}

TEST_CASE("a callback settles that a call was placed; the look-up is called off") {
  uncertain_call f;
  CHECK(f.call_back(f.event(1, "ringing")) == "ok");
  CHECK(f.heard.take() == "placed");
  f.provider.disown(); // of before: it must not count any more
  CHECK(f.heard.text().empty());
  CHECK(f.gateway->in_flight() == 1);
  f.pass(60s);
  CHECK(f.provider.text().empty());
  CHECK(f.call_back(busy_9) == "ok");
  CHECK(f.heard.text() == "ended(busy)@9");
  CHECK(f.heard.let_go());
}

TEST_CASE("a callback does not call off the look-up of a call of which redial lost sight") {
  recovered_call f;
  f.pass(10s);
  CHECK(f.call_back(f.event(1, "amd")) == "ok");
  CHECK(f.heard.take() == "placed");
  f.provider.answer(200, answer_of("in_progress", {answered_3}));
  CHECK(f.heard.take() == "placed answered@3");
  CHECK(f.call_back(busy_9) == "ok");
  CHECK(f.heard.text() == "ended(busy)@9");
}

TEST_CASE("the end of a recovered call may come by callback, and its disposition by look-up") {
  recovered_call f;
  CHECK(f.call_back(spoken_9) == "ok");
  CHECK(f.heard.take() == "ended(answered, result follows)@0"); // an instant that lies ahead is now
  f.pass(10s);
  f.provider.answer(200, answer_of("ended", {result_8, spoken_9}));
  CHECK(f.heard.text() == "disposition(interested)@8");
  CHECK(f.heard.let_go());
}

TEST_CASE("a call goes on by callbacks after the look-up") {
  recovered_call f;
  f.provider.answer(200, answer_of("in_progress", {}));
  f.pass(20s);
  CHECK(f.call_back(answered_3) == "ok");
  CHECK(f.call_back(spoken_9) == "ok");
  CHECK(f.call_back(result_8) == "ok");
  CHECK(f.heard.text() == "placed answered@3 ended(answered, result follows)@9 disposition(interested)@8");
  CHECK(f.heard.let_go());
}

TEST_CASE("a listener that takes over hears it all again") {
  gateway_fixture f;
  diary former;
  diary heard;
  f.place(1, former);
  f.pass(10s);
  CHECK(f.call_back(answered_3) == "ok");
  f.gateway->look_up(request_for(1).id, heard.listener());
  CHECK(former.let_go());
  CHECK(f.gateway->in_flight() == 1);
  f.provider.answer(200, answer_of("in_progress", {answered_3}));
  CHECK(heard.text() == "placed answered@3");
  CHECK(f.call_back(busy_9) == "ok");
  CHECK(heard.text() == "placed answered@3 ended(busy)@9");
}

TEST_CASE("a listener that takes over while the POST is on its way hears of its answer") {
  gateway_fixture f;
  diary former;
  diary heard;
  f.gateway->place(request_for(1), former.listener());
  f.gateway->look_up(request_for(1).id, heard.listener());
  CHECK(former.let_go());
  CHECK(f.provider.text() == "POST /calls"); // asking now would make the provider refuse the POST
  SECTION("placed") {
    f.provider.answer(202, R"({"call_id":"p1"})");
    CHECK(heard.text() == "placed");
  }
  SECTION("not placed") {
    f.provider.answer(503);
    CHECK(heard.text() == "not_placed(1000)");
  }
  SECTION("nobody knows") {
    f.provider.fail(http_failure::uncertain);
    f.pass(1s);
    f.provider.disown();
    CHECK(heard.text() == "not_placed(0)");
  }
  SECTION("a callback said so first") {
    CHECK(f.call_back(f.event(1, "initiated")) == "ok");
    CHECK(heard.text() == "placed");
  }
  CHECK(former.text().empty());
}

TEST_CASE("a listener may take over a call whose end is not committed yet") {
  gateway_fixture f;
  diary former;
  diary heard;
  f.place(1, former);
  former.hold();
  f.pass(20s);
  CHECK(f.call_back(busy_9).empty());
  CHECK(f.gateway->in_flight() == 0);
  f.gateway->look_up(request_for(1).id, heard.listener());
  CHECK(f.gateway->in_flight() == 1);
  former.confirm(); // of the former one: the new one has heard nothing yet
  CHECK(*f.callback_answers.back() == "ok");
  f.provider.answer(200, answer_of("ended", {busy_9}));
  CHECK(heard.text() == "ended(busy)@9");
  CHECK(heard.let_go());
  CHECK(f.gateway->in_flight() == 0);
}

TEST_CASE("two listeners one after the other: the answer to the first look-up does not count") {
  recovered_call f;
  diary second;
  f.gateway->look_up(request_for(1).id, second.listener());
  CHECK(f.heard.let_go());
  CHECK(f.provider.under_way.size() == 2);
  f.provider.answer(200, answer_of("in_progress", {}));
  CHECK(second.text().empty());
  f.provider.answer(200, answer_of("in_progress", {answered_3}));
  CHECK(second.text() == "placed answered@0");
}

TEST_CASE("an overdue call is looked up; what was missed is told") {
  overdue_call f;
  REQUIRE(f.provider.text() == look_up_1);
  CHECK(f.gateway->counters().overdue == 1);
  f.provider.answer(200, answer_of("ended", {answered_3, spoken_9, result_8}));
  CHECK(f.heard.text() == "answered@3 ended(answered, result follows)@9 disposition(interested)@8");
  CHECK(f.heard.let_go());
  CHECK(f.gateway->in_flight() == 0);
  CHECK(f.gateway->counters().uncertain == 0);
}

TEST_CASE("an overdue call that still runs is cancelled, three times, and then given up") {
  overdue_call f;
  for (int i = 0; i < 3; ++i) {
    CAPTURE(i);
    REQUIRE(f.provider.text() == look_up_1);
    f.provider.answer(200, answer_of("in_progress", {}));
    REQUIRE(f.provider.text() == "DELETE /calls/p%2F1");
    const auto& erase = f.provider.under_way.front().request;
    CHECK(erase.body.empty());
    CHECK(
      check_signature(erase.signature, test_secret, f.time.now().time_since_epoch().count() / 1000, "").has_value());
    f.provider.answer(i == 0 ? 202 : 404);
    CHECK(f.heard.text().empty());
    f.pass(40s);
  }
  CHECK(f.gateway->in_flight() == 1);
  f.provider.answer(200, answer_of("in_progress", {}));
  CHECK(f.heard.text() == "ended(unknown)@790");
  CHECK(f.logged.size() == 1);
  CHECK(f.gateway->in_flight() == 0);
  CHECK(f.heard.let_go());
  CHECK(f.provider.text().empty());
}

TEST_CASE("a cancelled call ends by its callback") {
  overdue_call f;
  f.provider.answer(200, answer_of("in_progress", {}));
  f.provider.answer(202);
  CHECK(f.call_back(f.event(1, "completed", R"("outcome":"abandoned")", 671)) == "ok");
  CHECK(f.heard.text() == "ended(abandoned)@670");
  f.pass(1h);
  CHECK(f.provider.text().empty());
  CHECK(f.timers.size() == 0); // nothing lives, so nothing is swept
}

TEST_CASE("the end of an overdue call may come while it is asked for") {
  overdue_call f;
  CHECK(f.call_back(busy_9) == "ok");
  f.provider.answer(200, answer_of("in_progress", {}));
  CHECK(f.heard.text() == "ended(busy)@9");
  CHECK(f.provider.text().empty()); // not cancelled
}

TEST_CASE("a call whose look-ups have no answer is not asked for twice at a time") {
  uncertain_call f;
  f.pass(2h);
  CHECK(f.provider.text() == look_up_1);
  CHECK(f.gateway->counters().overdue == 0);
}

TEST_CASE("an answer of no use is told once a series") {
  uncertain_call f;
  for (int i = 0; i < 5; ++i) {
    f.provider.answer(200, "[]");
    f.pass(30s);
  }
  CHECK(f.logged.size() == 1);
  f.provider.answer(200, answer_of("in_progress", {"7"}));
  CHECK(f.logged.size() == 2);
  CHECK(f.logged.back().find("1 events") != std::string::npos);
}
