#include "domain/ids.hpp"
#include "tests/domain/samples.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <unordered_set>

using namespace redial;

namespace {

/// Says every byte value in turn: the worst that a source can do to a draw by rejection.
class counting_source final : public random_source {
public:
  explicit counting_source(unsigned first) : next_{first} {}
  void fill(std::span<std::byte> out) override {
    for (auto& byte : out)
      byte = static_cast<std::byte>(next_++ & 0xffU);
  }

private:
  unsigned next_;
};

constexpr std::string_view base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

} // namespace

TEST_CASE("campaign ids are cmp_ and nine base62 characters, each as likely as the other") {
  sample::seeded_random random{42};
  std::array<unsigned, 256> seen{};
  std::unordered_set<campaign_id> ids;
  constexpr unsigned drawn = 20000;
  for (unsigned i = 0; i < drawn; ++i) {
    auto id = campaign_id::make(random);
    ids.insert(id);
    auto text = id.to_string();
    REQUIRE(text.size() == campaign_id::length);
    REQUIRE(text.starts_with("cmp_"));
    for (char c : text.substr(4))
      ++seen[static_cast<unsigned char>(c)];
  }
  CHECK(ids.size() == drawn);
  // 180,000 characters over 62 values: 2903 of each, give or take 54 (one standard deviation).
  unsigned total = 0;
  for (char c : base62) {
    CAPTURE(c);
    auto times = seen[static_cast<unsigned char>(c)];
    CHECK(times > 2903 - 6 * 54);
    CHECK(times < 2903 + 6 * 54);
    total += times;
  }
  CHECK(total == drawn * 9);
}

TEST_CASE("bytes that would favour some characters are drawn again") {
  counting_source source{248};
  // 248 to 255 are passed over: the first byte that counts is 0.
  CHECK(campaign_id::make(source).view() == "cmp_012345678");
}

TEST_CASE("campaign ids come back from their text") {
  sample::seeded_random random{1};
  for (int i = 0; i < 1000; ++i) {
    auto id = campaign_id::make(random);
    auto back = campaign_id::parse(id.view());
    REQUIRE(back);
    CHECK(*back == id);
    CHECK(std::hash<campaign_id>{}(*back) == std::hash<campaign_id>{}(id));
  }
}

TEST_CASE("what is not a campaign id is refused") {
  auto text = GENERATE(as<std::string>{}, "", "cmp_", "cmp_12345678", "cmp_1234567890", "cal_123456789",
    "CMP_123456789", "cmp-123456789", "cmp_12345678-", "cmp_12345678/", "cmp_12345678_", "cmp_1234 6789",
    " cmp_123456789", "cmp_123456789 ", "123456789", "cmp_1234567é", "whk_123456789");
  CAPTURE(text);
  CHECK_FALSE(campaign_id::parse(text));
  CHECK_FALSE(campaign_id::parse(std::string_view{"cmp_1234\0006789", 13}));
  CHECK_FALSE(campaign_id::parse(std::string(10000, 'c')));
}

TEST_CASE("call ids come back from their text, at the edges too") {
  constexpr auto top = ~std::uint64_t{0};
  std::mt19937_64 random{7};
  std::vector<call_id> ids{{0, 0}, {0, 1}, {1, 0}, {61, 62}, {top, top}, {top, 0}, {0, top}};
  for (int i = 0; i < 1000; ++i)
    ids.emplace_back(random(), random());
  for (auto id : ids) {
    auto text = id.to_string();
    CAPTURE(text);
    REQUIRE(text.size() == call_id::length);
    REQUIRE(text.starts_with("cal_"));
    REQUIRE(std::all_of(text.begin() + 4, text.end(), [](char c) { return base62.find(c) != std::string_view::npos; }));
    CHECK(call_id::parse(text) == id);
  }
  CHECK(call_id{}.empty());
  CHECK_FALSE(call_id{0, 1}.empty());
  CHECK_FALSE(call_id{1, 0}.empty());
}

TEST_CASE("call ids say where the call is on record") {
  constexpr std::array<campaign_no, 6> campaigns{1, 2, 0xffff, 0x10000, 0x12345678, 0xffffffff};
  constexpr std::array<contact_no, 5> contacts{0, 1, 0xffff, 0x10000, 0xffffffff};
  for (const auto campaign : campaigns) {
    for (const auto contact : contacts) {
      for (const auto at : {time_point{}, sample::epoch, time_point{milliseconds{(1LL << 48) - 1}}}) {
        const auto id = call_id::make(at, campaign, contact, ~std::uint64_t{0});
        CAPTURE(campaign, contact);
        CHECK(id.campaign() == campaign);
        CHECK(id.contact() == contact);
      }
    }
  }
  CHECK(call_id::make(sample::epoch, 2, 0, 1) < call_id::make(sample::epoch + milliseconds{1}, 1, 0, 1));
  CHECK(call_id::make(sample::epoch, 1, 7, 1) < call_id::make(sample::epoch, 2, 0, 1));
  CHECK(call_id::make(sample::epoch, 1, 7, 9) < call_id::make(sample::epoch, 1, 8, 1));
}

TEST_CASE("no two attempts share a call id") {
  // Everything that a campaign can do within a millisecond, and a clock that stands still or goes back.
  std::unordered_set<call_id> ids;
  std::size_t made = 0;
  for (campaign_no campaign = 1; campaign <= 3; ++campaign) {
    auto state = sample::running(5);
    for (int i = 0; i < 20'000; ++i) {
      const auto now = sample::epoch + std::chrono::hours{i % 3 == 0 ? 1 : -i};
      const auto id = next_call_id(state, campaign, static_cast<contact_no>(i % 2), now);
      ++made;
      ids.insert(id);
      // Begun, and taken back at once: the next attempt of this contact is another one.
      auto begun = decide_attempt(state, static_cast<contact_no>(i % 2), {}, id, now).value();
      evolve(state, begun);
      evolve(state, decide_not_placed(*state.definition, begun.contact, begun.after, id, now).value());
    }
  }
  CHECK(ids.size() == made);
}

TEST_CASE("call ids sort as their numbers do") {
  CHECK(call_id{1, 9} < call_id{2, 0});
  CHECK(call_id{1, 9}.to_string() < call_id{2, 0}.to_string());
}

TEST_CASE("what is not a call id is refused") {
  const std::string good = call_id{123, 456}.to_string();
  CHECK(call_id::parse(good));
  CHECK_FALSE(call_id::parse(""));
  CHECK_FALSE(call_id::parse("cal_"));
  CHECK_FALSE(call_id::parse(good.substr(0, good.size() - 1)));
  CHECK_FALSE(call_id::parse(good + "0"));
  CHECK_FALSE(call_id::parse("cmp_" + good.substr(4)));
  CHECK_FALSE(call_id::parse(good.substr(0, 10) + "-" + good.substr(11)));
  CHECK_FALSE(call_id::parse(std::string(10000, 'z')));
}

TEST_CASE("a call id above 128 bits is refused, not wrapped round") {
  // 2^64 - 1 is LygHa16AHYF in this alphabet.
  const std::string top = "LygHa16AHYF";
  REQUIRE(call_id::parse("cal_" + top + top) == call_id{~std::uint64_t{0}, ~std::uint64_t{0}});
  const std::string above = "LygHa16AHYG";
  CHECK_FALSE(call_id::parse("cal_" + above + top));
  CHECK_FALSE(call_id::parse("cal_" + top + above));
  CHECK_FALSE(call_id::parse("cal_" + std::string(22, 'z')));
}
