// API keys: what may be made and revoked, and that what is answered is stored.
#include "world.hpp"

#include "actors/key_keeper.hpp"
#include "crypto/digest.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace redial;
using namespace redial::testing;
using actors::key_book;
using actors::key_plan;

namespace {

constexpr time_point noon{std::chrono::hours{12}};
const std::string seed = "a-seed-that-is-long-enough-to-be-a-key";

/// A book and where its keys are kept.
struct kept_book {
  std::unique_ptr<persistence::store> store =
    persistence::store::open(std::shared_ptr{persistence::make_memory_engine()}).value();
  key_book book;
  seeded_random random{1};

  key_plan create(const workspace_name& workspace, access_scope scope) {
    return commit(book.plan_creation(workspace, scope, "n", noon, random).value());
  }
  key_plan commit(key_plan plan) {
    REQUIRE(store->commit({}, to_records(plan.changes)).changes.has_value());
    book.apply(plan.changes);
    return plan;
  }
};

} // namespace

TEST_CASE("a key opens what it was made for, until it is revoked") {
  kept_book kept;
  const auto before = kept.book.version();
  const auto made = kept.create("acme", access_scope::write);
  CHECK(kept.book.version() != before);
  const auto found = kept.book.find(made.text);
  REQUIRE(found);
  CHECK(*found == *made.key);
  CHECK(found->workspace == "acme");
  CHECK(found->scope == access_scope::write);
  CHECK_FALSE(kept.book.find(made.text + "x"));
  CHECK_FALSE(kept.book.find(""));
  CHECK_FALSE(kept.book.find(made.key->id.view()));

  CHECK(kept.book.plan_revocation("other", made.key->id, noon).error().code == error_code::not_found);
  const auto at = noon + milliseconds{5};
  const auto gone = kept.commit(kept.book.plan_revocation("acme", made.key->id, at).value());
  CHECK(gone.key->revoked_at == at);
  CHECK_FALSE(kept.book.find(made.text));
  // Again: it stays revoked as of the first time, and nothing is written.
  const auto again = kept.book.plan_revocation("acme", made.key->id, at + milliseconds{1}).value();
  CHECK(again.changes.empty());
  CHECK(again.key->revoked_at == at);

  // What the store has is the same.
  key_book loaded;
  loaded.load(*kept.store).value();
  CHECK_FALSE(loaded.find(made.text));
  REQUIRE(loaded.list(std::nullopt).size() == 1);
  CHECK(*loaded.list(std::nullopt)[0] == *gone.key);
}

TEST_CASE("a key's text is in no record") {
  kept_book kept;
  const auto made = kept.create("acme", access_scope::admin);
  for (const auto& record : to_records(made.changes)) {
    CHECK(record.key.find(made.text) == std::string::npos);
    REQUIRE(record.value);
    CHECK(record.value->find(made.text) == std::string::npos);
    const auto digest = crypto::sha256(made.text);
    CHECK(record.key == std::string{reinterpret_cast<const char*>(digest.data()), digest.size()});
  }
}

TEST_CASE("SHA-256 is SHA-256") {
  // FIPS 180-2, B.1.
  const auto digest = crypto::sha256("abc");
  CHECK(std::to_integer<unsigned>(digest.front()) == 0xbaU);
  CHECK(std::to_integer<unsigned>(digest[1]) == 0x78U);
  CHECK(std::to_integer<unsigned>(digest.back()) == 0xadU);
  CHECK(crypto::equal("same", "same"));
  CHECK_FALSE(crypto::equal("same", "sama"));
  CHECK_FALSE(crypto::equal("same", "sam"));
  CHECK(crypto::equal("", ""));
}

TEST_CASE("lists show one workspace or all, the newest first") {
  kept_book kept;
  const auto older = kept.create("acme", access_scope::read);
  kept.create("other", access_scope::read);
  const auto newer =
    kept.commit(kept.book.plan_creation("acme", access_scope::read, "", noon + milliseconds{1}, kept.random).value());
  const auto acme = kept.book.list(workspace_name{"acme"});
  REQUIRE(acme.size() == 2);
  CHECK(acme[0]->id == newer.key->id);
  CHECK(acme[1]->id == older.key->id);
  CHECK(kept.book.list(std::nullopt).size() == 3);
  CHECK(kept.book.list(workspace_name{"none"}).empty());
}

TEST_CASE("what is no workspace's or key's name is refused") {
  kept_book kept;
  CHECK(kept.book.plan_creation("No", access_scope::read, "", noon, kept.random).error().pointer == "/workspace");
  CHECK(kept.book.plan_creation("acme", access_scope::read, "a\n", noon, kept.random).error().pointer == "/name");
}

