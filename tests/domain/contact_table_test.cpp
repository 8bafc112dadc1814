#include "domain/contact_table.hpp"
#include "tests/domain/samples.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <unordered_map>

using namespace redial;

TEST_CASE("a cell keeps phone, status, attempts and suppression apart") {
  for (auto text : {"+999999999999999", "+1000000", "+100000000000000"}) {
    auto number = *phone::parse(text);
    contact_cell cell{number};
    CHECK(cell.number() == number);
    CHECK(cell.status() == contact_status::pending);
    CHECK(cell.attempts() == 0);
    CHECK_FALSE(cell.suppressed());
    // There and back: what was set before must leave no trace.
    for (int pass = 0; pass < 2; ++pass) {
      for (auto status : all_contact_statuses) {
        for (std::uint8_t attempts = 0; attempts <= 5; ++attempts) {
          for (bool suppressed : {true, false}) {
            contact_state state;
            state.status = status;
            state.attempts = attempts;
            state.suppressed = suppressed;
            cell.set(state);
            REQUIRE(cell.number() == number);
            REQUIRE(cell.status() == status);
            REQUIRE(cell.attempts() == attempts);
            REQUIRE(cell.suppressed() == suppressed);
          }
        }
      }
    }
  }
}

TEST_CASE("an empty table finds nobody") {
  contact_table table;
  CHECK(table.empty());
  CHECK(table.size() == 0);
  CHECK_FALSE(table.find(*phone::parse("+919876543210")));
  table.settle();
  CHECK_FALSE(table.find(*phone::parse("+919876543210")));
  CHECK(table.add(*phone::parse("+919876543210")) == contact_no{0});
}

TEST_CASE("what is claimed is not seen before it is listed") {
  contact_table table;
  const auto number = [](std::uint64_t n) { return phone::from_packed(1'000'000 + n); };
  for (std::uint64_t n = 0; n < 10; ++n)
    table.append(number(n));
  CHECK_FALSE(table.claim(number(3)));
  CHECK(table.claim(number(10)) == contact_no{10});
  CHECK_FALSE(table.claim(number(10)));
  CHECK(table.claim(number(11)) == contact_no{11});
  CHECK(table.size() == 10);
  CHECK(table.claimed() == 2);
  CHECK_FALSE(table.find(number(10)));
  SECTION("listed") {
    table.list_claimed();
    CHECK(table.size() == 12);
    CHECK(table.claimed() == 0);
    CHECK(table.find(number(11)) == contact_no{11});
    CHECK_FALSE(table.add(number(11)));
    CHECK(table.add(number(12)) == contact_no{12});
  }
  SECTION("dropped") {
    table.drop_claimed();
    CHECK(table.size() == 10);
    CHECK(table.claimed() == 0);
    CHECK(table.find(number(9)) == contact_no{9});
    CHECK_FALSE(table.find(number(11)));
    CHECK(table.claim(number(11)) == contact_no{10});
    CHECK(table.claim(number(10)) == contact_no{11});
  }
}

