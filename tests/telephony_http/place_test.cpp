// What each answer to POST /calls means.
#include "telephony/http/signature.hpp"
#include "tests/show_result.hpp"
#include "tests/telephony_http/fixture.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace redial;
using namespace redial::telephony;
using namespace std::chrono_literals;

namespace {

const auto look_up_1 = "GET /calls?attempt_id=" + request_for(1).id.to_string();

} // namespace

TEST_CASE("a call is posted once, signed, under its id") {
  gateway_fixture f;
  diary heard;
  f.gateway->place(request_for(1), heard.listener());
  REQUIRE(f.provider.text() == "POST /calls");
  const auto& post = f.provider.under_way.front().request;
  CHECK(post.idempotency_key == request_for(1).id.to_string());
  CHECK(check_signature(post.signature, test_secret, 1'000'000, post.body));
  CHECK(post.body.find("\"callback_url\":\"http://redial.test/v1/gateway/events\"") != std::string::npos);
  CHECK(heard.text().empty());
  CHECK(f.gateway->in_flight() == 1);

  f.gateway->place(request_for(1), diary{}.listener()); // the same once more is ignored
  CHECK(f.provider.under_way.size() == 1);
  f.provider.answer(202, R"({"call_id":"p1"})");
  CHECK(heard.text() == "placed");
  CHECK(f.gateway->counters().placed == 1);
  CHECK(f.gateway->in_flight() == 1);
}

TEST_CASE("an answer that settles it at once") {
  struct row {
    unsigned status;
    milliseconds retry_after;
    std::string heard;
    bool live;
  };
  for (const auto& [status, retry_after, expected, live] : std::vector<row>{
         {200, 0s, "placed", true},
         {201, 0s, "placed", true},
         {202, 0s, "placed", true},
         {400, 0s, "ended(network_error)@0", false},
         {401, 0s, "not_placed(30000)", false},
         {402, 0s, "ended(network_error)@0", false},
         {403, 0s, "not_placed(30000)", false},
         {404, 0s, "not_placed(30000)", false},
         {405, 0s, "not_placed(30000)", false},
         {410, 0s, "ended(network_error)@0", false},
         {422, 0s, "ended(network_error)@0", false},
         {429, 0s, "not_placed(1000)", false},
         {429, 7s, "not_placed(7000)", false},
         {503, 0s, "not_placed(1000)", false},
         {503, 90s, "not_placed(90000)", false},
         {503, 24h, "not_placed(300000)", false},
       }) {
    CAPTURE(status, retry_after.count());
    gateway_fixture f;
    diary heard;
    f.gateway->place(request_for(1), heard.listener());
    f.provider.answer(status, R"({"call_id":"p1"})", retry_after);
    CHECK(heard.text() == expected);
    CHECK(f.gateway->in_flight() == (live ? 1 : 0));
    CHECK(heard.let_go() == !live);
    f.pass(5min);
    CHECK(f.provider.text().empty()); // it is settled: neither posted nor asked for again
    CHECK(heard.text() == expected);
  }
}

TEST_CASE("an answer after which nobody knows is looked up, and nothing told before") {
  for (const auto& outcome : std::vector<http_outcome>{http_failure::uncertain, http_answer{408, "", 0ms},
         http_answer{409, "", 0ms}, http_answer{425, "", 0ms}, http_answer{500, "", 0ms}, http_answer{502, "", 0ms},
         http_answer{504, "", 0ms}, http_answer{302, "", 0ms}, http_answer{101, "", 0ms},
         http_answer{202, "not JSON", 0ms}, http_answer{200, "{}", 0ms}, http_answer{204, "", 0ms}}) {
    gateway_fixture f;
    diary heard;
    f.gateway->place(request_for(1), heard.listener());
    auto post = std::move(f.provider.under_way.front());
    f.provider.under_way.clear();
    post.done(outcome);
    CHECK(heard.text().empty());
    CHECK(f.provider.text().empty());
    CHECK(f.gateway->counters().uncertain == 1);
    f.pass(1s);
    CHECK(f.provider.text() == look_up_1);
    CHECK(heard.text().empty());
    CHECK(f.gateway->in_flight() == 1);
  }
}

TEST_CASE("a provider that cannot be reached is left alone, then tried with one call") {
  gateway_fixture f;
  diary first;
  diary second;
  f.gateway->place(request_for(1), first.listener());
  f.provider.fail(http_failure::never_sent);
  CHECK(first.text() == "not_placed(1000)");
  CHECK(first.let_go());
  f.pass(400ms);
  f.gateway->place(request_for(2), second.listener());
  CHECK(second.take() == "not_placed(600)");
  CHECK(f.provider.text().empty());
  f.pass(600ms);
  f.gateway->place(request_for(2), second.listener());
  CHECK(f.provider.text() == "POST /calls");
  f.gateway->place(request_for(3), first.listener());
  CHECK(first.take() == "not_placed(1000) not_placed(1000)");
  f.provider.fail(http_failure::never_sent);
  CHECK(second.take() == "not_placed(2000)");
  f.pass(2s);
  f.place(2, second);
  CHECK(second.text() == "placed");
  f.place(3, first);
  CHECK(first.text() == "placed");
  CHECK(f.gateway->counters().not_placed == 4);
}

