#include "persistence/key_records.hpp"
#include "persistence/store.hpp"
#include "persistence/verify.hpp"
#include "tests/persistence/place.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;

namespace {

key_digest digest_of(unsigned first) {
  key_digest digest{};
  for (unsigned i = 0; i < digest.size(); ++i)
    digest[i] = static_cast<std::byte>(first + i);
  return digest;
}

api_key sample() {
  return {*key_id::parse("key_abcDEF123"), "acme", access_scope::write, "the back end", time_point{milliseconds{1000}},
    std::nullopt, false};
}

} // namespace

TEST_CASE("a key comes back from its row as it was") {
  std::vector<api_key> all{sample(), sample(), sample()};
  all[1].scope = access_scope::read;
  all[1].revoked_at = time_point{milliseconds{0}};
  all[1].name.clear();
  all[2].scope = access_scope::admin;
  all[2].seeded = true;
  for (const auto& key : all) {
    const auto change = put_key(digest_of(7), key);
    CHECK(change.where == table::key);
    REQUIRE(change.value);
    const auto back = decode_key(change.key, *change.value);
    REQUIRE(back);
    CHECK(back->digest == digest_of(7));
    CHECK(back->key == key);
  }
  CHECK(erase_key(digest_of(7)).key == put_key(digest_of(7), sample()).key);
  CHECK_FALSE(erase_key(digest_of(7)).value);
}

TEST_CASE("what is no row of a key is told") {
  const auto good = put_key(digest_of(1), sample());
  CHECK_FALSE(decode_key(good.key, ""));
  CHECK_FALSE(decode_key(good.key, "nonsense"));
  CHECK_FALSE(decode_key(good.key.substr(1), *good.value));
  for (auto spoil : {+[](api_key& key) { key.workspace = "No Workspace"; }, +[](api_key& key) { key.id = {}; },
         +[](api_key& key) { key.scope = static_cast<access_scope>(9); }}) {
    auto key = sample();
    spoil(key);
    CHECK_FALSE(decode_key(good.key, *put_key(digest_of(1), key).value));
  }
}

TEST_CASE("verification names a key's row that cannot be read") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto disk = where->open();
  {
    const auto held = store::open(disk).value();
    const std::vector<record_change> changes{put_key(digest_of(0xe0), sample()), {table::key, "short", "nonsense"}};
    REQUIRE(held->commit({}, changes).changes.has_value());
  }
  std::vector<std::string> faults;
  verify_all(
    *disk,
    [&](const std::string& fault) {
      faults.push_back(fault);
      return true;
    },
    [] { return true; });
  REQUIRE(faults.size() == 1);
  CHECK_THAT(faults[0], Catch::Contains("table key"));
}
