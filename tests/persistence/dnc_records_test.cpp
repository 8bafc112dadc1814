// The do-not-call lists as the store keeps them.
#include "persistence/dnc_records.hpp"
#include "tests/persistence/lying_engine.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/place.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;
using namespace std::chrono_literals;

namespace {

constexpr time_point now{std::chrono::hours{24 * 365 * 55}};

phone number(std::uint64_t n) { return phone::from_packed(919'000'000'000ULL + n); }

dnc_entry entry(std::uint64_t n, std::optional<time_point> expires_at = {}, std::string reason = "asked") {
  return {number(n), std::move(reason), "crm", now - 1h, expires_at};
}

void write(store& into, std::vector<record_change> changes) { REQUIRE(into.commit({}, changes).changes.has_value()); }

} // namespace

TEST_CASE("what is put on a list is found again, in its workspace alone") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  auto held = store::open(where->open()).value();
  // One workspace's name begins with the other's.
  write(*held, {put_dnc("sales", dnc_origin::given, entry(1, {}, "a \"reason\", \0 included")),
                 put_dnc("sales", dnc_origin::given, entry(2, now + 1h)),
                 put_dnc("sales-2", dnc_origin::given, entry(3)), put_dnc("sales", dnc_origin::given, entry(4, now))});
  held.reset();
  held = store::open(where->open()).value();
  CHECK(find_dnc(*held, "sales", number(1), now).value() == entry(1, {}, "a \"reason\", \0 included"));
  CHECK(find_dnc(*held, "sales", number(2), now).value() == entry(2, now + 1h));
  CHECK(find_dnc(*held, "sales", number(2), now + 1h).value() == std::nullopt);
  CHECK(find_dnc(*held, "sales", number(3), now).value() == std::nullopt);
  CHECK(find_dnc(*held, "sales-2", number(3), now).value() == entry(3));
  CHECK(find_dnc(*held, "sales", number(4), now).value() == std::nullopt); // has expired
  CHECK(list_dnc(*held, "sales", 0, 10, now).value()
        == std::vector{entry(1, {}, "a \"reason\", \0 included"), entry(2, now + 1h)});
  CHECK(list_dnc(*held, "sales", 1, 1, now).value() == std::vector{entry(2, now + 1h)});
  CHECK(list_dnc(*held, "sales", 2, 1, now).value().empty());
  CHECK(list_dnc(*held, "sales", 0, 0, now).value().empty());
  CHECK(list_dnc(*held, "sale", 0, 10, now).value().empty());

  write(*held, {erase_dnc("sales", dnc_origin::given, number(1))});
  CHECK(find_dnc(*held, "sales", number(1), now).value() == std::nullopt);
}

TEST_CASE("an event in which somebody asks not to be called puts the number on the list in the same write") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto disk = std::make_shared<lying_engine>(where->open());
  auto held = store::open(disk).value();
  chance luck{5};
  const auto campaign = create(*held, luck, 3);
  const auto& definition = *campaign.state.definition;
  contact_event said;
  said.change = contact_change::disposition_set;
  said.contact = 1;
  said.before = contact_status::in_progress;
  said.after.status = contact_status::in_progress;
  said.after.call = open_call{call_id{1, 2}, now, now, "dnd"};
  said.at = now;
  said.do_not_call = number(7);
  const std::vector<append> appends{{campaign.number, campaign.state.last_seq, {said}}};
  const auto asked = [&] { return find_dnc(*held, definition.workspace, number(7), now).value(); };

  // For a while already, for good, or not at all.
  const auto given = GENERATE(std::optional<dnc_entry>{}, entry(7, now + 1h), entry(7));
  if (given)
    write(*held, {put_dnc(definition.workspace, dnc_origin::given, *given)});
  disk->next = lying_engine::lie::fails;
  CHECK(held->commit(appends)[0].error().code == error_code::storage_failed);
  held->recover().value();
  CHECK(asked() == given);
  REQUIRE(held->commit(appends)[0]);
  const auto expected = entry_of_disposition(number(7), definition.id, now);
  CHECK(asked() == (given && !given->expires_at ? given : expected));
  if (given && !given->expires_at)
    CHECK(list_dnc(*held, definition.workspace, 0, 10, now).value() == std::vector{*given});
  else
    CHECK(list_dnc(*held, definition.workspace, 0, 10, now + 2h).value() == std::vector{expected});

  // The event is read as it was written.
  std::optional<phone> replayed;
  REQUIRE(held->read_events(campaign.number, campaign.state.last_seq, [&](std::uint64_t, const event& e) {
    replayed = std::get<contact_event>(e).do_not_call;
    return true;
  }));
  CHECK(replayed == number(7));
}

TEST_CASE("a list under random changes is what a plain map says") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto held = store::open(where->open()).value();
  std::mt19937_64 random{11};
  struct pair {
    std::optional<dnc_entry> given, said;
  };
  std::map<phone, pair> truth;
  for (int step = 0; step < 600; ++step) {
    const auto n = random() % 40;
    auto& of = truth[number(n)];
    auto one = entry(n, random() % 2 == 0 ? std::optional{now + std::chrono::minutes{random() % 100}} : std::nullopt,
      std::to_string(step));
    const auto origin = random() % 3 == 0 ? dnc_origin::said : dnc_origin::given;
    if (origin == dnc_origin::said)
      one.expires_at.reset();
    auto& slot = origin == dnc_origin::said ? of.said : of.given;
    if (random() % 3 == 0) {
      write(*held, {erase_dnc("default", origin, number(n))});
      slot.reset();
    } else {
      write(*held, {put_dnc("default", origin, one)});
      slot = one;
    }
    const auto at = now + std::chrono::minutes{random() % 100};
    std::vector<dnc_entry> expected;
    for (const auto& [who, each] : truth) {
      const auto& counts = each.said && !(each.given && !each.given->expires_at) ? each.said : each.given;
      if (counts && (!counts->expires_at || at < *counts->expires_at))
        expected.push_back(*counts);
    }
    REQUIRE(list_dnc(*held, "default", 0, 100, at).value() == expected);
  }
}

TEST_CASE("a damaged entry is named, by whoever reads it") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto disk = where->open();
  const auto held = store::open(disk).value();
  write(*held, {put_dnc("default", dnc_origin::given, entry(1))});
  auto damaged = put_dnc("default", dnc_origin::given, entry(2));
  damaged.value = GENERATE("", "\xff\xff");
  write(*held, {damaged});
  const auto names_it = [](const problem& p) { return p.detail.find("table dnc, key 6465") != std::string::npos; };
  CHECK(names_it(find_dnc(*held, "default", number(2), now).error()));
  CHECK(find_dnc(*held, "default", number(1), now).value() == entry(1));
  CHECK(names_it(list_dnc(*held, "default", 0, 10, now).error()));
  CHECK(names_it(scan_dnc(*held, [](auto, auto, const auto&) {}).error()));
  std::vector<std::string> faults;
  held->verify(
    [&](const std::string& fault) {
      faults.push_back(fault);
      return true;
    },
    [] { return true; });
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].find("table dnc, key 6465") != std::string::npos);
}
