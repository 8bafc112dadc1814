#include "telephony/http/protocol.hpp"
#include "tests/show_result.hpp"
#include "tests/telephony_http/fixture.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace redial;
using namespace redial::telephony;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr auto now = gateway_fixture::start + 100s;

std::string fault_of(const result<provider_event>& read) {
  if (read)
    return "none";
  return std::string{code_name(read.error().code)} + " " + read.error().pointer;
}

json good_event(std::string_view name) {
  return json::parse(gateway_fixture::event(1, name, R"("outcome":"busy","disposition":"interested")", 5));
}

} // namespace

TEST_CASE("a call is asked for with all that the provider needs") {
  const auto request = request_for(3, 2);
  const auto body = place_body(request, {"https://redial.test/events", "+4930123", 30s, 600s});
  CHECK(json::parse(body)
        == json{{"attempt_id", request.id.to_string()}, {"to", "+919800000003"}, {"from", "+4930123"},
          {"script_id", "script-1"}, {"language", "hi-IN"},
          {"contact", {{"name", "Asha \"A\" Rao"}, {"fields", {{"amount", 1.5}}}}},
          {"campaign", {{"id", "cmp_abcdefghi"}, {"name", "Diwali"}}}, {"attempt", 2}, {"ring_timeout_s", 30},
          {"max_duration_s", 600}, {"callback_url", "https://redial.test/events"}});
  // Byte for byte: 1.50 is an amount, not a number to be tidied up.
  CHECK(body.find(R"("fields":{"amount": 1.50})") != std::string::npos);
}

TEST_CASE("a call without a caller's number, name or fields") {
  auto request = request_for(1);
  request.contact = std::make_shared<contact_profile>();
  const auto body = json::parse(place_body(request, {"u", "", 500ms, 1500ms}));
  CHECK_FALSE(body.contains("from"));
  CHECK(body["contact"] == json{{"name", ""}, {"fields", json::object()}});
  CHECK(body["ring_timeout_s"] == 1);
  CHECK(body["max_duration_s"] == 2);
}

TEST_CASE("text that is not UTF-8 is repaired, not thrown at") {
  auto request = request_for(1);
  auto contact = std::make_shared<contact_profile>();
  contact->name = "a\xff";
  request.contact = contact;
  CHECK(json::parse(place_body(request, {}))["contact"]["name"] == "a\xef\xbf\xbd");
}

TEST_CASE("each event is read with what it bears") {
  using kind = provider_event::kind;
  for (const auto* name : {"initiated", "ringing", "amd"})
    CHECK(read_callback(good_event(name).dump(), now)->what == kind::progress);
  CHECK(read_callback(good_event("answered").dump(), now)->what == kind::answered);
  CHECK(read_callback(good_event("transferred").dump(), now)->what == kind::other);
  const auto ended = read_callback(good_event("completed").dump(), now);
  REQUIRE(ended);
  CHECK(ended->what == kind::completed);
  CHECK(ended->attempt == request_for(1).id);
  CHECK(ended->at == gateway_fixture::start + 5s);
  CHECK(ended->outcome == call_outcome::busy);
  CHECK(ended->disposition == "interested");
  const auto told = read_callback(good_event("result").dump(), now);
  REQUIRE(told);
  CHECK(told->what == kind::result);
  CHECK(told->disposition == "interested");
}

TEST_CASE("all outcomes of the protocol are read, and unknown is none") {
  for (auto outcome : all_call_outcomes) {
    auto event = good_event("completed");
    event["outcome"] = to_string(outcome);
    if (outcome == call_outcome::unknown)
      CHECK(fault_of(read_callback(event.dump(), now)) == "invalid_value /outcome");
    else
      CHECK(read_callback(event.dump(), now)->outcome == outcome);
  }
}

TEST_CASE("members that redial does not use are not looked at") {
  auto event = good_event("ringing");
  event["outcome"] = 7;
  event["disposition"] = "NOT A LABEL";
  event["seq"] = "one";
  event["carrier"] = {{"name", nullptr}};
  CHECK(read_callback(event.dump(), now));
  event = good_event("completed");
  event["disposition"] = nullptr;
  CHECK(read_callback(event.dump(), now)->disposition.empty());
}

