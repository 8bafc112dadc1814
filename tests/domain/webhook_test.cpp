#include "domain/webhook.hpp"
#include "samples.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace redial;

TEST_CASE("ids and secrets of webhooks") {
  sample::seeded_random random{1};
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const auto id = make_webhook_id(random);
    CHECK(is_webhook_id(id));
    ids.insert(id);
    CHECK(webhook_key(make_webhook_secret(random)).value().size() == 32);
  }
  CHECK(ids.size() == 1000);
  for (const std::string_view bad : {"", "whk_", "whk_00000000", "whk_0000000000", "cmp_000000000", "whk_00000000-"})
    CHECK_FALSE(is_webhook_id(bad));
  CHECK(webhook_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value().size() == 24);
  CHECK(webhook_key("whsec_" + base64(std::string(64, 'x'))).has_value());
  for (const std::string& bad : {std::string{}, std::string{"whsec_"}, std::string{"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
         "whsec_" + base64(std::string(23, 'x')), "whsec_" + base64(std::string(65, 'x')),
         std::string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"}, std::string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa w"}})
    CHECK_FALSE(webhook_key(bad));
}

TEST_CASE("base64 goes there and back, and has one text for the same bytes") {
  for (const auto& [bytes, text] :
    std::vector<std::pair<std::string, std::string>>{{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {std::string{"\xfb\xff\xfe"}, "+//+"}}) {
    CHECK(base64(bytes) == text);
    CHECK(parse_base64(text) == bytes);
  }
  for (const std::string_view bad :
    {"=", "==", "Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v=", "Zm9v\n", "-//-", "Zg==Zg=="})
    CHECK(parse_base64(bad) == std::nullopt);
}

TEST_CASE("a message is tried again after anything up to a bound that doubles") {
  sample::seeded_random random{7};
  const retry_policy policy;
  using namespace std::chrono_literals;
  for (unsigned attempts = 1; attempts < 40; ++attempts) {
    const milliseconds bound = attempts < 10 ? std::min<milliseconds>(5s * (1U << attempts), 1h) : milliseconds{1h};
    milliseconds shortest = 24h;
    milliseconds longest = 0ms;
    for (int i = 0; i < 500; ++i) {
      const auto delay = retry_delay(policy, attempts, 0ms, random);
      shortest = std::min(shortest, delay);
      longest = std::max(longest, delay);
    }
    CHECK(shortest >= 5s);
    CHECK(longest <= bound);
    // Full jitter: all of it is used.
    CHECK(shortest < 5s + (bound - 5s) / 10);
    CHECK(longest > bound - (bound - 5s) / 10);
  }
  CHECK(retry_delay(policy, 1, 30min, random) == 30min);
  CHECK(retry_delay(policy, 1, 24h, random) == 1h);
  CHECK(retry_delay(policy, 1'000'000, 0ms, random) <= 1h);
}
