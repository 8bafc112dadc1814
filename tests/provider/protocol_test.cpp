/// The provider's side of docs/gateway-protocol.md, over real HTTP.
#include "bench/provider/ledger_check.hpp"
#include "telephony/http/protocol.hpp"
#include "tests/provider/support.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>

using namespace redial;
using namespace redial::provider;
using namespace redial::test;
using boost::beast::http::verb;
using nlohmann::json;

namespace {

/// Nobody listens there.
const std::string nowhere = "http://127.0.0.1:9/events";

std::size_t placed_in(const scratch_file& file) { return check_ledger(file.path()).placed; }

/// @returns the options of a provider to which only those with these last digits answer, and all others ring in vain.
provider_options answered_by(const scratch_file& file, const std::string& suffix) {
  auto options = instant_options(file);
  options.calls.story.network.overrides = {
    {suffix, call_outcome::answered, "interested"}, {"0", call_outcome::busy, ""}, {"1", call_outcome::no_answer, ""}};
  return options;
}

} // namespace

TEST_CASE("a call is placed once under its attempt id") {
  const scratch_file file;
  const running_provider running{endless_options(file)};
  const caller redial{running.port()};
  const auto first = redial.place(call_of(1, nowhere));
  REQUIRE(first.status == 202);
  const auto id = first.json().at("call_id").get<std::string>();
  CHECK(placed_in(file) == 1);
  for (int i = 0; i < 3; ++i) {
    const auto again = redial.place(call_of(1, nowhere));
    CHECK(again.status == 200);
    CHECK(again.json().at("call_id") == id);
  }
  CHECK(placed_in(file) == 1);
  CHECK(redial.place(call_of(2, nowhere)).json().at("call_id") != id);
  CHECK(placed_in(file) == 2);
}

TEST_CASE("what redial itself would send is taken") {
  const scratch_file file;
  const running_provider running{endless_options(file)};
  auto campaign = std::make_shared<campaign_definition>();
  campaign->name = "Spring";
  campaign->script_id = "greeting";
  campaign->language = "hi-IN";
  campaign->id = *campaign_id::parse("cmp_4fK2m9Qx1");
  auto contact = std::make_shared<contact_profile>();
  contact->phone = number_of(5);
  contact->name = "Asha \"A\"";
  contact->fields = R"({"due": 4200.50, "nested": {"a": [1, null]}})";
  const telephony::call_request request{attempt_id(1), 3, campaign, contact};
  const auto body = telephony::place_body(request, {nowhere, {}, std::chrono::seconds{30}, std::chrono::seconds{600}});
  const auto got = caller{running.port()}.place(json::parse(body));
  INFO(got.body);
  REQUIRE(got.status == 202);
  CHECK(telephony::read_placed(got.body).has_value());
  const auto line = lines_of(file.path()).back();
  CHECK_THAT(line, Catch::StartsWith("placed 1 " + attempt_id(1).to_string() + " +919000000005 3 cmp_4fK2m9Qx1 "));
}

TEST_CASE("requests that are wrongly signed change nothing") {
  const scratch_file file;
  const running_provider running{endless_options(file)};
  const caller redial{running.port()};
  const auto body = call_of(1, nowhere).dump();
  const std::pair<std::string, std::string> key{"Idempotency-Key", attempt_id(11).to_string()};
  const auto post = [&](caller::headers with) {
    with.push_back(key);
    return redial.send(verb::post, "/calls", body, with).status;
  };
  CHECK(post({}) == 401);
  CHECK(post({{"Redial-Signature", "t=1,v1=00"}}) == 401);
  CHECK(post(caller::signature_of(body + " ")) == 401);
  CHECK(post(caller::signature_of(body, 400)) == 401);
  CHECK(redial.send(verb::get, "/calls?attempt_id=" + attempt_id(11).to_string(), {}).status == 401);
  CHECK(redial.send(verb::delete_, "/calls/call-1", {}).status == 401);
  CHECK(placed_in(file) == 0);
  // That look-up, had it counted, would have fenced it.
  CHECK(post(caller::signature_of(body)) == 202);
}

