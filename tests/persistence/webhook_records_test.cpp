#include "persistence/keys.hpp"
#include "persistence/store.hpp"
#include "persistence/verify.hpp"
#include "persistence/webhook_records.hpp"
#include "tests/persistence/place.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;
using Catch::Matchers::Contains;

namespace {

constexpr time_point then{milliseconds{1'700'000'000'123}};

webhook_row sample() {
  webhook_row row;
  row.hook.id = "whk_4fK2m9Qx1";
  row.hook.workspace = "acme";
  row.hook.url = "https://hooks.example.com/?a=b";
  row.hook.events.add(notice_type::call_completed);
  row.hook.events.add(notice_type::campaign_stopped);
  row.hook.secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  row.hook.created_at = then;
  return row;
}

delivery sample_delivery() {
  delivery row;
  row.number = 77;
  row.event = {3, 12, 2};
  row.type = notice_type::call_escalated;
  row.outcome = delivery_outcome::pending;
  row.attempts = 4;
  row.error = "no answer";
  row.last_attempt_at = then;
  row.next_attempt_at = then + milliseconds{5};
  return row;
}

template <class Row>
std::string bytes_of(const Row& row) {
  std::string out = "what was there before";
  encode(row, out);
  return out;
}

} // namespace

TEST_CASE("webhooks and deliveries go into rows and come back") {
  auto row = sample();
  const auto there_and_back = [&] {
    webhook_row back;
    REQUIRE(decode_webhook(webhook_key_of(row.hook.workspace, row.hook.id), bytes_of(row), back));
    CHECK(back == row);
  };
  there_and_back();
  row.hook.every_event = true;
  row.hook.events = {};
  row.hook.disabled_at = then;
  row.commit = 1'000'000'000'000;
  row.index = ~std::uint32_t{0};
  row.sub = 255;
  row.lanes = {{1, 2, 0xff, 4, 1, 0, std::nullopt}, {7, 8, 2, 9, 0, 12, then}};
  row.replayed_at = then;
  row.next_delivery = 99;
  there_and_back();

  auto each = sample_delivery();
  for (const auto outcome : {delivery_outcome::pending, delivery_outcome::delivered, delivery_outcome::failed}) {
    each.outcome = outcome;
    delivery back;
    REQUIRE(decode_delivery(delivery_key_of("whk_4fK2m9Qx1", 77), bytes_of(each), back));
    CHECK(back == each);
    each.next_attempt_at.reset();
    each.status = 503;
  }
}

TEST_CASE("rows that are none are not taken for webhooks or deliveries") {
  const auto key = webhook_key_of("acme", "whk_4fK2m9Qx1");
  const auto row = bytes_of(sample());
  webhook_row out;
  for (const std::string& bad : {std::string{"acme"}, std::string{"whk_4fK2m9Qx1"}, webhook_key_of("", "whk_4fK2m9Qx1"),
         webhook_key_of("acme", "whk_1"), webhook_key_of("ACME", "whk_4fK2m9Qx1")})
    CHECK_FALSE(decode_webhook(bad, row, out));
  CHECK_FALSE(decode_webhook(key, "", out));
  CHECK_FALSE(decode_webhook(key, "damaged", out));
  delivery each;
  const auto delivered = bytes_of(sample_delivery());
  CHECK_FALSE(decode_delivery("short", delivered, each));
  CHECK_FALSE(decode_delivery(std::string(21, 'x'), delivered, each));
  CHECK_FALSE(decode_delivery(delivery_key_of("whk_4fK2m9Qx1", 1), "", each));
  CHECK_FALSE(decode_delivery(delivery_key_of("whk_4fK2m9Qx1", 1), "damaged", each));
}

TEST_CASE("damaged webhooks, and deliveries of none, are named") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto held = store::open(where->open()).value();
  const auto key = webhook_key_of("acme", "whk_4fK2m9Qx1");
  const auto put = [&](table into, const std::string& at, const std::string& value) {
    REQUIRE(held->commit({}, std::vector<record_change>{{into, at, value}}).changes.has_value());
  };
  const auto verdict = [&] {
    std::string all;
    held->verify(
      [&](const std::string& fault) {
        all += fault + "\n";
        return true;
      },
      [] { return true; });
    return all;
  };
  put(table::webhook, key, bytes_of(sample()));
  put(table::delivery, delivery_key_of("whk_4fK2m9Qx1", 77), bytes_of(sample_delivery()));
  CHECK(verdict().empty());
  SECTION("a webhook") {
    put(table::webhook, key, "damaged");
    CHECK_THAT(verdict(), Contains("table webhook, key 61636d65"));
  }
  SECTION("a delivery") {
    put(table::delivery, delivery_key_of("whk_4fK2m9Qx1", 78), "damaged");
    CHECK_THAT(verdict(), Contains("table delivery, key 77686b5f"));
  }
  SECTION("a delivery of no webhook") {
    put(table::delivery, delivery_key_of("whk_000000000", 1), bytes_of(sample_delivery()));
    CHECK_THAT(verdict(), Contains("table delivery has rows of webhook whk_000000000, which does not exist"));
  }
}
