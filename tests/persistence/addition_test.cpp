// Contacts that join a campaign's list later.
#include "persistence/engine.hpp"
#include "persistence/keys.hpp"
#include "persistence/store.hpp"
#include "tests/persistence/lying_engine.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/place.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;

namespace {

result<campaign_view_ptr> commit_one(store& into, append wanted) {
  const std::vector<append> appends{std::move(wanted)};
  return into.commit(appends).front();
}

append listing(const model_campaign& campaign, campaign_no addition, std::uint64_t count) {
  return {campaign.number, campaign.state.last_seq, {contacts_added{count, campaign.state.last_at}}, {}, addition};
}

/// `count` phones that `campaign` does not have.
std::vector<contact_profile> fresh(chance& luck, const model_campaign& campaign, contact_no count) {
  auto made = make_profiles(luck, count);
  std::erase_if(made, [&](const contact_profile& one) {
    return std::any_of(campaign.profiles.begin(), campaign.profiles.end(),
      [&](const contact_profile& known) { return known.phone == one.phone; });
  });
  return made;
}

/// The list is that of `truth`, however one looks at it.
void check_list(const store& held, const model_campaign& truth) {
  const auto size = static_cast<contact_no>(truth.contacts.size());
  const auto loaded = held.load_contacts(truth.number).value();
  REQUIRE(loaded.table.size() == size);
  bool agree = true;
  for (contact_no i = 0; i < size; ++i)
    agree = agree && loaded.table[i].number() == truth.profiles[i].phone;
  CHECK(agree);
  CHECK(held.load_profiles(truth.number, 0, size + 100).value() == truth.profiles);
  const auto stretch = held.read_contacts(truth.number, size > 40 ? size - 40 : 0, 1000, 1'000'000'000).value();
  CHECK(stretch.size() == std::min<std::size_t>(size, 40));
  for (const auto& each : stretch)
    CHECK(each.profile == truth.profiles[each.number]);
  CHECK(held.load_contact(truth.number, size).error().code == error_code::not_found);
  const auto page = held.list_contacts(truth.number, std::nullopt, size > 5 ? size - 5 : 0, 100).value();
  CHECK(page.total == size);
  CHECK(page.contacts.size() == std::min<std::size_t>(size, 5));
  for (const auto& each : page.contacts)
    CHECK(each.profile == truth.profiles[each.number]);
  if (size > 0)
    CHECK(held.find_contact(truth.number, truth.profiles[size - 1].phone).value() == size - 1);
  CHECK(same(held.find(truth.number).value(), truth.state));
  CHECK(held.verify(truth.number) == std::vector<std::string>{});
}

} // namespace

TEST_CASE("contacts join a list of any length, in any number, and stay over a reopening") {
  const auto kind = GENERATE(from_range(kinds()));
  const auto before = GENERATE(0U, 1U, 31U, 32U, 1000U, 1024U, 1030U);
  CAPTURE(kind, before);
  chance luck{before + 7};
  const auto where = make_place(kind);
  auto held = store::open(where->open()).value();
  auto truth = create(*held, luck, before);
  auto other = create(*held, luck, 5);
  time_point now{milliseconds{1'700'000'000'000}};
  for (const auto count : {1U, 31U, 64U, 993U, 2048U}) {
    add(*held, luck, truth, fresh(luck, truth, count));
    check_list(*held, truth);
    auto events = move_on(truth, luck, 20, now);
    if (!events.empty()) {
      const auto seq = truth.state.last_seq - events.size();
      CHECK(same(commit_one(*held, {truth.number, seq, std::move(events)}).value()->state, truth.state));
    }
    if (luck.percent(40)) {
      held.reset();
      held = store::open(where->open()).value();
    }
  }
  held.reset();
  held = store::open(where->open()).value();
  check_list(*held, truth);
  check_list(*held, other);
}

TEST_CASE("what is placed and not listed is seen by nobody, and overwritten by what comes next") {
  const auto kind = GENERATE(from_range(kinds()));
  const auto before = GENERATE(0U, 20U, 1024U, 1040U);
  const bool reopened = GENERATE(false, true);
  const bool discarded = GENERATE(false, true);
  CAPTURE(kind, before, reopened, discarded);
  chance luck{before + 9};
  const auto where = make_place(kind);
  auto held = store::open(where->open()).value();
  auto truth = create(*held, luck, before);
  const auto never = fresh(luck, truth, 3000);
  put_behind(*held, luck, truth, held->next_campaign_no(), never);
  check_list(*held, truth);
  for (const auto at : {std::size_t{0}, std::size_t{1500}, never.size() - 1})
    CHECK(held->find_contact(truth.number, never[at].phone).value() == std::nullopt);
  if (discarded)
    CHECK(held->discard(truth.number).has_value());
  if (reopened) {
    held.reset();
    held = store::open(where->open()).value();
  }
  check_list(*held, truth);
  // Fewer than were placed before, and phones of those among them.
  auto next = fresh(luck, truth, 500);
  std::copy(never.begin(), never.begin() + 100, std::back_inserter(next));
  add(*held, luck, truth, next);
  check_list(*held, truth);
  CHECK(held->find_contact(truth.number, never[1500].phone).value() == std::nullopt);
  add(*held, luck, truth, fresh(luck, truth, 2000));
  check_list(*held, truth);
}

TEST_CASE("only what one addition has placed completely is listed") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto held = store::open(where->open()).value();
  chance luck{5};
  auto truth = create(*held, luck, 40);
  const auto a = held->next_campaign_no();
  const auto b = held->next_campaign_no();
  const auto contacts = fresh(luck, truth, 100);
  const std::span all{contacts};
  const auto refused = [&](append wanted) {
    CHECK(commit_one(*held, std::move(wanted)).error().code == error_code::invalid_value);
    check_list(*held, truth);
  };

