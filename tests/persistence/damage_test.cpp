#include "persistence/call_index.hpp"
#include "persistence/codec.hpp"
#include "persistence/format.hpp"
#include "persistence/keys.hpp"
#include "persistence/store.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/place.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;
using Catch::Matchers::Contains;

namespace {

void put(engine& into, table where, std::string_view key, std::string_view value) {
  const auto changes = into.new_batch();
  changes->put(where, key, value);
  into.write(*changes, false).value();
}

void erase(engine& from, table where, std::string_view key) {
  const auto changes = from.new_batch();
  changes->erase(where, key);
  from.write(*changes, false).value();
}

/// A campaign that has seen every kind of event, in an engine that a test can damage behind the store's back.
struct fixture {
  explicit fixture(const std::string& kind) : where{make_place(kind)}, data{where->open()} {
    held = store::open(data).value();
    truth = create(*held, luck, 100);
    time_point now = truth.state.last_at;
    for (int i = 0; i < 40; ++i) {
      const auto seq = truth.state.last_seq;
      const std::vector<append> appends{{truth.number, seq, move_on(truth, luck, 20, now)}};
      if (!appends.front().events.empty())
        held->commit(appends).front().value();
    }
    while (contact < truth.contacts.size() && truth.calls[contact].empty())
      ++contact;
    REQUIRE(contact < truth.contacts.size());
    REQUIRE(held->verify(truth.number).empty());
  }

  std::string verdict() const {
    std::string all;
    for (const auto& sentence : held->verify(truth.number))
      all += sentence + "\n";
    return all;
  }

  chance luck{11};
  std::unique_ptr<place> where;
  std::shared_ptr<engine> data;
  std::unique_ptr<store> held;
  model_campaign truth;
  contact_no contact = 0; ///< has an ended call
};

} // namespace

TEST_CASE("a row that cannot be read is named, by whatever meets it") {
  fixture f{GENERATE(from_range(kinds()))};
  const auto n = f.truth.number;
  // Contact 32 begins a run of profiles.
  SECTION("phones") {
    put(*f.data, table::phone, keys::of_contact(n, 0), "\x0a\xff");
    const auto said = Contains("table phone, key 000000000000000100000000");
    CHECK_THAT(f.held->load_contacts(n).error().detail, said);
    CHECK_THAT(f.held->load_profiles(n, 0, 1).error().detail, said);
    CHECK_THAT(f.held->read_contacts(n, 0, 10, 1000).error().detail, said);
    CHECK_THAT(f.held->find_contact(n, f.truth.profiles[0].phone).error().detail, said);
    CHECK_THAT(f.verdict(), said);
  }
  SECTION("a phone that is none") {
    std::string row;
    encode_phones(std::vector(100, phone::from_packed(5)), row);
    put(*f.data, table::phone, keys::of_contact(n, 0), row);
    CHECK_THAT(f.held->load_contacts(n).error().detail, Contains("table phone"));
  }
  SECTION("names") {
    put(*f.data, table::profile, keys::of_contact(n, 32), "");
    const auto said = Contains("table profile, key 000000000000000100000020");
    CHECK_THAT(f.held->load_contact(n, 33).error().detail, said);
    CHECK_THAT(f.held->list_contacts(n, std::nullopt, 30, 5).error().detail, said);
    CHECK_THAT(f.verdict(), said);
  }
  SECTION("a contact") {
    put(*f.data, table::contact, keys::of_contact(n, 7), "damaged");
    const auto said = Contains("table contact, key 000000000000000100000007");
    CHECK_THAT(f.held->load_contacts(n).error().detail, said);
    CHECK_THAT(f.held->load_contact(n, 7).error().detail, said);
    CHECK_THAT(f.held->list_contacts(n, std::nullopt, 0, 10).error().detail, said);
    CHECK_THAT(f.verdict(), said);
  }
  SECTION("a call") {
    put(*f.data, table::call, keys::of_call(n, f.contact, 1), "damaged");
    CHECK_THAT(f.held->load_contact(n, f.contact).error().detail, Contains("table call, key 0000000000000001"));
    CHECK_THAT(f.verdict(), Contains("table call"));
  }
  SECTION("events") {
    put(*f.data, table::journal, keys::of_events(n, 1), std::string_view{"\x0a\x00", 2});
    const auto said = Contains("table journal, key 00000000000000010000000000000001");
    CHECK_THAT(f.held->read_events(n, 0, [](std::uint64_t, const event&) { return true; }).error().detail, said);
    CHECK_THAT(f.verdict(), said);
  }
  SECTION("a campaign") {
    put(*f.data, table::campaign, keys::of(n), "damaged");
    f.held.reset();
    const auto opened = store::open(f.data);
    REQUIRE(!opened);
    CHECK(opened.error().code == error_code::storage_failed);
    CHECK_THAT(opened.error().detail, Contains("table campaign, key 0000000000000001"));
  }
  SECTION("the version") {
    put(*f.data, table::meta, keys::format, "\xff");
    CHECK_THAT(store::open(f.data).error().detail, Contains("table meta"));
  }
}