TEST_CASE("requests that make no sense are refused for good, with the member named") {
  const scratch_file file;
  const running_provider running{endless_options(file)};
  const caller redial{running.port()};
  const auto refused = [&](const char* pointer, const json& patch) {
    auto call = call_of(1, nowhere);
    call.merge_patch(patch);
    const auto body = call.dump();
    auto with = caller::signature_of(body);
    with.emplace_back("Idempotency-Key", attempt_id(11).to_string());
    const auto got = redial.send(verb::post, "/calls", body, with);
    INFO(patch.dump() << " " << got.body);
    CHECK(got.status == 422);
    REQUIRE(json::accept(got.body));
    CHECK(got.json().at("pointer") == pointer);
  };
  refused("/attempt_id", {{"attempt_id", nullptr}});
  refused("/attempt_id", {{"attempt_id", attempt_id(12).to_string()}});
  refused("/attempt_id", {{"attempt_id", "x"}});
  refused("/to", {{"to", nullptr}});
  refused("/to", {{"to", "919000000001"}});
  refused("/attempt", {{"attempt", 0}});
  refused("/attempt", {{"attempt", "1"}});
  refused("/ring_timeout_s", {{"ring_timeout_s", 0}});
  refused("/max_duration_s", {{"max_duration_s", 1e9}});
  refused("/callback_url", {{"callback_url", "ftp://x/"}});
  refused("/callback_url", {{"callback_url", "http://a b/"}});
  refused("/script_id", {{"script_id", nullptr}});
  refused("/language", {{"language", ""}});
  refused("/contact/name", {{"contact", {{"name", nullptr}}}});
  refused("/contact/fields", {{"contact", {{"fields", 1}}}});
  refused("/campaign/id", {{"campaign", nullptr}});
  const std::string text = "no json";
  CHECK(redial.send(verb::post, "/calls", text, caller::signature_of(text)).status == 422);
  CHECK(placed_in(file) == 0);
  CHECK(redial.send(verb::put, "/calls", {}, caller::signature_of({})).status == 405);
  CHECK(redial.send(verb::get, "/elsewhere", {}, caller::signature_of({})).status == 404);
  CHECK(redial.send(verb::get, "/calls", {}, caller::signature_of({})).status == 422);
}

TEST_CASE("a base path stands before every call") {
  const scratch_file file;
  auto options = endless_options(file);
  options.desk.base_path = "/v2";
  const running_provider running{options};
  const caller redial{running.port()};
  const auto body = call_of(1, nowhere).dump();
  auto with = caller::signature_of(body);
  with.emplace_back("Idempotency-Key", attempt_id(11).to_string());
  CHECK(redial.send(verb::post, "/calls", body, with).status == 404);
  CHECK(redial.send(verb::post, "/v2/calls", body, with).status == 202);
}

TEST_CASE("a look-up that finds nothing fences the attempt, and only that one") {
  const scratch_file file;
  {
    const running_provider running{endless_options(file)};
    const caller redial{running.port()};
    CHECK(redial.look_up(attempt_id(11)).status == 404);
    CHECK(redial.place(call_of(1, nowhere)).status == 409);
    CHECK(redial.place(call_of(2, nowhere)).status == 202);
    CHECK(redial.look_up(attempt_id(21)).status == 200);
  }
  // Neither is forgotten.
  const running_provider running{endless_options(file)};
  const caller redial{running.port()};
  CHECK(redial.place(call_of(1, nowhere)).status == 409);
  CHECK(redial.look_up(attempt_id(21)).status == 200);
  const auto report = check_ledger(file.path());
  CHECK(report.placed == 1);
  CHECK(report.fenced == 1);
  CHECK(report.clean());
}

TEST_CASE("a look-up tells what callbacks tell") {
  const scratch_file file;
  callback_sink sink;
  const running_provider running{answered_by(file, "7")};
  const caller redial{running.port()};
  REQUIRE(redial.place(call_of(7, sink.url())).status == 202);
  const auto told = sink.wait_for(6);
  const auto found = redial.look_up(attempt_id(71));
  REQUIRE(found.status == 200);
  CHECK(found.json().at("status") == "ended");
  CHECK(found.json().at("events") == json(told));
  const auto read = telephony::read_looked_up(found.body, attempt_id(71), time_point::max());
  REQUIRE(read);
  CHECK(read->ended);
  CHECK(read->unreadable == 0);
  CHECK(read->events.size() == 6);
  CHECK(read->events.back().disposition == "interested");
}

TEST_CASE("a call in progress is told as such, and can be cancelled") {
  const scratch_file file;
  callback_sink sink;
  const running_provider running{endless_options(file)};
  const caller redial{running.port()};
  const auto id = redial.place(call_of(1, sink.url())).json().at("call_id").get<std::string>();
  CHECK(redial.look_up(attempt_id(11)).json().at("status") == "in_progress");
  CHECK(redial.cancel("call-99").status == 404);
  CHECK(redial.cancel("call-0").status == 404);
  CHECK(redial.cancel("x").status == 404);
  CHECK(redial.cancel(id).status == 202);
  CHECK(redial.cancel(id).status == 202);
  REQUIRE(eventually([&] { return sink.all().size() >= 2 && sink.all().back().at("event") == "completed"; }));
  CHECK(redial.look_up(attempt_id(11)).json().at("status") == "ended");
  REQUIRE(eventually([&] { return redial.stats().at("live") == 0; }));
  CHECK(eventually([&] { return check_ledger(file.path()).told == 1; }));
  CHECK(check_ledger(file.path()).cancelled == 1);
}

