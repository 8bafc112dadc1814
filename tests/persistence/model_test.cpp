#include "persistence/store.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/place.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;

namespace {

void check_contacts(const store& held, const model_campaign& truth) {
  const auto loaded = held.load_contacts(truth.number).value();
  REQUIRE(loaded.table.size() == truth.contacts.size());
  std::vector<contact_no> waiting;
  std::vector<contact_no> open;
  bool agree = true;
  for (contact_no i = 0; i < loaded.table.size(); ++i) {
    const auto& cell = loaded.table[i];
    const auto& state = truth.contacts[i];
    agree = agree && cell.number() == truth.profiles[i].phone && cell.status() == state.status
            && cell.attempts() == state.attempts && cell.suppressed() == state.suppressed;
  }
  CHECK(agree);
  for (const auto& w : loaded.waiting) {
    CHECK(truth.contacts[w.contact].due == w.due);
    waiting.push_back(w.contact);
  }
  for (const auto& o : loaded.open) {
    CHECK(truth.contacts[o.contact] == o.state);
    open.push_back(o.contact);
  }
  std::sort(waiting.begin(), waiting.end());
  std::sort(open.begin(), open.end());
  CHECK(waiting == truth.in(contact_status::waiting_retry));
  CHECK(open == truth.in(contact_status::in_progress));
}

void check_pages(const store& held, const model_campaign& truth, chance& luck) {
  std::vector<std::optional<contact_status>> filters(all_contact_statuses.begin(), all_contact_statuses.end());
  filters.emplace_back(std::nullopt);
  for (const auto& status : filters) {
    const auto matching = truth.in(status);
    const auto offset = luck.below(matching.size() + 3);
    const auto limit = static_cast<std::size_t>(luck.below(40));
    const auto page = held.list_contacts(truth.number, status, offset, limit).value();
    CAPTURE(offset, limit, matching.size());
    CHECK(page.total == matching.size());
    const auto expected = offset < matching.size() ? std::min<std::size_t>(limit, matching.size() - offset) : 0;
    REQUIRE(page.contacts.size() == expected);
    for (std::size_t i = 0; i < expected; ++i)
      CHECK(same(page.contacts[i], truth.detail(matching[offset + i])));
  }
}

/// Reads the list to its end, in stretches of random size.
void check_stretches(const store& held, const model_campaign& truth, chance& luck) {
  const auto size = truth.contacts.size();
  std::size_t next = 0;
  for (;;) {
    const auto count = static_cast<contact_no>(1 + luck.below(luck.percent(30) ? 2000 : 70));
    const auto bytes = static_cast<std::size_t>(luck.percent(30) ? luck.below(4000) : 1'000'000);
    const auto stretch = held.read_contacts(truth.number, static_cast<contact_no>(next), count, bytes).value();
    CAPTURE(next, count, bytes);
    if (next == size) {
      REQUIRE(stretch.empty());
      return;
    }
    REQUIRE(!stretch.empty());
    REQUIRE(stretch.size() <= std::min<std::size_t>(count, size - next));
    std::size_t taken = 0;
    for (const auto& contact : stretch) {
      CHECK(same(contact, truth.detail(static_cast<contact_no>(next))));
      taken += contact.profile.name.size() + contact.profile.fields.size();
      ++next;
    }
    // It is short only where it holds enough.
    CHECK((stretch.size() == std::min<std::size_t>(count, size - (next - stretch.size())) || taken > bytes));
  }
}

void check_single_contacts(const store& held, const model_campaign& truth, chance& luck) {
  const auto size = static_cast<contact_no>(truth.contacts.size());
  CHECK(held.load_contact(truth.number, size).error().code == error_code::not_found);
  CHECK(held.find_contact(truth.number, phone::from_packed(999'999)).value() == std::nullopt);
  if (size == 0)
    return;
  const auto number = static_cast<contact_no>(luck.below(size));
  CHECK(same(held.load_contact(truth.number, number).value(), truth.detail(number)));
  CHECK(held.find_contact(truth.number, truth.profiles[number].phone).value() == number);
  const auto count = static_cast<contact_no>(luck.below(80));
  const auto profiles = held.load_profiles(truth.number, number, count).value();
  const auto from = truth.profiles.begin() + number;
  CHECK(profiles == std::vector(from, from + std::min(count, size - number)));
}

void check_history(const store& held, const model_campaign& truth, chance& luck) {
  const auto after = luck.below(truth.history.size() + 1);
  auto next = after;
  bool agree = true;
  held
    .read_events(truth.number, after,
      [&](std::uint64_t seq, const event& e) {
        agree = agree && seq == next + 1 && same(e, truth.history[next]);
        ++next;
        return true;
      })
    .value();
  CHECK(agree);
  CHECK(next == truth.history.size());
}

void check_all(const store& held, const std::vector<model_campaign>& truths, chance& luck) {
  const auto heads = held.campaigns();
  REQUIRE(heads.size() == truths.size());
  std::optional<time_point> last;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    const auto& truth = truths[i];
    CAPTURE(truth.number);
    CHECK(heads[i].number == truth.number);
    CHECK(same(heads[i].state, truth.state));
    CHECK(same(held.find(truth.number).value(), truth.state));
    last = std::max(last.value_or(truth.state.last_at), truth.state.last_at);
    check_contacts(held, truth);
    check_pages(held, truth, luck);
    check_stretches(held, truth, luck);
    check_single_contacts(held, truth, luck);
    check_history(held, truth, luck);
    CHECK(held.verify(truth.number) == std::vector<std::string>{});
  }
  CHECK(held.last_time() == last);
}

} // namespace

TEST_CASE("a store holds what the rules made of random events, across reopenings") {
  const auto kind = GENERATE(from_range(kinds()));
  const auto seed = GENERATE(range(1U, 5U));
  CAPTURE(kind, seed);
  chance luck{seed};
  const auto where = make_place(kind);
  auto held = store::open(where->open()).value();
  time_point now{milliseconds{1'700'000'000'000}};

  std::vector<model_campaign> truths;
  for (const contact_no contacts : {0U, 1U, 33U, 1024U, 1500U})
    truths.push_back(create(*held, luck, contacts));
  check_all(*held, truths, luck);

  for (int round = 0; round < 120; ++round) {
    std::vector<append> appends;
    std::vector<std::size_t> moved;
    for (std::size_t i = 0; i < truths.size(); ++i) {
      const auto seq = truths[i].state.last_seq;
      auto events = luck.percent(60) ? move_on(truths[i], luck, 1 + luck.below(60), now) : std::vector<event>{};
      if (!events.empty()) {
        appends.push_back({truths[i].number, seq, std::move(events)});
        moved.push_back(i);
      }
    }
    const auto committed = held->commit(appends);
    REQUIRE(committed.size() == appends.size());
    for (std::size_t i = 0; i < moved.size(); ++i)
      CHECK(same(committed[i].value(), truths[moved[i]].state));
    if (luck.percent(10)) {
      held.reset();
      held = store::open(where->open()).value();
    }
    if (round % 15 == 0)
      check_all(*held, truths, luck);
  }
  held.reset();
  held = store::open(where->open()).value();
  check_all(*held, truths, luck);
  CHECK(held->next_campaign_no() == truths.back().number + 1);
}