TEST_CASE("a row that is missing is named") {
  fixture f{GENERATE(from_range(kinds()))};
  const auto n = f.truth.number;
  erase(*f.data, table::phone, keys::of_contact(n, 0));
  erase(*f.data, table::profile, keys::of_contact(n, 32));
  CHECK_THAT(f.held->load_contacts(n).error().detail, Contains("table phone, key 000000000000000100000000"));
  CHECK_THAT(f.held->load_contact(n, 40).error().detail, Contains("table phone") && Contains("missing"));
  CHECK_THAT(f.verdict(), Contains("is 100 in the campaign's row, 0 by their phones"));
}

TEST_CASE("verify finds what does not agree") {
  fixture f{GENERATE(from_range(kinds()))};
  const auto n = f.truth.number;
  std::string row;
  const auto named = "contact " + std::to_string(f.contact) + ": ";
  SECTION("a contact's state") {
    auto state = f.truth.contacts[f.contact];
    state.status = state.status == contact_status::removed ? contact_status::done : contact_status::removed;
    encode(state, row);
    put(*f.data, table::contact, keys::of_contact(n, f.contact), row);
    CHECK_THAT(f.verdict(), Contains(named + "its row is not the state after its last event"));
    CHECK_THAT(f.verdict(), Contains("removed is "));
  }
  SECTION("a contact without its row") {
    erase(*f.data, table::contact, keys::of_contact(n, f.contact));
    CHECK_THAT(f.verdict(), Contains(named + "has events, but no row") && Contains("pending is "));
  }
  SECTION("a contact that is not in the list") {
    encode(contact_state{}, row);
    put(*f.data, table::contact, keys::of_contact(n, 100), row);
    CHECK_THAT(f.verdict(), Contains("contact 100: has a row, but the list is shorter"));
    CHECK(!f.held->load_contacts(n));
  }
  SECTION("a call that is missing") {
    erase(*f.data, table::call, keys::of_call(n, f.contact, 1));
    CHECK_THAT(f.verdict(), Contains(named + "its calls are not those of its events"));
  }
  SECTION("a call that is another") {
    auto call = f.truth.calls[f.contact].front();
    call.outcome = call.outcome == call_outcome::busy ? call_outcome::declined : call_outcome::busy;
    encode(call, row);
    put(*f.data, table::call, keys::of_call(n, f.contact, 1), row);
    CHECK_THAT(f.verdict(), Contains(named + "its calls are not those of its events"));
  }
  SECTION("a call's place in an index") {
    const auto& call = f.truth.calls[f.contact].front();
    const auto said = Contains(named + "the tables call_start and call_label do not have its calls where they belong");
    call_start_key(n, {call.started_at, f.contact, call.attempt}, row);
    SECTION("is missing") { erase(*f.data, table::call_start, row); }
    SECTION("is another") {
      erase(*f.data, table::call_start, row);
      call_start_key(n, {call.started_at + milliseconds{1}, f.contact, call.attempt}, row);
      put(*f.data, table::call_start, row, "");
    }
    SECTION("is there twice") {
      call_label_key(n, "nobody_said_so", {call.started_at, f.contact, call.attempt}, row);
      put(*f.data, table::call_label, row, "");
    }
    CHECK_THAT(f.verdict(), said);
  }
  SECTION("a place in an index of a contact that is not in the list") {
    call_start_key(n, {time_point{}, 100, 1}, row);
    put(*f.data, table::call_start, row, "");
    CHECK_THAT(f.verdict(), Contains("contact 100: stands in table call_start, but the list is shorter"));
  }
  SECTION("what is no place in an index") {
    const auto where = GENERATE(table::call_start, table::call_label);
    put(*f.data, where, keys::of_call(n, 1, 1), "");
    CHECK_THAT(f.verdict(), Contains("table " + std::string{table_name(where)} + ", key 0000000000000001"));
  }
  SECTION("events that are missing") {
    erase(*f.data, table::journal, keys::of_events(n, 2));
    CHECK_THAT(f.verdict(), Contains("the journal goes on with event ") && Contains("after a replay of the journal"));
    CHECK(!f.held->read_events(n, 0, [](std::uint64_t, const event&) { return true; }));
  }
  SECTION("counters of the campaign's row") {
    auto state = f.truth.state;
    ++state.counters.attempted;
    ++state.dispositions["interested"];
    encode(state, row);
    put(*f.data, table::campaign, keys::of(n), row);
    f.held.reset();
    f.held = store::open(f.data).value();
    CHECK_THAT(f.verdict(), Contains("attempted is ") && Contains("disposition interested is 1"));
  }
}