TEST_CASE("any answer closes the breaker, even one that says nothing") {
  gateway_fixture f;
  diary heard;
  f.gateway->place(request_for(1), heard.listener());
  f.provider.fail(http_failure::never_sent);
  f.pass(1s);
  f.gateway->place(request_for(2), heard.listener());
  f.provider.fail(http_failure::uncertain);
  f.gateway->place(request_for(3), heard.listener());
  CHECK(f.provider.text() == "POST /calls");
}

TEST_CASE("a wrong secret is told loudly, not once a call") {
  gateway_fixture f;
  diary heard;
  for (std::uint64_t n = 1; n <= 9; ++n) {
    f.gateway->place(request_for(n), heard.listener());
    f.provider.answer(401, R"({"detail":"bad signature"})");
  }
  CHECK(f.gateway->counters().misconfigured == 9);
  CHECK(f.gateway->counters().not_placed == 9);
  CHECK(f.logged.size() == 4); // the first, second, fourth and eighth time
  CHECK(f.logged.at(0).find("401") != std::string::npos);
  CHECK(f.logged.at(0).find("bad signature") != std::string::npos);
}

TEST_CASE("a refusal for good is counted and told with the provider's sentence") {
  gateway_fixture f;
  diary heard;
  f.gateway->place(request_for(1), heard.listener());
  f.provider.answer(422, R"({"detail":"number barred"})");
  CHECK(f.gateway->counters().refused == 1);
  REQUIRE(f.logged.size() == 1);
  CHECK(f.logged.at(0).find("number barred") != std::string::npos);
}

TEST_CASE("callbacks may be faster than the answer to the POST") {
  for (const unsigned status : {202U, 200U, 500U, 408U, 401U, 409U, 422U, 429U}) {
    CAPTURE(status);
    gateway_fixture f;
    diary heard;
    f.gateway->place(request_for(1), heard.listener());
    CHECK(f.call_back(f.event(1, "ringing")) == "ok");
    CHECK(heard.take() == "placed");
    f.provider.answer(status, R"({"call_id":"p1"})");
    f.pass(60s);
    CHECK(heard.text().empty());
    CHECK(f.provider.text().empty()); // known to be placed: nothing to ask
    // A refusal of what it has begun to report is a contradiction that an operator should hear of.
    const bool contradicts = status == 401 || status == 422 || status == 429;
    CHECK(f.logged.size() == (contradicts ? 1 : 0));
    CHECK(f.call_back(f.event(1, "completed", R"("outcome":"busy")", 9)) == "ok");
    CHECK(heard.text() == "ended(busy)@9");
    CHECK(f.gateway->in_flight() == 0);
  }
}

TEST_CASE("a call may be over before the POST is answered") {
  gateway_fixture f;
  diary heard;
  f.gateway->place(request_for(1), heard.listener());
  CHECK(f.call_back(f.event(1, "completed", R"("outcome":"declined")")) == "ok");
  CHECK(heard.take() == "ended(declined)@0");
  CHECK(heard.let_go());
  f.provider.answer(202, R"({"call_id":"p1"})");
  f.pass(1h);
  CHECK(heard.text().empty());
  CHECK(f.provider.text().empty());
}

TEST_CASE("without a secret there is no gateway") {
  timing::manual_clock time;
  timing::manual_timers timers;
  scripted_transport provider;
  CHECK_THROWS_AS(make_http_gateway({}, provider, time, timers), std::invalid_argument);
}

TEST_CASE("after shut_down nothing is told, whatever still arrives") {
  gateway_fixture f;
  diary heard;
  heard.hold();
  f.place(1, heard);
  f.gateway->place(request_for(2), heard.listener());
  CHECK(f.call_back(f.event(1, "answered")).empty());
  CHECK(heard.take() == "placed answered@0");
  f.gateway->shut_down();
  CHECK(*f.callback_answers.back() == "unavailable");
  CHECK(f.gateway->in_flight() == 0);
  f.provider.answer(202, R"({"call_id":"p2"})");
  CHECK(f.call_back(f.event(1, "completed", R"("outcome":"busy")")) == "unavailable");
  f.gateway->place(request_for(3), heard.listener());
  f.gateway->look_up(request_for(4).id, heard.listener());
  f.pass(1h);
  CHECK(f.provider.text().empty());
  CHECK(heard.text().empty());
  heard.confirm(); // a receipt that comes late finds nobody
  CHECK(*f.callback_answers.front() == "unavailable");
  CHECK(heard.let_go());
}

TEST_CASE("requests and timers may outlive the gateway") {
  gateway_fixture f;
  diary heard;
  f.place(1, heard);
  f.gateway->place(request_for(2), heard.listener());
  f.gateway.reset();
  f.provider.answer(202, R"({"call_id":"p2"})");
  f.pass(1h);
  CHECK(heard.text() == "placed");
}
