/// What is told of a call, and the dice of the faults: pure functions both.
#include "bench/provider/faults.hpp"
#include "bench/provider/story.hpp"
#include "telephony/http/protocol.hpp"
#include "tests/provider/support.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace redial;
using namespace redial::provider;
using namespace redial::test;

namespace {

constexpr std::int64_t placed_ms = 1'700'000'000'000;

known_call call_to(std::uint64_t contact, std::int64_t cancelled_after = 0) {
  known_call call;
  call.attempt_id = attempt_id(contact);
  call.to = number_of(contact);
  call.placed_ms = placed_ms;
  call.cancelled_ms = cancelled_after == 0 ? 0 : placed_ms + cancelled_after;
  call.ring_timeout_s = 30;
  call.max_duration_s = 600;
  return call;
}

std::vector<std::string> names(const story& told) {
  std::vector<std::string> result;
  for (const auto& event : told.events())
    result.push_back(nlohmann::json::parse(told.to_json(event)).at("event"));
  return result;
}

/// @returns the first contact whose first attempt comes to this.
std::uint64_t contact_with(const story_options& options, call_outcome outcome) {
  for (std::uint64_t n = 0;; ++n) {
    if (telephony::plan_call(options.network, number_of(n), 1).outcome == outcome)
      return n;
  }
}

} // namespace

TEST_CASE("a story tells the plan of its call, in words that redial understands") {
  story_options options;
  options.result = result_place::mixed;
  options.result_delay = milliseconds{5};
  for (std::uint64_t n = 0; n < 500; ++n) {
    const story told{options, n + 1, call_to(n)};
    const auto plan = telephony::plan_call(options.network, number_of(n), 1);
    CHECK(told.outcome() == plan.outcome);
    CHECK(told.ended_at() == time_point{milliseconds{placed_ms}} + plan.ring + plan.talk);
    std::string disposition;
    std::optional<time_point> answered;
    std::size_t completed = 0;
    std::uint8_t seq = 0;
    auto last = time_point::min();
    for (const auto& event : told.events()) {
      CHECK(event.seq == ++seq);
      CHECK(event.at >= last);
      last = event.at;
      const auto read = telephony::read_callback(told.to_json(event), time_point::max());
      INFO(told.to_json(event));
      REQUIRE(read);
      CHECK(read->attempt == attempt_id(n));
      CHECK(read->at == event.at);
      using kind = telephony::provider_event::kind;
      REQUIRE(read->what != kind::other);
      if (read->what == kind::answered)
        answered = read->at;
      if (read->what == kind::completed) {
        ++completed;
        CHECK(read->outcome == plan.outcome);
      }
      if (!read->disposition.empty()) {
        CHECK(disposition.empty());
        disposition = read->disposition;
      }
    }
    CHECK(completed == 1);
    CHECK(disposition == plan.disposition);
    CHECK(answered.has_value() == (plan.outcome == call_outcome::answered));
    if (answered)
      CHECK(told.ended_at() - *answered == plan.talk);
  }
}

TEST_CASE("the places of the disposition") {
  story_options options;
  const auto call = call_to(contact_with(options, call_outcome::answered));
  using list = std::vector<std::string>;
  CHECK(names({options, 1, call}) == list{"initiated", "ringing", "answered", "amd", "completed", "result"});
  options.result = result_place::before;
  CHECK(names({options, 1, call}) == list{"initiated", "ringing", "answered", "amd", "result", "completed"});
  options.result = result_place::within;
  CHECK(names({options, 1, call}) == list{"initiated", "ringing", "answered", "amd", "completed"});
  options.tell = telling::essential;
  CHECK(names({options, 1, call}) == list{"answered", "completed"});
  const auto busy = call_to(contact_with(options, call_outcome::busy));
  CHECK(names({options, 1, busy}) == list{"completed"});
  options.tell = telling::all;
  CHECK(names({options, 1, busy}) == list{"initiated", "completed"});
}