  refused(listing(truth, a, 1)); // nothing placed
  REQUIRE(held->extend(truth.number, a, 40, all.first(50)).has_value());
  refused(listing(truth, a, 49));
  refused(listing(truth, a, 51));
  refused(listing(truth, a, 0));
  refused(listing(truth, b, 50));
  refused(listing(truth, 0, 50));
  auto twice = listing(truth, a, 25);
  twice.events.push_back(twice.events.front());
  refused(twice);
  CHECK(held->extend(truth.number, a, 89, all.subspan(50)).error().code == error_code::invalid_value);
  // Another one begins: what the first goes on with is refused.
  REQUIRE(held->extend(truth.number, b, 40, all.first(10)).has_value());
  CHECK(held->extend(truth.number, a, 50, all.subspan(10, 10)).error().code == error_code::invalid_value);
  refused(listing(truth, a, 10));
  REQUIRE(held->extend(truth.number, b, 50, all.subspan(10)).has_value());
  auto first_call = listing(truth, b, 100);
  truth.apply(first_call.events.front());
  std::copy(contacts.begin(), contacts.end(), std::back_inserter(truth.profiles));
  CHECK(same(commit_one(*held, first_call).value()->state, truth.state));
  check_list(*held, truth);
  CHECK(held->extend(9999, a, 0, all).error().code == error_code::not_found);
}

TEST_CASE("events about contacts that join with them are taken in one append") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto held = store::open(where->open()).value();
  chance luck{5};
  auto truth = create(*held, luck, 1);
  const auto addition = held->next_campaign_no();
  const auto contacts = fresh(luck, truth, 2);
  put_behind(*held, luck, truth, addition, contacts);
  contact_event gone;
  gone.change = contact_change::removed;
  gone.contact = 2;
  gone.after.status = contact_status::removed;
  gone.at = truth.state.last_at;
  auto wanted = listing(truth, addition, 2);
  wanted.events.insert(wanted.events.begin(), gone); // before they are on the list
  CHECK(commit_one(*held, wanted).error().code == error_code::invalid_value);
  std::swap(wanted.events[0], wanted.events[1]);
  REQUIRE(commit_one(*held, wanted).has_value());
  CHECK(held->load_contact(truth.number, 2).value().state.status == contact_status::removed);
  CHECK(held->verify(truth.number) == std::vector<std::string>{});
}

TEST_CASE("after a write that failed, what was placed before is not listed") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto disk = std::make_shared<lying_engine>(where->open());
  const auto held = store::open(disk).value();
  chance luck{5};
  auto truth = create(*held, luck, 40);
  const auto addition = held->next_campaign_no();
  const auto contacts = fresh(luck, truth, 3000);
  put_behind(*held, luck, truth, addition, contacts);
  const bool stored = GENERATE(false, true);
  disk->next = stored ? lying_engine::lie::fails_but_writes : lying_engine::lie::fails;
  auto wanted = listing(truth, addition, 3000);
  CHECK(commit_one(*held, wanted).error().code == error_code::storage_failed);
  const auto changed = held->recover().value();
  if (stored) {
    CHECK(changed.size() == 1);
    truth.apply(wanted.events.front());
    std::copy(contacts.begin(), contacts.end(), std::back_inserter(truth.profiles));
  } else {
    CHECK(changed.empty());
    CHECK(commit_one(*held, wanted).error().code == error_code::storage_failed); // they are lost
    CHECK(held->extend(truth.number, addition, 3040, contacts).error().code == error_code::storage_failed);
  }
  check_list(*held, truth);
  add(*held, luck, truth, fresh(luck, truth, 50));
  check_list(*held, truth);
}

TEST_CASE("staged contacts can be read back once they are complete") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  auto held = store::open(where->open()).value();
  chance luck{5};
  const auto count = GENERATE(1U, 32U, 1024U, 1500U);
  const auto contacts = make_profiles(luck, count);
  const auto number = held->next_campaign_no();
  REQUIRE(held->stage(number, 0, contacts).has_value());
  REQUIRE(held->close_staging(number).has_value());
  std::vector<contact_profile> read;
  for (contact_no first = 0; first < count; first += 100) {
    const auto run = held->load_staged(number, first, std::min(100U, count - first)).value();
    std::copy(run.begin(), run.end(), std::back_inserter(read));
  }
  CHECK(read == contacts);
  CHECK(held->load_staged(number, 0, count + 1).error().code == error_code::storage_failed);
  CHECK(held->stage(number, count, contacts).error().code == error_code::invalid_value);
  REQUIRE(held->discard(number).has_value());
  CHECK(held->load_staged(number, 0, 1).error().code == error_code::storage_failed);
  // What a crash leaves of them is dropped at the next start.
  REQUIRE(held->stage(number, 0, contacts).has_value());
  REQUIRE(held->close_staging(number).has_value());
  held.reset();
  held = store::open(where->open()).value();
  CHECK(held->load_staged(number, 0, 1).error().code == error_code::storage_failed);
}
