#include "persistence/engine.hpp"
#include "persistence/keys.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/place.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <map>
#include <thread>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

void put(engine& into, table where, const std::string& key, const std::string& value) {
  const auto changes = into.new_batch();
  changes->put(where, key, value);
  into.write(*changes, true).value();
}

pairs all_of(const engine& from, table where, std::string_view low, std::string_view high) {
  pairs found;
  from
    .scan(where, low, high,
      [&](std::string_view key, std::string_view value) {
        found.emplace_back(key, value);
        return true;
      })
    .value();
  return found;
}

} // namespace

TEST_CASE("an engine keeps what a batch put, and in its table only") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  auto data = where->open();
  const auto changes = data->new_batch();
  for (const auto t : all_tables)
    changes->put(t, "key", table_name(t));
  changes->put(table::meta, std::string_view{"\0\xff", 2}, "");
  CHECK(data->get(table::meta, "key").value() == std::nullopt);
  data->write(*changes, true).value();
  for (const auto t : all_tables)
    CHECK(data->get(t, "key").value() == std::string{table_name(t)});
  CHECK(data->get(table::meta, std::string_view{"\0\xff", 2}).value() == "");
  CHECK(data->get(table::journal, "other").value() == std::nullopt);

  SECTION("a written batch is empty and can be used again") {
    put(*data, table::meta, "key", "newer");
    data->write(*changes, false).value();
    CHECK(data->get(table::meta, "key").value() == "newer");
    changes->erase(table::meta, "key");
    data->write(*changes, false).value();
    CHECK(data->get(table::meta, "key").value() == std::nullopt);
    CHECK(data->get(table::journal, "key").value() == "journal");
  }
  SECTION("it is there after reopening") {
    data.reset();
    data = where->open();
    CHECK(data->get(table::call, "key").value() == "call");
  }
}

TEST_CASE("a scan goes in the order of unsigned bytes, from inclusive to exclusive") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto data = where->open();
  for (const auto* key : {"b", "\x7f", "\x80", "\xff", "a", "ab"})
    put(*data, table::contact, key, key);
  CHECK(all_of(*data, table::contact, "a", "b") == pairs{{"a", "a"}, {"ab", "ab"}});
  CHECK(
    all_of(*data, table::contact, "aa", "\xff") == pairs{{"ab", "ab"}, {"b", "b"}, {"\x7f", "\x7f"}, {"\x80", "\x80"}});
  CHECK(all_of(*data, table::contact, "b", "b").empty());
  CHECK(all_of(*data, table::contact, "c", "a").empty());
  CHECK(all_of(*data, table::call, "", "\xff").empty());

  int seen = 0;
  data->scan(table::contact, "", "\xff", [&](std::string_view, std::string_view) { return ++seen < 2; }).value();
  CHECK(seen == 2);
}

TEST_CASE("a scan sees one instant, and its visitor may write") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto data = where->open();
  put(*data, table::contact, "a", "old");
  put(*data, table::contact, "b", "old");
  pairs found;
  data
    ->scan(table::contact, "a", "z",
      [&](std::string_view key, std::string_view value) {
        found.emplace_back(key, value);
        put(*data, table::contact, "b", "new");
        put(*data, table::contact, "c", "new");
        return true;
      })
    .value();
  CHECK(found == pairs{{"a", "old"}, {"b", "old"}});
  CHECK(all_of(*data, table::contact, "a", "z") == pairs{{"a", "old"}, {"b", "new"}, {"c", "new"}});
}

TEST_CASE("changes of a batch apply in order, a range without its end") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto data = where->open();
  for (const auto* key : {"a", "b", "c", "d"})
    put(*data, table::phone, key, "old");
  const auto changes = data->new_batch();
  changes->put(table::phone, "bb", "lost");
  changes->erase_range(table::phone, "b", "d");
  changes->put(table::phone, "c", "back");
  changes->erase_range(table::phone, "d", "d");
  changes->erase_range(table::phone, "z", "a");
  changes->erase(table::phone, "never there");
  data->write(*changes, false).value();
  CHECK(all_of(*data, table::phone, "", "z") == pairs{{"a", "old"}, {"c", "back"}, {"d", "old"}});
}

TEST_CASE("the last entry at most a key is found, down to a floor") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto data = where->open();
  using found = std::optional<std::pair<std::string, std::string>>;
  CHECK(data->last_at_most(table::journal, "z", "").value() == found{});
  put(*data, table::journal, "b", "1");
  put(*data, table::journal, "d", "2");
  CHECK(data->last_at_most(table::journal, "a", "").value() == found{});
  CHECK(data->last_at_most(table::journal, "b", "b").value() == found{{"b", "1"}});
  CHECK(data->last_at_most(table::journal, "c", "a").value() == found{{"b", "1"}});
  CHECK(data->last_at_most(table::journal, "c", "c").value() == found{});
  CHECK(data->last_at_most(table::journal, "z", "a").value() == found{{"d", "2"}});
}