TEST_CASE("a cancelled call ends there, and what was told of it stays true") {
  story_options options;
  const auto n = contact_with(options, call_outcome::answered);
  const auto plan = telephony::plan_call(options.network, number_of(n), 1);
  const story whole{options, 1, call_to(n)};

  const story in_ringing{options, 1, call_to(n, plan.ring.count() / 2)};
  CHECK(in_ringing.outcome() == call_outcome::abandoned);
  CHECK(names(in_ringing) == std::vector<std::string>{"initiated", "ringing", "completed"});

  const story in_talk{options, 1, call_to(n, plan.ring.count() + plan.talk.count() / 2)};
  CHECK(in_talk.outcome() == call_outcome::answered);
  CHECK(names(in_talk) == std::vector<std::string>{"initiated", "ringing", "answered", "amd", "completed"});
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(in_talk.to_json(in_talk.events()[i]) == whole.to_json(whole.events()[i]));

  const story too_late{options, 1, call_to(n, plan.ring.count() + plan.talk.count() + 1)};
  CHECK(names(too_late) == names(whole));
  CHECK(too_late.ended_at() == whole.ended_at());
}

TEST_CASE("calls heed the limits they were placed with") {
  story_options options;
  auto call = call_to(contact_with(options, call_outcome::answered));
  call.ring_timeout_s = 1;
  call.max_duration_s = 1;
  const story told{options, 1, call};
  CHECK(told.ended_at() <= time_point{milliseconds{placed_ms + 2000}});
}

TEST_CASE("faults read back as they are shown, and nothing else is taken") {
  faults orders;
  orders.reset_after = 0.25;
  orders.late_ms = 180'000;
  const auto back = parse_faults(to_json(orders));
  REQUIRE(back);
  CHECK(*back == orders);
  CHECK(*parse_faults("{}") == faults{});
  for (const auto* bad : {"", "[]", "1", "{", R"({"reset":0.1})", R"({"reset_after":"0.1"})", R"({"reset_after":1.1})",
         R"({"reset_after":-0.1})", R"({"reset_after":0.6,"error_after":0.6})", R"({"late_ms":1e12})",
         R"({"lookup_error":0.6,"lookup_reset":0.6})"}) {
    INFO(bad);
    CHECK_FALSE(parse_faults(bad));
  }
  CHECK(set_fault(orders, "callback_lose=0.5"));
  CHECK(orders.callback_lose == 0.5);
  const auto before = orders;
  for (const auto* bad :
    {"callback_lose", "callback_lose=", "callback_lose=x", "callback_lose=2", "=1", "reject=0.9"}) {
    INFO(bad);
    CHECK_FALSE(set_fault(orders, bad));
    CHECK(orders == before);
  }
}

TEST_CASE("the dice fall the same under one seed, and as often as ordered") {
  faults orders;
  orders.reset_before = 0.1;
  orders.too_many = 0.2;
  orders.answer_late = 0.3;
  orders.lookup_silent = 0.4;
  orders.callback_delay = 0.5;
  fault_dice a{42};
  fault_dice b{42};
  fault_dice other{43};
  std::map<post_fault, int> posts;
  int silent = 0;
  int delayed = 0;
  int different = 0;
  constexpr int rolls = 20'000;
  for (int i = 0; i < rolls; ++i) {
    const auto fell = a.post(orders);
    REQUIRE(fell == b.post(orders));
    different += fell != other.post(orders) ? 1 : 0;
    ++posts[fell];
    silent += a.lookup(orders) == lookup_fault::silent ? 1 : 0;
    delayed += a.callback(orders, callback_fault::delay) ? 1 : 0;
    REQUIRE_FALSE(a.callback(orders, callback_fault::lose));
  }
  const auto near = [](int count, double share) { return std::abs(count - share * rolls) < 0.02 * rolls; };
  CHECK(near(posts[post_fault::reset_before], 0.1));
  CHECK(near(posts[post_fault::too_many], 0.2));
  CHECK(near(posts[post_fault::answer_late], 0.3));
  CHECK(near(posts[post_fault::none], 0.4));
  CHECK(near(silent, 0.4));
  CHECK(near(delayed, 0.5));
  CHECK(different > 0);
}
