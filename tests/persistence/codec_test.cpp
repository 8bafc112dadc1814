#include "persistence/codec.hpp"
#include "persistence/keys.hpp"
#include "tests/persistence/model.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;

namespace {

template <class T>
std::optional<T> maybe(chance& luck, T value) {
  return luck.percent(50) ? std::optional{std::move(value)} : std::nullopt;
}

std::uint8_t any_byte(chance& luck) { return static_cast<std::uint8_t>(luck.below(256)); }

contact_state any_contact(chance& luck) {
  contact_state made;
  made.status = all_contact_statuses[luck.below(all_contact_statuses.size())];
  made.attempts = any_byte(luck);
  made.suppressed = luck.percent(50);
  made.due = maybe(luck, luck.instant());
  made.call = maybe(luck,
    open_call{luck.call(), luck.instant(), maybe(luck, luck.instant()), luck.bytes(10), maybe(luck, luck.instant())});
  made.disposition = luck.bytes(64);
  return made;
}

ended_call any_call(chance& luck) {
  return {luck.call(), any_byte(luck), luck.instant(), maybe(luck, luck.instant()), luck.instant(),
    all_call_outcomes[luck.below(all_call_outcomes.size())], luck.bytes(64)};
}

campaign_state any_campaign(chance& luck) {
  campaign_state made;
  auto definition = std::make_shared<campaign_definition>(*make_definition(luck));
  if (luck.percent(50))
    definition->single_call = luck.call();
  made.definition = std::move(definition);
  made.status = all_campaign_statuses[luck.below(all_campaign_statuses.size())];
  made.reason = static_cast<end_reason>(luck.below(4));
  made.started_at = maybe(luck, luck.instant());
  made.ended_at = maybe(luck, luck.instant());
  made.counters = {luck.below(~0ULL), luck.below(9), 0, luck.below(9), ~0ULL, luck.below(9), 1, luck.below(9)};
  for (auto n = luck.below(5); n > 0; --n)
    made.dispositions[luck.bytes(10)] = luck.below(~0ULL);
  made.last_seq = luck.below(~0ULL);
  made.last_at = luck.instant();
  return made;
}

event any_event(chance& luck) {
  switch (luck.below(4)) {
  case 0: return campaign_created{make_definition(luck), luck.below(~0ULL)};
  case 1:
    return campaign_changed{
      static_cast<campaign_change>(luck.below(5)), static_cast<end_reason>(luck.below(4)), luck.instant()};
  default: break;
  }
  contact_event e;
  e.change = static_cast<contact_change>(luck.below(8));
  e.contact = static_cast<contact_no>(luck.below(~contact_no{0}));
  e.before = all_contact_statuses[luck.below(all_contact_statuses.size())];
  e.after = any_contact(luck);
  e.at = luck.instant();
  e.ended = maybe(luck, any_call(luck));
  e.connected = luck.percent(50);
  e.completed_before = luck.percent(50);
  e.taken_back = maybe(luck, luck.instant());
  if (luck.percent(20))
    e.do_not_call = phone::from_packed(1'000'000 + luck.below(999'999'000'000'000));
  e.listed = luck.percent(50);
  return e;
}

std::string row_of(const std::vector<event>& events) {
  std::string row;
  std::string after;
  std::string ended;
  for (const auto& e : events) {
    if (const auto* fact = std::get_if<contact_event>(&e)) {
      encode(fact->after, after);
      if (fact->ended)
        encode(*fact->ended, ended);
    }
    append_event(e, after, ended, row);
  }
  return row;
}

} // namespace

TEST_CASE("what is encoded comes back") {
  chance luck{21};
  std::string row = "what was there before";
  for (int i = 0; i < 2000; ++i) {
    // Decoded into what holds something else, so that nothing of it stays.
    auto contact = any_contact(luck);
    const auto wanted_contact = any_contact(luck);
    encode(wanted_contact, row);
    REQUIRE(decode(row, contact));
    CHECK(contact == wanted_contact);

    auto call = any_call(luck);
    const auto wanted_call = any_call(luck);
    encode(wanted_call, row);
    REQUIRE(decode(row, call));
    CHECK(call == wanted_call);

    auto campaign = any_campaign(luck);
    const auto wanted_campaign = any_campaign(luck);
    encode(wanted_campaign, row);
    REQUIRE(decode(row, campaign));
    CHECK(same(campaign, wanted_campaign));
  }
}