TEST_CASE("an engine agrees with a map under random batches, across reopenings") {
  const auto kind = GENERATE(from_range(kinds()));
  const auto where = make_place(kind);
  auto data = where->open();
  chance luck{7};
  std::map<std::string, std::string> truth;
  for (int round = 0; round < 300; ++round) {
    const auto changes = data->new_batch();
    for (auto n = luck.below(12); n > 0; --n) {
      const auto key = luck.bytes(2);
      const auto kind_of_change = luck.below(10);
      if (kind_of_change < 7) {
        const auto value = luck.bytes(40);
        changes->put(table::contact, key, value);
        truth.insert_or_assign(key, value);
      } else if (kind_of_change < 9) {
        changes->erase(table::contact, key);
        truth.erase(key);
      } else {
        const auto to = key + luck.bytes(2);
        changes->erase_range(table::contact, key, to);
        truth.erase(truth.lower_bound(key), truth.lower_bound(to));
      }
    }
    data->write(*changes, luck.percent(50)).value();
    if (luck.percent(3)) {
      data.reset();
      data = where->open();
    }
    const auto low = luck.bytes(2);
    const auto high = low + "\xff";
    REQUIRE(all_of(*data, table::contact, low, high) == pairs(truth.lower_bound(low), truth.lower_bound(high)));
  }
  CHECK(all_of(*data, table::contact, "", "\xff\xff\xff") == pairs(truth.begin(), truth.end()));
}

TEST_CASE("an engine agrees with a map while campaigns take turns and go as a whole, across reopenings") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  auto data = where->open();
  chance luck{11};
  std::map<std::string, std::string> truth;
  for (int round = 0; round < 300; ++round) {
    const auto changes = data->new_batch();
    for (auto n = luck.below(40); n > 0; --n) {
      const auto campaign = luck.below(4);
      const auto key = std::string{keys::of_contact(campaign, static_cast<contact_no>(luck.below(500))).view()};
      const auto kind_of_change = luck.below(40);
      if (kind_of_change < 30) {
        const auto value = luck.bytes(40);
        changes->put(table::contact, key, value);
        truth.insert_or_assign(key, value);
      } else if (kind_of_change < 39) {
        changes->erase(table::contact, key);
        truth.erase(key);
      } else {
        const std::string from{keys::of(campaign).view()};
        const std::string to{keys::of(campaign + 1).view()};
        changes->erase_range(table::contact, from, to);
        truth.erase(truth.lower_bound(from), truth.lower_bound(to));
      }
    }
    data->write(*changes, luck.percent(20)).value();
    if (luck.percent(3)) {
      data.reset();
      data = where->open();
    }
    REQUIRE(all_of(*data, table::contact, "", keys::beyond_all) == pairs(truth.begin(), truth.end()));
  }
}

TEST_CASE("of a table that is written to all the time no range is erased in the middle of a campaign") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto data = where->open();
  for (const auto which : {table::journal, table::contact, table::call, table::call_start, table::call_label}) {
    put(*data, which, std::string{keys::of_contact(1, 5).view()}, "there");
    const auto changes = data->new_batch();
    changes->put(which, keys::of_contact(1, 6), "too");
    changes->erase_range(which, keys::of_contact(1, 5), keys::of(2));
    CHECK(data->write(*changes, false).error().code == error_code::storage_failed);
    CHECK(all_of(*data, which, "", keys::beyond_all) == pairs{{std::string{keys::of_contact(1, 5).view()}, "there"}});
    CHECK_FALSE(data->health());
    changes->erase_range(which, keys::of(1), keys::of(2));
    data->write(*changes, false).value();
    CHECK(all_of(*data, which, "", keys::beyond_all).empty());
  }
}

TEST_CASE("readers beside a writer see whole batches only") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto data = where->open();
  constexpr int last = 2000;
  std::atomic<bool> torn = false;
  std::atomic<int> scans = 0;
  std::thread reader{[&] {
    for (std::string seen; seen != std::to_string(last);) {
      std::string first;
      auto done = data->scan(table::contact, "a", "z", [&](std::string_view, std::string_view value) {
        if (first.empty())
          first = value;
        torn = torn || first != value;
        return true;
      });
      if (!done)
        torn = true;
      ++scans;
      if (auto got = data->get(table::contact, "y"); got && *got)
        seen = **got;
    }
  }};
  for (int i = 1; i <= last; ++i) {
    const auto changes = data->new_batch();
    for (const auto* key : {"a", "m", "y"})
      changes->put(table::contact, key, std::to_string(i));
    data->write(*changes, false).value();
  }
  reader.join();
  CHECK(!torn);
  CHECK(scans > 0);
}

TEST_CASE("a range that was written is erased and written again, in one batch and in several") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto data = where->open();
  for (int round = 0; round < 3; ++round) {
    for (std::uint32_t i = 0; i < 2000; ++i) {
      const auto changes = data->new_batch();
      changes->put(table::profile, keys::of_contact(7, i * 32), "row");
      CHECK(data->write(*changes, false).has_value());
    }
    CHECK(data->get(table::profile, keys::of_contact(7, 1999 * 32)).value());
    const auto changes = data->new_batch();
    changes->put(table::profile, keys::of_contact(7, 5), "gone with the range");
    changes->erase_range(table::profile, keys::of(7), keys::of(8));
    changes->put(table::profile, keys::of_contact(7, 9), "after the range");
    CHECK(data->write(*changes, true).has_value());
    CHECK_FALSE(data->get(table::profile, keys::of_contact(7, 5)).value());
    CHECK_FALSE(data->get(table::profile, keys::of_contact(7, 1999 * 32)).value());
    CHECK(data->get(table::profile, keys::of_contact(7, 9)).value());
  }
}
