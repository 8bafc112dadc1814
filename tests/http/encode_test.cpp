#include "http/encode.hpp"
#include "http/encode_call.hpp"
#include "http/event_encode.hpp"
#include "http/json_text.hpp"
#include "http/problem.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace redial;
using namespace redial::http;
using nlohmann::json;

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

} // namespace

TEST_CASE("strings are escaped, and what is not UTF-8 is replaced") {
  CHECK(quoted("a\"b\\c\n\x01\x7F") == "\"a\\\"b\\\\c\\n\\u0001\\u007f\"");
  CHECK(quoted("é€😀") == "\"é€😀\"");
  CHECK(quoted("\xFFx\xC3") == "\"\xEF\xBF\xBDx\xEF\xBF\xBD\"");
  for (std::string_view bad : {"\xED\xA0\x80", "\xC0\xAF", "\xF4\x90\x80\x80", "\xE2\x82", "\xF0\x80\x80\x80"})
    CHECK_NOTHROW(json::parse(quoted(bad)));
}

TEST_CASE("an event is told in its envelope") {
  campaign_definition fixed;
  fixed.id = *campaign_id::parse("cmp_000000001");
  fixed.name = "Diwali \"24\"";
  fixed.language = "hi-IN";
  const auto at = *parse_rfc3339("2026-03-01T10:00:00.5Z");
  actors::feed_message message;
  message.id = {1, 7, 1};
  message.campaign = std::make_shared<const campaign_definition>(fixed);
  SECTION("of a call that has ended") {
    message.what = {notice_type::call_disposition_set, 1, at,
      notice_call{
        3, 2, ended_call{{1, 2}, 2, at, at, at + milliseconds{61'500}, call_outcome::answered, "interested"}, {}}};
    message.contact = contact_profile{*phone::parse("+919876543210"), "Asha", "{}"};
    CHECK(json::parse(encode_event(message)) == json::parse(R"({"id": "evt_00000000001000000000071",
      "type": "call.disposition_set", "event": "call.disposition_set", "created_at": "2026-03-01T10:00:00.500Z", "data": {
      "campaign": {"id": "cmp_000000001", "name": "Diwali \"24\""}, "contact": {"phone": "+919876543210", "name": "Asha"},
      "call": {"id": "cal_0000000000100000000002", "campaign_id": "cmp_000000001", "language": "hi-IN", "attempt": 2,
        "contact": {"phone": "+919876543210", "name": "Asha"}, "status": "completed", "outcome": "answered",
        "disposition": "interested", "duration_seconds": 61, "started_at": "2026-03-01T10:00:00.500Z",
        "answered_at": "2026-03-01T10:00:00.500Z", "ended_at": "2026-03-01T10:01:02.000Z"}}})"));
  }
  SECTION("of a call that goes on") {
    message.what = {notice_type::call_disposition_set, 1, at,
      notice_call{3, 1, std::nullopt, open_call{{1, 2}, at, at, "callback", std::nullopt}}};
    message.contact = contact_profile{*phone::parse("+919876543210"), "Asha", "{}"};
    const auto call = json::parse(encode_event(message)).at("data").at("call");
    CHECK(call.at("status") == "in_progress");
    CHECK(call.at("outcome") == nullptr);
    CHECK(call.at("disposition") == "callback");
    CHECK(call.at("ended_at") == nullptr);
  }
  SECTION("of a campaign") {
    message.what = {notice_type::campaign_paused, 0, at, std::nullopt};
    campaign_state state;
    state.definition = message.campaign;
    state.status = campaign_status::paused;
    message.state = state;
    std::string shown;
    append_campaign(shown, state);
    const auto told = json::parse(encode_event(message));
    CHECK(told.at("type") == "campaign.paused");
    CHECK(told.at("data") == json{{"campaign", json::parse(shown)}});
  }
}

TEST_CASE("a campaign has the members of the contract") {
  campaign_definition fixed;
  fixed.name = "Diwali \"24\"";
  fixed.script_id = "s";
  fixed.language = "hi-IN";
  fixed.created_at = *parse_rfc3339("2026-03-01T10:00:00.5Z");
  campaign_state state;
  state.definition = std::make_shared<const campaign_definition>(fixed);
  state.counters = {10, 1, 2, 3, 4, 0, 7, 5};
  state.dispositions = {{"interested", 4}};
  std::string text;
  append_campaign(text, state);
  const auto campaign = json::parse(text);
  CHECK(campaign["name"] == "Diwali \"24\"");
  CHECK(campaign["schedule"].is_null());
  CHECK(campaign["started_at"].is_null());
  CHECK(campaign["ended_reason"].is_null());
  CHECK(campaign["paused_reason"].is_null());
  CHECK(campaign["created_at"] == "2026-03-01T10:00:00.500Z");
  CHECK(campaign["total_contacts"] == 10);
  CHECK(campaign["calls_attempted"] == 7);
  CHECK(campaign["calls_connected"] == 5);
  CHECK(campaign["dispositions"] == json{{"interested", 4}});
  CHECK(campaign["contacts"]
        == json{{"pending", 1}, {"in_progress", 2}, {"waiting_retry", 3}, {"done", 4}, {"removed", 0}});
  CHECK(campaign.size() == 18);
  CHECK_FALSE(campaign.contains("duplicates_skipped"));
}

TEST_CASE("a contact shows its calls, the open one last") {
  const auto at = *parse_rfc3339("2026-03-01T10:00:00Z");
  contact_detail contact;
  contact.profile = {*phone::parse("+919812345678"), "A", R"({"x": 1.0})"};
  contact.state.status = contact_status::in_progress;
  contact.state.attempts = 4;
  contact.state.call = open_call{call_id{1, 4}, at, at + milliseconds{5}, {}, {}};
  contact.calls = {{call_id{1, 1}, 1, at, std::nullopt, at + milliseconds{30'000}, call_outcome::busy, ""},
    {call_id{1, 2}, 2, at, std::nullopt, at, call_outcome::unknown, ""},
    {call_id{1, 3}, 3, at, at + milliseconds{1000}, at + milliseconds{62'900}, call_outcome::abandoned, "callback"}};
  std::string text;
  append_contact(text, contact);
  CHECK(text.find(R"("fields":{"x": 1.0})") != std::string::npos);
  const auto calls = json::parse(text).at("calls");
  REQUIRE(calls.size() == 4);
  CHECK(calls[0]["status"] == "failed");
  CHECK(calls[0]["duration_seconds"] == 0);
  CHECK(calls[0]["disposition"].is_null());
  CHECK(calls[1]["status"] == "unknown");
  CHECK(calls[2]["status"] == "completed");
  CHECK(calls[2]["duration_seconds"] == 61);
  CHECK(calls[2]["disposition"] == "callback");
  CHECK(calls[3]["status"] == "in_progress");
  CHECK(calls[3]["attempt"] == 4);
  CHECK(calls[3]["outcome"].is_null());
  CHECK(calls[3]["ended_at"].is_null());
}

TEST_CASE("what there was with a phone shows a one-off call under the id that its caller knows") {
  const auto at = *parse_rfc3339("2026-03-01T10:00:00Z");
  const auto history_of = [&](call_id single) {
    campaign_definition fixed;
    fixed.id = *campaign_id::parse("cmp_000000001");
    fixed.name = "Renewals";
    fixed.single_call = single;
    history_entry entry{std::make_shared<const campaign_definition>(fixed), {}};
    entry.contact.profile = {*phone::parse("+919876543210"), "Asha", "{}"};
    entry.contact.calls.push_back({{1, 2}, 1, at, std::nullopt, at, call_outcome::busy, {}});
    entry.contact.state.call = open_call{{1, 3}, at, {}, {}, {}};
    entry.contact.state.attempts = 2;
    phone_history history;
    history.entries.push_back(std::move(entry));
    history.total = 1;
    return json::parse(encode_phone_history(*phone::parse("+919876543210"), history, 0, 20));
  };
  const auto id = [](std::uint64_t low) { return call_id{1, low}.to_string(); };
  const auto campaign = history_of({});
  CHECK(campaign["total"] == 1);
  CHECK(campaign["data"][0]["campaign_id"] == "cmp_000000001");
  CHECK(campaign["data"][0]["calls"][0]["id"] == id(2));
  CHECK(campaign["data"][0]["calls"][1]["id"] == id(3));
  const auto single = history_of({1, 9});
  CHECK(single["data"][0]["campaign_id"] == nullptr);
  CHECK(single["data"][0]["campaign_name"] == nullptr);
  CHECK(single["data"][0]["calls"][0]["id"] == id(9));
  CHECK(single["data"][0]["calls"][0]["outcome"] == "busy");
  CHECK(single["data"][0]["calls"][1]["id"] == id(9));
  CHECK(single["data"][0]["calls"][1]["outcome"] == nullptr);
}

TEST_CASE("problems have one shape") {
  problem_details details;
  details.status = 409;
  details.code = "illegal_transition";
  details.detail = "no";
  details.current_status = campaign_status::running;
  auto shown = json::parse(to_json(details));
  CHECK(
    shown
    == json{{"type", "urn:redial:problem:illegal_transition"}, {"title", "Conflict"}, {"status", 409}, {"detail", "no"},
      {"code", "illegal_transition"}, {"current_status", "running"}, {"legal_actions", {"pause", "stop"}}});
  shown = json::parse(to_json(invalid_body("/a", "is bad")));
  CHECK(shown["errors"] == json::array({{{"pointer", "/a"}, {"detail", "is bad"}}}));
  CHECK(shown["error_count"] == 1);
}

TEST_CASE("refusals of the engine have their status") {
  auto status = [](error_code code) { return to_details(problem{code, "why", {}}).status; };
  CHECK(status(error_code::invalid_value) == 422);
  CHECK(status(error_code::campaign_ended) == 409);
  CHECK(status(error_code::not_found) == 404);
  CHECK(status(error_code::overloaded) == 503);
  CHECK(to_details(problem{error_code::overloaded, "why", {}}).retry_after > 0);
  auto inner = to_details(problem{error_code::sequence_conflict, "row 7", {}});
  CHECK(inner.status == 500);
  CHECK(inner.detail.find("row 7") == std::string::npos); // no internals
}