TEST_CASE("callbacks are signed, in order, and foretold by the plan") {
  const scratch_file file;
  callback_sink sink;
  auto options = instant_options(file);
  options.calls.story.result = result_place::mixed;
  const running_provider running{options};
  const caller redial{running.port()};
  constexpr std::uint64_t contacts = 60;
  for (std::uint64_t n = 0; n < contacts; ++n)
    REQUIRE(redial.place(call_of(n, sink.url())).status == 202);
  REQUIRE(eventually([&] { return redial.stats().at("live") == 0; }));
  CHECK(sink.wrongly_signed() == 0);
  std::map<std::string, std::vector<json>> by_call;
  for (const auto& each : sink.all())
    by_call[each.at("attempt_id")].push_back(each);
  REQUIRE(by_call.size() == contacts);
  for (std::uint64_t n = 0; n < contacts; ++n) {
    const auto plan = telephony::plan_call(options.calls.story.network, number_of(n), 1);
    const auto& events = by_call.at(attempt_id(n * 10 + 1).to_string());
    std::string disposition;
    std::string outcome;
    std::set<std::string> ids;
    for (std::size_t i = 0; i < events.size(); ++i) {
      CHECK(events[i].at("seq") == i + 1);
      ids.insert(events[i].at("event_id").get<std::string>());
      if (events[i].contains("disposition"))
        disposition = events[i].at("disposition");
      if (events[i].contains("outcome"))
        outcome = events[i].at("outcome");
    }
    CHECK(ids.size() == events.size());
    CHECK(outcome == to_string(plan.outcome));
    CHECK(disposition == plan.disposition);
  }
}

TEST_CASE("a callback is sent again until it is taken, and the next one waits") {
  const scratch_file file;
  const std::vector<unsigned> answers{503, 500, 401, 204};
  callback_sink sink{[&](std::size_t n) { return n < answers.size() ? answers[n] : 200; }};
  const running_provider running{answered_by(file, "7")};
  const caller redial{running.port()};
  REQUIRE(redial.place(call_of(7, sink.url())).status == 202);
  REQUIRE(eventually([&] { return redial.stats().at("live") == 0; }));
  std::vector<int> seqs;
  for (const auto& each : sink.all())
    seqs.push_back(each.at("seq").get<int>());
  CHECK(seqs == std::vector<int>{1, 1, 1, 1, 2, 3, 4, 5, 6});
  const auto counts = redial.stats().at("callbacks");
  CHECK(counts.at("failed") == 2);
  CHECK(counts.at("refused") == 1);
  CHECK(counts.at("taken") == 6);
  CHECK(eventually([&] { return check_ledger(file.path()).told == 1; }));
}

TEST_CASE("callbacks that nobody ever takes are given up") {
  const scratch_file file;
  auto options = answered_by(file, "7");
  options.calls.give_up = milliseconds{0};
  const running_provider running{options};
  const caller redial{running.port()};
  REQUIRE(redial.place(call_of(7, nowhere)).status == 202);
  REQUIRE(eventually([&] { return redial.stats().at("live") == 0; }));
  CHECK(redial.stats().at("callbacks").at("given_up") == 6);
  CHECK(redial.look_up(attempt_id(71)).json().at("events").size() == 6);
}

TEST_CASE("a provider that was killed goes on where it was") {
  const scratch_file file;
  callback_sink silent{[](std::size_t) { return 503U; }};
  std::string id;
  {
    const running_provider running{answered_by(file, "7")};
    const caller redial{running.port()};
    id = redial.place(call_of(7, silent.url())).json().at("call_id");
    silent.wait_for(2);
  }
  // Its callbacks go to the same address, where somebody listens who takes them now.
  const running_provider running{answered_by(file, "7")};
  const caller redial{running.port()};
  const auto again = redial.place(call_of(7, silent.url()));
  CHECK(again.status == 200);
  CHECK(again.json().at("call_id") == id);
  const auto before = silent.all().size();
  silent.wait_for(before + 2);
  CHECK(redial.stats().at("live") == 1);
  CHECK(redial.look_up(attempt_id(71)).json().at("status") == "ended");
  CHECK(placed_in(file) == 1);
}

TEST_CASE("more calls than it can hold are turned away without being placed") {
  const scratch_file file;
  auto options = endless_options(file);
  options.desk.most_live = 2;
  const running_provider running{options};
  const caller redial{running.port()};
  CHECK(redial.place(call_of(1, nowhere)).status == 202);
  CHECK(redial.place(call_of(2, nowhere)).status == 202);
  REQUIRE(eventually([&] { return redial.stats().at("live") == 2; }));
  const auto third = redial.place(call_of(3, nowhere));
  CHECK(third.status == 429);
  CHECK(third.retry_after == "1");
  CHECK(redial.place(call_of(1, nowhere)).status == 200);
  CHECK(placed_in(file) == 2);
}

TEST_CASE("what administers it is for this machine alone") {
  const scratch_file file;
  const auto options = endless_options(file);
  boost::asio::io_context io;
  call_book book{options.ledger};
  faults orders;
  fault_dice dice{1};
  courier post{io, {}};
  exchange calls{io, book, post, orders, dice, options.calls};
  desk desk{book, calls, orders, dice, options.desk};
  const auto put = [&](bool near) {
    incoming request{verb::put, "/faults", 11};
    request.body() = R"({"reject":1})";
    unsigned status = 0;
    desk.handle(request, near, [&](const reaction& what) { status = std::get<answer>(what).status; });
    return status;
  };
  CHECK(put(false) == 403);
  CHECK(orders.reject == 0);
  CHECK(put(true) == 200);
  CHECK(orders.reject == 1);
}
