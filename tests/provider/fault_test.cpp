/// Each fault, ordered over HTTP, and what it must not break.
#include "bench/provider/ledger_check.hpp"
#include "tests/provider/support.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <set>

using namespace redial;
using namespace redial::provider;
using namespace redial::test;
using nlohmann::json;

namespace {

const std::string nowhere = "http://127.0.0.1:9/events";

std::uint64_t placed_in(const scratch_file& file) { return check_ledger(file.path()).placed; }

provider_options one_answered_call(const scratch_file& file) {
  auto options = instant_options(file);
  options.calls.story.network.overrides = {{"7", call_outcome::answered, "interested"}};
  return options;
}

std::vector<int> seqs_of(callback_sink& sink) {
  std::vector<int> seqs;
  for (const auto& each : sink.all())
    seqs.push_back(each.at("seq").get<int>());
  return seqs;
}

} // namespace

TEST_CASE("faults of a POST: what was answered, and whether it was placed") {
  struct row {
    const char* fault;
    unsigned status; ///< 0: none
    bool placed;
  };
  const scratch_file file;
  const running_provider running{endless_options(file)};
  // The silent ones are given up long before the provider closes the connection.
  const caller redial{running.port(), milliseconds{300}};
  std::uint64_t n = 0;
  std::uint64_t placed = 0;
  for (const auto& [fault, status, is_placed] : {row{"reset_before", 0, false}, row{"silent_before", 0, false},
         row{"too_many", 429, false}, row{"unavailable", 503, false}, row{"reject", 422, false},
         row{"reset_after", 0, true}, row{"silent_after", 0, true}, row{"error_after", 500, true}}) {
    INFO(fault);
    ++n;
    REQUIRE(redial.order({{fault, 1}, {"retry_after_s", 3}}).status == 200);
    const auto got = redial.place(call_of(n, nowhere));
    CHECK(got.status == status);
    CHECK(got.retry_after == (status == 429 || status == 503 ? "3" : ""));
    placed += is_placed ? 1 : 0;
    CHECK(placed_in(file) == placed);
    CHECK(redial.stats().at("faults").at(fault) == 1);
    REQUIRE(redial.order(json::object()).status == 200);
    CHECK(redial.look_up(attempt_id(n * 10 + 1)).status == (is_placed ? 200 : 404));
    // Known: the same call. Not: fenced by that look-up.
    CHECK(redial.place(call_of(n, nowhere)).status == (is_placed ? 200 : 409));
  }
  const auto report = check_ledger(file.path());
  CHECK(report.clean());
  CHECK(report.placed == placed);
  CHECK(report.refused.at(422) == 1);
}

TEST_CASE("a look-up overtakes a POST that is taken late: it is not placed") {
  const scratch_file file;
  const running_provider running{endless_options(file)};
  const caller redial{running.port()};
  REQUIRE(redial.order({{"accept_late", 1}, {"late_ms", 500}}).status == 200);
  auto late = std::async(std::launch::async, [&] { return redial.place(call_of(1, nowhere)).status; });
  REQUIRE(eventually([&] { return redial.stats().at("faults").contains("accept_late"); }));
  REQUIRE(redial.look_up(attempt_id(11)).status == 404);
  CHECK(late.get() == 409);
  CHECK(placed_in(file) == 0);
  CHECK(redial.place(call_of(2, nowhere)).status == 202);
  CHECK(placed_in(file) == 1);
}

TEST_CASE("an answer comes late, the call does not") {
  const scratch_file file;
  const running_provider running{endless_options(file)};
  const caller redial{running.port()};
  REQUIRE(redial.order({{"answer_late", 1}, {"late_ms", 500}}).status == 200);
  auto late = std::async(std::launch::async, [&] { return redial.place(call_of(1, nowhere)).status; });
  REQUIRE(eventually([&] { return redial.stats().at("faults").contains("answer_late"); }));
  CHECK(placed_in(file) == 1);
  CHECK(redial.look_up(attempt_id(11)).status == 200);
  CHECK(late.wait_for(std::chrono::seconds{0}) == std::future_status::timeout);
  CHECK(late.get() == 202);
}

TEST_CASE("faults of look-ups: nothing is fenced by an answer that was not given") {
  const scratch_file file;
  const running_provider running{endless_options(file)};
  const caller redial{running.port(), milliseconds{300}};
  for (const auto* fault : {"lookup_error", "lookup_reset", "lookup_silent"}) {
    INFO(fault);
    REQUIRE(redial.order({{fault, 1}}).status == 200);
    const auto status = redial.look_up(attempt_id(11)).status;
    CHECK(((status == 0) == (fault != std::string{"lookup_error"})));
    CHECK((status == 0 || status == 500 || status == 503));
  }
  REQUIRE(redial.order(json::object()).status == 200);
  CHECK(redial.place(call_of(1, nowhere)).status == 202);
}

