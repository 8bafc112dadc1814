// What a provider says by itself, and what it is answered.
#include "telephony/http/signature.hpp"
#include "tests/show_result.hpp"
#include "tests/telephony_http/fixture.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::telephony;
using namespace std::chrono_literals;

namespace {

/// A call that the provider took, at second 100.
struct placed_call : gateway_fixture {
  placed_call() {
    place(1, heard);
    heard.take();
    pass(100s);
  }
  diary heard;
};

std::string completed(std::string_view outcome, std::string_view disposition = {}) {
  auto more = R"("outcome":")" + std::string{outcome} + "\"";
  if (!disposition.empty())
    more += R"(,"disposition":")" + std::string{disposition} + "\"";
  return gateway_fixture::event(1, "completed", more, 60);
}

const auto answered = gateway_fixture::event(1, "answered", "", 3);
const auto result_told = gateway_fixture::event(1, "result", R"("disposition":"interested")", 70);

} // namespace

TEST_CASE("the events of an answered call, in order") {
  placed_call f;
  for (const auto* progress : {"initiated", "ringing", "amd", "initiated"})
    CHECK(f.call_back(f.event(1, progress)) == "ok");
  CHECK(f.heard.text().empty()); // known since the POST was answered
  CHECK(f.call_back(answered) == "ok");
  CHECK(f.call_back(completed("answered")) == "ok");
  CHECK(f.gateway->in_flight() == 0);
  CHECK(f.call_back(result_told) == "ok");
  CHECK(f.heard.text() == "answered@3 ended(answered, result follows)@60 disposition(interested)@70");
  CHECK(f.heard.let_go());
  CHECK(f.gateway->counters().callbacks == 7);
}

TEST_CASE("a disposition may come before the end or with it") {
  placed_call before;
  CHECK(before.call_back(result_told) == "ok");
  CHECK(before.call_back(completed("answered")) == "ok");
  CHECK(before.heard.text() == "disposition(interested)@70 ended(answered)@60");
  CHECK(before.heard.let_go());
  placed_call with;
  CHECK(with.call_back(completed("answered", "call_back")) == "ok");
  CHECK(with.heard.text() == "ended(answered call_back)@60");
  CHECK(with.heard.let_go());
}

TEST_CASE("no result is awaited of a call that nobody answered") {
  for (auto outcome : all_call_outcomes) {
    if (outcome == call_outcome::answered || outcome == call_outcome::unknown)
      continue;
    placed_call f;
    CHECK(f.call_back(completed(to_string(outcome))) == "ok");
    CHECK(f.heard.text() == "ended(" + std::string{to_string(outcome)} + ")@60");
    CHECK(f.heard.let_go());
  }
}

TEST_CASE("repeated and late callbacks are answered, not applied") {
  placed_call f;
  CHECK(f.call_back(answered) == "ok");
  CHECK(f.call_back(answered) == "ok"); // redial cannot know that its answer to the first arrived: told again
  CHECK(f.heard.take() == "answered@3 answered@3");
  CHECK(f.call_back(completed("busy")) == "ok");
  CHECK(f.heard.take() == "ended(busy)@60");
  CHECK(f.call_back(completed("busy")) == "ok");
  CHECK(f.call_back(answered) == "ok");
  CHECK(f.call_back(f.event(99, "answered")) == "ok");
  CHECK(f.heard.text().empty());
  CHECK(f.gateway->counters().callbacks == 3);
  CHECK(f.gateway->counters().callbacks_unmatched == 3);
}

TEST_CASE("an event that redial does not know is answered, not applied") {
  placed_call f;
  CHECK(f.call_back(f.event(1, "transferred")) == "ok");
  CHECK(f.heard.text().empty());
  CHECK(f.gateway->counters().callbacks_unmatched == 1);
}

TEST_CASE("a callback that is not signed, or not of the protocol, is refused") {
  placed_call f;
  std::string said;
  const auto done = [&](const result<void>& answer) { said = answer ? "ok" : code_name(answer.error().code); };
  f.gateway->take_callback("", answered, done);
  CHECK(said == "unauthorized");
  f.gateway->take_callback(sign("another", 1'000'100, answered), answered, done);
  CHECK(said == "unauthorized");
  f.gateway->take_callback(sign(test_secret, 1'000'100 - 301, answered), answered, done);
  CHECK(said == "unauthorized");
  f.gateway->take_callback(sign(test_secret, 1'000'100 - 300, answered), answered, done);
  CHECK(said == "ok");
  CHECK(f.call_back("[]") == "malformed");
  CHECK(f.call_back(f.event(1, "completed", R"("outcome":"odd")")) == "invalid_value/outcome");
  CHECK(f.gateway->counters().callbacks_refused == 5);
  CHECK(f.heard.text() == "answered@3");
}

