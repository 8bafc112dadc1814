#include "domain/access.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <set>

using namespace redial;

namespace {

class seeded_random final : public random_source {
public:
  void fill(std::span<std::byte> out) override {
    for (auto& byte : out)
      byte = static_cast<std::byte>(engine_() & 0xffU);
  }

private:
  std::mt19937 engine_{7};
};

/// Gives the same byte again and again.
class one_byte final : public random_source {
public:
  explicit one_byte(unsigned value) : value_{value} {}
  void fill(std::span<std::byte> out) override { std::fill(out.begin(), out.end(), static_cast<std::byte>(value_)); }

private:
  unsigned value_;
};

} // namespace

TEST_CASE("a key's text holds 256 random bits in base64url, behind its prefix") {
  one_byte none{0x00};
  one_byte all{0xff};
  CHECK(make_key_text(none) == "rdk_" + std::string(43, 'A'));
  CHECK(make_key_text(all) == "rdk_" + std::string(42, '_') + "8"); // the last one holds four bits
  one_byte pattern{0x4d};                                           // "TU1N" is "MMM"
  std::string expected = "rdk_";
  for (int i = 0; i < 10; ++i)
    expected += "TU1N";
  CHECK(make_key_text(pattern) == expected + "TU0");
  seeded_random random;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto text = make_key_text(random);
    CHECK(text.size() == 47);
    CHECK(is_key_text(text));
    CHECK(
      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos);
    CHECK(seen.insert(text).second);
  }
}

TEST_CASE("what can be a key, and what cannot") {
  CHECK(is_key_text(std::string(32, 'a')));
  CHECK(is_key_text("AZaz09-._~+/=AZaz09-._~+/=AZaz09-"));
  CHECK(is_key_text(std::string(256, 'a')));
  CHECK_FALSE(is_key_text(""));
  CHECK_FALSE(is_key_text(std::string(31, 'a')));
  CHECK_FALSE(is_key_text(std::string(257, 'a')));
  for (char c : std::string_view{" ,\"\n\t\x7f\xc3:;@\0", 12})
    CHECK_FALSE(is_key_text(std::string(40, 'a') + c));
}

TEST_CASE("scopes include the ones before them") {
  constexpr std::array all{access_scope::read, access_scope::write, access_scope::admin};
  for (std::size_t held = 0; held < all.size(); ++held) {
    for (std::size_t wanted = 0; wanted < all.size(); ++wanted)
      CHECK(reaches(all[held], all[wanted]) == (wanted <= held));
    CHECK(parse_access_scope(to_string(all[held])) == all[held]);
  }
  for (auto text : {"", "Read", "READ", "root", "read "})
    CHECK_FALSE(parse_access_scope(text));
}

TEST_CASE("ids of keys") {
  seeded_random random;
  const auto id = key_id::make(random);
  CHECK(id.view().starts_with("key_"));
  CHECK(key_id::parse(id.view()) == id);
  CHECK(key_id::parse("key_012345678")->to_string() == "key_012345678");
  for (auto text : {"", "key_", "key_01234567", "key_0123456789", "cmp_012345678", "key_01234567-"})
    CHECK_FALSE(key_id::parse(text));
}

TEST_CASE("names of keys") {
  CHECK(is_key_name(""));
  CHECK(is_key_name("the one of the back end"));
  CHECK(is_key_name(std::string(255, 'x')));
  CHECK_FALSE(is_key_name(std::string(256, 'x')));
  std::string umlauts;
  for (int i = 0; i < 255; ++i)
    umlauts += "\u00e4";
  CHECK(is_key_name(umlauts));
  CHECK_FALSE(is_key_name(umlauts + "x"));
  for (auto text : {"a\nb", "\x1b[0m", "a\x7f"})
    CHECK_FALSE(is_key_name(text));
}