TEST_CASE("a table with claims agrees with a simple model") {
  std::mt19937_64 random{11};
  for (int round = 0; round < 40; ++round) {
    // Few phones, so that they meet; now and then many, so that dropping them takes the other way.
    const bool many = round % 8 == 0;
    contact_table table;
    std::vector<phone> cells;
    std::unordered_map<phone, std::size_t> numbers;
    std::size_t listed = 0;
    const auto drop = [&] {
      for (; cells.size() > listed; cells.pop_back())
        numbers.erase(cells.back());
    };
    for (int step = 0; step < (many ? 60'000 : 2000); ++step) {
      const auto one = phone::from_packed(1'000'000 + random() % (many ? 40'000 : 300));
      const auto dice = random() % (many ? 10'000 : 50);
      if (dice == 0) {
        table.drop_claimed();
        drop();
      } else if (dice == 1) {
        table.list_claimed();
        listed = cells.size();
      } else if (dice == 2) {
        table.settle();
      } else if (dice % 3 == 0) {
        const auto known = numbers.find(one);
        const auto found = table.find(one);
        REQUIRE(found.has_value() == (known != numbers.end() && known->second < listed));
        if (found)
          REQUIRE(*found == known->second);
      } else {
        const auto claimed = table.claim(one);
        REQUIRE(claimed.has_value() == numbers.try_emplace(one, cells.size()).second);
        if (claimed) {
          REQUIRE(*claimed == cells.size());
          cells.push_back(one);
        }
      }
      REQUIRE(table.size() == listed);
      REQUIRE(table.claimed() == cells.size() - listed);
    }
    for (std::size_t i = 0; i < listed; ++i)
      REQUIRE(table[static_cast<contact_no>(i)].number() == cells[i]);
  }
}

TEST_CASE("the first of two contacts with one phone stays") {
  contact_table table;
  auto a = *phone::parse("+919876543210");
  auto b = *phone::parse("+919876543211");
  CHECK(table.add(a) == contact_no{0});
  CHECK(table.add(b) == contact_no{1});
  CHECK_FALSE(table.add(a));
  CHECK_FALSE(table.add(b));
  CHECK(table.size() == 2);
  CHECK(table.find(a) == contact_no{0});
  CHECK(table[0].number() == a);
}

TEST_CASE("a table that was settled finds and adds on") {
  contact_table table;
  for (std::uint64_t i = 0; i < 1000; ++i)
    REQUIRE(table.add(phone::from_packed(910000000000 + i)));
  table.settle();
  CHECK(table.memory() == 1000 * sizeof(contact_cell));
  CHECK(table.find(phone::from_packed(910000000999)) == contact_no{999});
  CHECK_FALSE(table.find(phone::from_packed(910000001000)));
  table.settle();
  CHECK_FALSE(table.add(phone::from_packed(910000000500)));
  CHECK(table.add(phone::from_packed(910000001000)) == contact_no{1000});
}

TEST_CASE("contacts appended after the index was built are found too") {
  contact_table table;
  CHECK(table.add(phone::from_packed(910000000001)));
  table.append(phone::from_packed(910000000002));
  CHECK(table.find(phone::from_packed(910000000002)) == contact_no{1});
  CHECK_FALSE(table.add(phone::from_packed(910000000002)));
  CHECK(table.find(phone::from_packed(910000000001)) == contact_no{0});
}

TEST_CASE("every size of table finds exactly its own contacts") {
  // The index is fullest just below a growth: no size may leave it without an empty slot, or a search would not end.
  for (std::uint64_t size = 0; size < 200; ++size) {
    contact_table recovered;
    contact_table added;
    for (std::uint64_t i = 0; i < size; ++i) {
      recovered.append(phone::from_packed(14155550100 + i));
      REQUIRE(added.add(phone::from_packed(14155550100 + i)) == i);
    }
    for (std::uint64_t i = 0; i < size; ++i) {
      REQUIRE(recovered.find(phone::from_packed(14155550100 + i)) == i);
      REQUIRE(added.find(phone::from_packed(14155550100 + i)) == i);
    }
    REQUIRE_FALSE(recovered.find(phone::from_packed(14155550100 + size)));
    REQUIRE_FALSE(added.find(phone::from_packed(14155550100 + size)));
  }
}

TEST_CASE("a table agrees with a map over random work") {
  auto seed = GENERATE(range(1U, 9U));
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  // A narrow range makes duplicates and consecutive numbers, a wide one 15-digit numbers all over.
  const bool narrow = seed % 2 == 0;
  auto draw = [&] {
    return phone::from_packed(narrow ? 919876500000 + random() % 6000 : 100000000000000 + random() % 900000000000000);
  };
  contact_table table;
  std::unordered_map<phone, contact_no> truth;
  std::vector<contact_state> states;
  for (int step = 0; step < 20000; ++step) {
    auto number = draw();
    switch (random() % 8) {
    case 0:
    case 1:
    case 2: {
      auto added = table.add(number);
      auto [it, fresh] = truth.try_emplace(number, static_cast<contact_no>(truth.size()));
      REQUIRE(added.has_value() == fresh);
      if (fresh) {
        REQUIRE(*added == it->second);
        states.emplace_back();
      }
      break;
    }
    case 3:
      if (step % 64 == 0)
        table.settle();
      break;
    case 4:
      if (!states.empty()) {
        auto contact = static_cast<contact_no>(random() % states.size());
        states[contact].status = all_contact_statuses[random() % all_contact_statuses.size()];
        states[contact].attempts = static_cast<std::uint8_t>(random() % 6);
        states[contact].suppressed = random() % 2 == 0;
        table[contact].set(states[contact]);
      }
      break;
    default: {
      auto it = truth.find(number);
      auto found = table.find(number);
      REQUIRE(found.has_value() == (it != truth.end()));
      if (found)
        REQUIRE(*found == it->second);
    }
    }
    REQUIRE(table.size() == truth.size());
  }
  for (const auto& [number, contact] : truth) {
    REQUIRE(table[contact].number() == number);
    REQUIRE(table[contact].status() == states[contact].status);
    REQUIRE(table[contact].attempts() == states[contact].attempts);
    REQUIRE(table[contact].suppressed() == states[contact].suppressed);
  }
}

TEST_CASE("a million contacts at rest take eight bytes each") {
  contact_table table;
  for (std::uint64_t i = 0; i < 1'000'000; ++i)
    table.append(phone::from_packed(910000000000 + i * 7));
  table.settle();
  CHECK(table.memory() == 8'000'000);
  CHECK(table.find(phone::from_packed(910000000000 + 999'999ULL * 7)) == contact_no{999'999});
  CHECK(table.memory() < 20'000'000);
}
