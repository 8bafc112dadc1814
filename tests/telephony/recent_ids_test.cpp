#include "telephony/recent_ids.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::telephony;

TEST_CASE("the first that came is the first to be forgotten") {
  recent_ids<int> ids{3};
  const auto id = [](std::uint64_t n) { return call_id{7, n}; };
  CHECK(ids.find(id(1)) == nullptr);
  for (int n = 1; n <= 3; ++n)
    ids.put(id(static_cast<std::uint64_t>(n)), n);
  ids.put(id(1), 100); // known: neither replaced nor renewed
  REQUIRE(ids.find(id(1)) != nullptr);
  CHECK(*ids.find(id(1)) == 1);
  ids.put(id(4), 4);
  CHECK(ids.find(id(1)) == nullptr);
  for (int n = 5; n <= 100; ++n)
    ids.put(id(static_cast<std::uint64_t>(n)), n);
  for (int n = 1; n <= 97; ++n)
    CHECK(ids.find(id(static_cast<std::uint64_t>(n))) == nullptr);
  for (int n = 98; n <= 100; ++n) {
    REQUIRE(ids.find(id(static_cast<std::uint64_t>(n))) != nullptr);
    CHECK(*ids.find(id(static_cast<std::uint64_t>(n))) == n);
  }
}