TEST_CASE("a workspace's keys are bounded: the one that was revoked first makes room") {
  kept_book kept;
  std::vector<key_plan> made;
  for (std::size_t i = 0; i < key_book::max_keys; ++i)
    made.push_back(kept.create("acme", access_scope::read));
  CHECK(kept.book.plan_creation("acme", access_scope::read, "", noon, kept.random).error().code
        == error_code::invalid_value);
  CHECK(kept.book.plan_creation("other", access_scope::read, "", noon, kept.random).has_value());
  kept.commit(kept.book.plan_revocation("acme", made[9].key->id, noon + milliseconds{1}).value());
  kept.commit(kept.book.plan_revocation("acme", made[4].key->id, noon + milliseconds{2}).value());
  kept.create("acme", access_scope::read);
  const auto all = kept.book.list(workspace_name{"acme"});
  CHECK(all.size() == key_book::max_keys);
  std::set<key_id> ids;
  for (const auto& key : all)
    ids.insert(key->id);
  CHECK_FALSE(ids.contains(made[9].key->id));
  CHECK(ids.contains(made[4].key->id));
}

TEST_CASE("the key that the environment gives") {
  kept_book kept;
  const auto plan = [&](const std::string& text) { return kept.book.plan_seed(text, noon, kept.random); };
  const auto first = kept.commit(plan(seed).value());
  CHECK(first.key->seeded);
  CHECK(first.key->scope == access_scope::admin);
  CHECK(first.key->workspace == default_workspace);
  CHECK(kept.book.find(seed)->id == first.key->id);
  // The same at the next start: nothing changes.
  CHECK(plan(seed).value().changes.empty());

  SECTION("another one takes its place, for good") {
    const auto other = seed + "-2";
    kept.commit(plan(other).value());
    CHECK_FALSE(kept.book.find(seed));
    CHECK(kept.book.find(other));
    CHECK_THAT(plan(seed).error().detail, Catch::Contains(first.key->id.to_string()) && Catch::Contains("revoked"));
  }
  SECTION("revoked, it does not come back by a restart") {
    kept.commit(kept.book.plan_revocation("default", first.key->id, noon).value());
    CHECK(plan(seed).error().code == error_code::unauthorized);
  }
  SECTION("keys that were made otherwise stay as they are") {
    const auto made = kept.create("default", access_scope::admin);
    const auto reader = kept.create("default", access_scope::read);
    CHECK(plan(made.text).value().key->id == made.key->id); // an admin key of that workspace will do
    CHECK(plan(reader.text).error().code == error_code::unauthorized);
    kept.commit(plan(seed + "-2").value());
    CHECK(kept.book.find(made.text));
  }
  SECTION("what is no key is refused, and not told") {
    for (const auto& text : {std::string{"short"}, std::string(300, 'x'), seed + " "}) {
      const auto refused = plan(text);
      REQUIRE(refused.has_error());
      CHECK(refused.error().code == error_code::invalid_value);
      CHECK(refused.error().detail.find(text) == std::string::npos);
    }
  }
}

TEST_CASE("a damaged record of a key is named, and the book stays as it was") {
  kept_book kept;
  const auto made = kept.create("acme", access_scope::read);
  const std::vector<persistence::record_change> damage{{persistence::table::key, "x", "y"}};
  REQUIRE(kept.store->commit({}, damage).changes.has_value());
  CHECK(kept.book.load(*kept.store).error().code == error_code::storage_failed);
  CHECK(kept.book.find(made.text));
}

TEST_CASE("keys that are made and revoked while the engine runs are stored before that is answered") {
  world w;
  key_book book;
  w.context().books.push_back(&book);
  auto keys = std::make_unique<actors::key_keeper>(w.context(), book, w.engine().writer());
  std::optional<result<actors::created_key>> made;
  keys->create({"acme", "trace"}, access_scope::read, "n", {}, [&](auto outcome) { made = std::move(outcome); });
  CHECK_FALSE(made);
  CHECK(book.list(std::nullopt).empty());
  w.settle();
  REQUIRE(made);
  REQUIRE(made->has_value());
  const auto text = (*made)->text;
  const auto id = (*made)->key->id;
  CHECK(keys->find(text)->id == id);

  std::optional<result<actors::key_ptr>> revoked;
  SECTION("refused by the disk, nothing has changed") {
    w.disk().failing = true;
    keys->revoke({"acme", "trace"}, id, [&](auto outcome) { revoked = std::move(outcome); });
    w.settle();
    REQUIRE(revoked);
    CHECK(revoked->error().code == error_code::storage_failed);
    CHECK(keys->find(text));
    w.disk().failing = false;
  }
  SECTION("said to be refused but stored: found out when the store is read again") {
    w.disk().judge = [](bool) { return faulty_engine::fate::unclear; };
    keys->revoke({"acme", "trace"}, id, [&](auto outcome) { revoked = std::move(outcome); });
    w.settle();
    REQUIRE(revoked);
    CHECK(revoked->has_error());
    w.disk().judge = {};
    w.pass(std::chrono::minutes{5});
    CHECK_FALSE(keys->find(text));
  }
  SECTION("a crash after the answer does not bring it back") {
    keys->revoke({"acme", "trace"}, id, [&](auto outcome) { revoked = std::move(outcome); });
    w.settle();
    REQUIRE(revoked);
    CHECK(revoked->has_value());
    keys.reset();
    w.crash_and_restart();
    key_book loaded;
    loaded.load(w.store()).value();
    CHECK_FALSE(loaded.find(text));
    CHECK(loaded.list(std::nullopt).size() == 1);
  }
}