TEST_CASE("an instant that lies ahead is now") {
  auto event = good_event("answered");
  event["at"] = format_rfc3339(now + 1h);
  CHECK(read_callback(event.dump(), now)->at == now);
}

TEST_CASE("what is not an object is malformed") {
  for (const auto* body : {"", "{", "null", "[]", "\"text\"", "{} {}", "{\"a\":\"\xff\"}"}) {
    CAPTURE(body);
    CHECK(fault_of(read_callback(body, now)) == "malformed ");
  }
}

TEST_CASE("a member that is missing or wrong is named") {
  for (const auto* member : {"attempt_id", "event", "at", "outcome"}) {
    for (const auto& wrong : {json{}, json(7), json(""), json::array(), json("nonsense \n")}) {
      auto event = good_event("completed");
      event[member] = wrong;
      CAPTURE(event.dump());
      // Any text may be the name of an event to come.
      if (std::string_view{member} == "event" && wrong == json("nonsense \n"))
        CHECK(read_callback(event.dump(), now));
      else
        CHECK(fault_of(read_callback(event.dump(), now)) == std::string{"invalid_value /"} + member);
    }
    auto event = good_event("completed");
    event.erase(member);
    CHECK(fault_of(read_callback(event.dump(), now)) == std::string{"invalid_value /"} + member);
  }
  for (const auto* name : {"completed", "result"}) {
    for (const auto& wrong : {json(7), json(""), json("Interested"), json(std::string(65, 'a')), json::object()}) {
      auto event = good_event(name);
      event["disposition"] = wrong;
      CAPTURE(event.dump());
      CHECK(fault_of(read_callback(event.dump(), now)) == "invalid_value /disposition");
    }
  }
}

TEST_CASE("nesting without end is refused without harm") {
  CHECK(fault_of(read_callback(std::string(500'000, '['), now)) == "malformed ");
  CHECK(fault_of(read_callback(std::string(200'000, '[') + std::string(200'000, ']'), now)) == "malformed ");
}

TEST_CASE("the answer to a POST bears a call id") {
  CHECK(*read_placed(R"({"call_id":"p1","more":1})") == "p1");
  for (const auto* body : {"", "{}", "[]", R"({"call_id":1})", R"({"call_id":""})", R"({"call_id":null})"})
    CHECK(read_placed(body).has_error());
}

TEST_CASE("the answer to a look-up is read, but for events that cannot be understood") {
  auto answer = json{{"call_id", "p1"}, {"status", "ended"},
    {"events", {good_event("answered"), 7, {{"event", "completed"}}, good_event("completed")}}};
  const auto asked = request_for(1).id;
  const auto read = read_looked_up(answer.dump(), asked, now);
  REQUIRE(read);
  CHECK(read->call_id == "p1");
  CHECK(read->ended);
  CHECK(read->events.size() == 2);
  CHECK(read->unreadable == 2);
  CHECK(read->events.back().attempt == asked);
  answer["status"] = "in_progress";
  CHECK_FALSE(read_looked_up(answer.dump(), asked, now)->ended);

  for (const auto& [member, wrong] :
    std::vector<std::pair<std::string, json>>{{"call_id", 1}, {"status", "gone"}, {"status", nullptr},
      {"events", nullptr}, {"events", json::object()}, {"attempt_id", "cal_other"}, {"attempt_id", 3}}) {
    auto changed = answer;
    changed[member] = wrong;
    CAPTURE(changed.dump());
    CHECK(read_looked_up(changed.dump(), asked, now).error().pointer == "/" + member);
  }
}

TEST_CASE("an id becomes one segment of a path") {
  CHECK(path_segment("CA-1.2_3~x") == "CA-1.2_3~x");
  CHECK(path_segment("a/b?c#d\r\nE: f\xc3") == "a%2Fb%3Fc%23d%0D%0AE%3A%20f%C3");
}

TEST_CASE("the sentence of an error is found, and fit for a log") {
  CHECK(error_detail(R"({"title":"t","detail":"no such number"})") == "no such number");
  CHECK(error_detail(R"({"error":"barred"})") == "barred");
  CHECK(error_detail(R"({"error":{"code":1}})") == R"({"error":{"code":1}})");
  CHECK(error_detail("a\nb\x1b[2J") == "a b [2J");
  CHECK(error_detail(std::string(1000, 'x')).size() == 200);
  CHECK(error_detail("").empty());
}