TEST_CASE("events come back in order") {
  chance luck{22};
  std::vector<event> found;
  for (int i = 0; i < 300; ++i) {
    std::vector<event> wanted;
    for (auto n = 1 + luck.below(20); n > 0; --n)
      wanted.push_back(any_event(luck));
    REQUIRE(decode_journal(row_of(wanted), found));
    REQUIRE(found.size() == wanted.size());
    for (std::size_t k = 0; k < wanted.size(); ++k)
      CHECK(same(found[k], wanted[k]));
  }
}

TEST_CASE("runs of phones and profiles come back") {
  chance luck{23};
  std::string row;
  std::vector<phone> phones;
  std::vector<contact_profile> profiles;
  for (const contact_no size : {1U, 5U, 32U, 1024U}) {
    auto wanted = make_profiles(luck, size);
    std::vector<phone> wanted_phones;
    for (const auto& p : wanted)
      wanted_phones.push_back(p.phone);
    encode_phones(wanted_phones, row);
    REQUIRE(decode_phones(row, phones));
    CHECK(phones == wanted_phones);
    encode_profiles(wanted, row);
    REQUIRE(decode_profiles(row, profiles));
    for (auto& p : wanted)
      p.phone = {};
    CHECK(profiles == wanted);
  }
}

TEST_CASE("bytes that are no record are refused, whatever they are") {
  chance luck{24};
  contact_state contact;
  ended_call call;
  campaign_state campaign;
  std::vector<event> events;
  std::vector<phone> phones;
  std::vector<contact_profile> profiles;
  CHECK(!decode("", contact));
  CHECK(!decode("", call));
  CHECK(!decode("", campaign));
  CHECK(!decode_journal("", events));
  CHECK(!decode_phones("", phones));
  CHECK(!decode_profiles("", profiles));

  // A status, an outcome and a count of attempts beyond those there are.
  CHECK(!decode(std::string_view{"\x08\x06", 2}, contact));
  CHECK(!decode(std::string_view{"\x08\x01\x10\x80\x02", 5}, contact));
  CHECK(!decode(std::string_view{"\x38\x0b", 2}, call));
  CHECK(decode(std::string_view{"\x08\x05", 2}, contact));

  // A row cut short is refused wherever the cut leaves a member incomplete; bent bytes must at least never do harm.
  std::size_t refused = 0;
  std::size_t tried = 0;
  for (int i = 0; i < 3000; ++i) {
    auto row = row_of({any_event(luck)});
    auto cut = row.substr(0, luck.below(row.size()));
    CHECK(!decode_journal(cut, events));
    row[luck.below(row.size())] = static_cast<char>(luck.below(256));
    ++tried;
    refused += decode_journal(row, events) ? 0 : 1;
    const auto noise = luck.bytes(60);
    refused += decode(noise, contact) ? 0 : 1;
    refused += decode(noise, call) ? 0 : 1;
    refused += decode(noise, campaign) ? 0 : 1;
    refused += decode_phones(noise, phones) ? 0 : 1;
    refused += decode_profiles(noise, profiles) ? 0 : 1;
  }
  CHECK(refused > tried * 4);
}

TEST_CASE("keys keep the order of their numbers") {
  chance luck{25};
  for (int i = 0; i < 1000; ++i) {
    const auto a = luck.below(~0ULL) >> luck.below(64);
    const auto b = luck.below(~0ULL) >> luck.below(64);
    CHECK((keys::of(a).view() < keys::of(b).view()) == (a < b));
    CHECK((keys::of_events(1, a).view() < keys::of_events(1, b).view()) == (a < b));
    CHECK(keys::of_events(b, a).view() < keys::of(b + 1).view());
    CHECK(keys::campaign_in(keys::of_events(a, b)) == a);
    CHECK(keys::seq_in(keys::of_events(a, b)) == b);
    const auto contact = static_cast<contact_no>(a);
    CHECK(keys::contact_in(keys::of_contact(b, contact)) == contact);
    CHECK(keys::contact_in(keys::of_call(b, contact, 5)) == contact);
    CHECK(keys::attempt_in(keys::of_call(b, contact, 5)) == 5);
  }
}