TEST_CASE("a callback is answered when what follows from it is committed") {
  placed_call f;
  f.heard.hold();
  for (const auto& body : {answered, completed("answered"), result_told}) {
    CHECK(f.call_back(body).empty());
    f.pass(7s);
    CHECK(f.callback_answers.back()->empty());
    f.heard.confirm();
    CHECK(*f.callback_answers.back() == "ok");
  }
  f.pass(1h);
  CHECK(*f.callback_answers.back() == "ok"); // once
}

TEST_CASE("a callback that is not committed in time, or not at all, is to be sent again") {
  placed_call f;
  f.heard.hold();
  CHECK(f.call_back(answered).empty());
  f.pass(3s);
  CHECK(f.call_back(answered).empty());
  f.pass(5s - 1ms);
  CHECK(f.callback_answers.at(0)->empty());
  f.pass(1ms);
  CHECK(*f.callback_answers.at(0) == "unavailable");
  CHECK(f.callback_answers.at(1)->empty());
  f.pass(3s);
  CHECK(*f.callback_answers.at(1) == "unavailable");
  f.heard.confirm(); // too late for the answer
  CHECK(*f.callback_answers.at(0) == "unavailable");

  CHECK(f.call_back(answered).empty());
  f.heard.drop();
  CHECK(*f.callback_answers.at(2) == "unavailable");
}

TEST_CASE("an end that could not be committed is told again when it is sent again") {
  placed_call f;
  f.heard.hold();
  CHECK(f.call_back(completed("busy")).empty());
  f.heard.drop();
  CHECK(*f.callback_answers.back() == "unavailable");
  CHECK(f.call_back(completed("busy")).empty());
  CHECK(f.heard.text() == "ended(busy)@60 ended(busy)@60");
  f.heard.confirm();
  CHECK(*f.callback_answers.back() == "ok");
  CHECK(f.heard.let_go());
  CHECK(f.gateway->in_flight() == 0);
  CHECK(f.call_back(completed("busy")) == "ok");
  CHECK(f.gateway->counters().callbacks_unmatched == 1);
}

TEST_CASE("what came before the end being committed does not make the end so") {
  placed_call f;
  f.heard.hold();
  CHECK(f.call_back(result_told).empty());
  CHECK(f.call_back(completed("answered")).empty());
  f.heard.confirm_first();
  CHECK(*f.callback_answers.at(0) == "ok");
  CHECK(f.call_back(completed("answered")).empty()); // a duplicate waits for the commit as well
  f.heard.confirm();
  CHECK(*f.callback_answers.at(1) == "ok");
  CHECK(*f.callback_answers.at(2) == "ok");
  CHECK(f.heard.let_go());
}

TEST_CASE("an end that is never committed is forgotten in the end") {
  placed_call f;
  f.heard.hold();
  f.call_back(completed("busy"));
  f.heard.drop();
  f.pass(160s);
  CHECK(f.heard.let_go());
  CHECK(f.timers.size() == 0);
}

TEST_CASE("a disposition is awaited as long as the engine waits, and a little longer") {
  placed_call f;
  CHECK(f.call_back(completed("answered")) == "ok");
  f.pass(149s);
  CHECK_FALSE(f.heard.let_go());
  CHECK(f.call_back(completed("answered")) == "ok"); // once more does not prolong it
  f.pass(11s);
  CHECK(f.heard.let_go());
  CHECK(f.call_back(result_told) == "ok");
  CHECK(f.gateway->counters().callbacks_unmatched == 1);
  CHECK(f.provider.text().empty()); // nor is such a call looked up
}

TEST_CASE("callbacks that nobody waits for hold nothing up") {
  placed_call f;
  f.heard.hold();
  for (int i = 0; i < 100; ++i)
    f.call_back(answered);
  f.heard.confirm();
  for (const auto& answer : f.callback_answers)
    CHECK(*answer == "ok");
  CHECK(f.timers.size() <= 2); // the sweep, and one for all that wait
}

TEST_CASE("a listener may end the gateway") {
  gateway_fixture f;
  std::string heard;
  f.gateway->place(request_for(1), [&](const call_news&, const receipt&) {
    heard += "news ";
    f.gateway->shut_down();
  });
  f.provider.answer(202, R"({"call_id":"p1"})");
  CHECK(heard == "news ");
  CHECK(f.gateway->in_flight() == 0);
}

TEST_CASE("a listener may place the next call") {
  gateway_fixture f;
  diary next;
  f.gateway->place(request_for(1), [&](const call_news& news, const receipt& of) {
    of.confirm();
    if (std::holds_alternative<call_ended>(news))
      f.gateway->place(request_for(17), next.listener()); // of the same shard
  });
  f.provider.answer(202, R"({"call_id":"p1"})");
  CHECK(f.call_back(completed("busy")) == "ok");
  f.provider.answer(202, R"({"call_id":"p2"})");
  CHECK(next.text() == "placed");
}