TEST_CASE("data of a newer format are refused, naming both versions") {
  fixture f{GENERATE(from_range(kinds()))};
  std::string row;
  encode_format(format_version + 6, row);
  put(*f.data, table::meta, keys::format, row);
  f.held.reset();
  const auto opened = store::open(f.data);
  REQUIRE(!opened);
  CHECK(opened.error().code == error_code::storage_failed);
  CHECK_THAT(opened.error().detail, Contains("format version " + std::to_string(format_version + 6))
                                      && Contains("version " + std::to_string(format_version)) && Contains("newer"));
}

TEST_CASE("data of version 0 are brought to the present one") {
  fixture f{GENERATE(from_range(kinds()))};
  const bool says_so = GENERATE(true, false);
  f.held.reset();
  if (says_so) {
    std::string row;
    encode_format(0, row);
    put(*f.data, table::meta, keys::format, row);
  } else {
    erase(*f.data, table::meta, keys::format);
  }
  SECTION("and are then what they were") {
    f.held = store::open(f.data).value();
    CHECK(same(*f.held->find(f.truth.number), f.truth.state));
    CHECK(f.held->verify(f.truth.number).empty());
    std::uint32_t version = 0;
    REQUIRE(decode_format(f.data->get(table::meta, keys::format).value().value(), version));
    CHECK(version == format_version);
  }
  SECTION("unless they are not what version 0 was") {
    put(*f.data, table::campaign, keys::of(9), "something else");
    const auto opened = store::open(f.data);
    REQUIRE(!opened);
    CHECK_THAT(opened.error().detail,
      Contains("from format version 0 to 1") && Contains("table campaign, key 0000000000000009"));
    const auto row = f.data->get(table::meta, keys::format).value();
    CHECK(row.has_value() == says_so);
  }
}

TEST_CASE("calls of version 1 get their places in the indexes") {
  fixture f{GENERATE(from_range(kinds()))};
  const auto before = f.held->list_calls(f.truth.state.definition->workspace, f.truth.number, {}).value();
  REQUIRE(before.total > 0);
  f.held.reset();
  const auto changes = f.data->new_batch();
  for (const auto where : {table::call_start, table::call_label})
    changes->erase_range(where, keys::of(0), keys::beyond_all);
  std::string row;
  encode_format(1, row);
  changes->put(table::meta, keys::format, row);
  f.data->write(*changes, false).value();
  SECTION("and are found then") {
    // Those that a run had written that did not come to its end are written once more.
    if (GENERATE(false, true)) {
      const auto& call = f.truth.calls[f.contact].front();
      call_start_key(f.truth.number, {call.started_at, f.contact, call.attempt}, row);
      put(*f.data, table::call_start, row, "");
    }
    f.held = store::open(f.data).value();
    CHECK(f.held->verify(f.truth.number).empty());
    const auto after = f.held->list_calls(f.truth.state.definition->workspace, f.truth.number, {}).value();
    CHECK(after.total == before.total);
    CHECK(after.calls == before.calls);
  }
  SECTION("unless one of them cannot be read") {
    put(*f.data, table::call, keys::of_call(f.truth.number, f.contact, 1), "damaged");
    const auto opened = store::open(f.data);
    REQUIRE(!opened);
    CHECK_THAT(opened.error().detail, Contains("from format version 1 to 2") && Contains("table call, key "));
  }
}

TEST_CASE("each version but the present has its migration") {
  const auto steps = migrations();
  REQUIRE(steps.size() == format_version);
  for (std::uint32_t i = 0; i < format_version; ++i)
    CHECK(steps[i].from == i);
}