TEST_CASE("a burst refuses everything while it lasts") {
  const scratch_file file;
  const running_provider running{endless_options(file)};
  const caller redial{running.port()};
  REQUIRE(
    redial.order({{"burst_every_ms", 3'600'000}, {"burst_for_ms", 3'600'000}, {"retry_after_s", 2}}).status == 200);
  for (std::uint64_t n = 1; n <= 5; ++n) {
    const auto got = redial.place(call_of(n, nowhere));
    CHECK((got.status == 429 || got.status == 503));
    CHECK(got.retry_after == "2");
  }
  CHECK(placed_in(file) == 0);
  CHECK(redial.stats().at("in_bursts") == 5);
  REQUIRE(redial.order(json::object()).status == 200);
  CHECK(redial.place(call_of(1, nowhere)).status == 202);
}

TEST_CASE("lost callbacks are never sent, and a look-up knows them") {
  const scratch_file file;
  callback_sink sink;
  const running_provider running{one_answered_call(file)};
  const caller redial{running.port()};
  REQUIRE(redial.order({{"callback_lose", 1}}).status == 200);
  REQUIRE(redial.place(call_of(7, sink.url())).status == 202);
  REQUIRE(eventually([&] { return redial.stats().at("callbacks").at("lost") == 6; }));
  CHECK(redial.stats().at("live") == 0);
  CHECK(sink.all().empty());
  CHECK(redial.look_up(attempt_id(71)).json().at("events").size() == 6);
}

TEST_CASE("duplicated callbacks bear the same event id") {
  const scratch_file file;
  callback_sink sink;
  const running_provider running{one_answered_call(file)};
  const caller redial{running.port()};
  REQUIRE(redial.order({{"callback_duplicate", 1}}).status == 200);
  REQUIRE(redial.place(call_of(7, sink.url())).status == 202);
  const auto all = sink.wait_for(12);
  std::multiset<std::string> ids;
  for (const auto& each : all)
    ids.insert(each.at("event_id").get<std::string>());
  CHECK(std::set<std::string>{ids.begin(), ids.end()}.size() == 6);
  for (const auto& id : ids)
    CHECK(ids.count(id) == 2);
  REQUIRE(eventually([&] { return redial.stats().at("live") == 0; }));
  CHECK(sink.all().size() == 12);
}

TEST_CASE("delayed callbacks stay in order, reordered ones do not") {
  const scratch_file file;
  callback_sink sink;
  auto options = one_answered_call(file);
  options.seed = 5;
  const running_provider running{options};
  const caller redial{running.port()};
  REQUIRE(redial.order({{"callback_delay", 1}, {"callback_delay_ms", 5}}).status == 200);
  REQUIRE(redial.place(call_of(7, sink.url())).status == 202);
  REQUIRE(eventually([&] { return redial.stats().at("callbacks").at("taken") == 6; }));
  CHECK(seqs_of(sink) == std::vector<int>{1, 2, 3, 4, 5, 6});

  callback_sink other;
  REQUIRE(redial.order({{"callback_reorder", 0.5}, {"callback_reorder_ms", 200}}).status == 200);
  REQUIRE(redial.place(call_of(17, other.url())).status == 202);
  auto seqs = (other.wait_for(6), seqs_of(other));
  const auto reordered = redial.stats().at("callbacks").at("reordered").get<int>();
  INFO(json(seqs).dump());
  CHECK((reordered > 0 && reordered < 6));
  CHECK_FALSE(std::is_sorted(seqs.begin(), seqs.end()));
  std::sort(seqs.begin(), seqs.end());
  CHECK(seqs == std::vector<int>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("orders that make no sense are refused and change nothing") {
  const scratch_file file;
  const running_provider running{endless_options(file)};
  const caller redial{running.port()};
  REQUIRE(redial.order({{"reject", 1}}).status == 200);
  CHECK(redial.order({{"reject", 2}}).status == 422);
  CHECK(redial.order({{"rejects", 0}}).status == 422);
  CHECK(redial.order(json::array()).status == 422);
  const auto shown = redial.send(boost::beast::http::verb::get, "/faults", {}).json();
  CHECK(shown.at("reject") == 1);
  CHECK(redial.place(call_of(1, nowhere)).status == 422);
}
