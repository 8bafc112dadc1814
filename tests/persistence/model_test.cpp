#include "persistence/store.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/place.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <tuple>

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

/// A call as the list of its workspace ought to show it, and where.
struct listed {
  campaign_no campaign;
  contact_no contact;
  call_detail told;

  friend bool operator<(const listed& a, const listed& b) {
    return std::tuple{*b.told.started_at, a.campaign, a.contact, a.told.attempt}
           < std::tuple{*a.told.started_at, b.campaign, b.contact, b.told.attempt};
  }
};

std::vector<listed> all_calls(const std::vector<model_campaign>& truths) {
  std::vector<listed> all;
  for (const auto& truth : truths) {
    for (contact_no i = 0; i < truth.contacts.size(); ++i) {
      const auto& state = truth.contacts[i];
      for (const auto& call : truth.calls[i])
        all.push_back({truth.number, i, detail_of(truth.state.definition, truth.profiles[i], call)});
      if (state.call)
        all.push_back(
          {truth.number, i, detail_of(truth.state.definition, truth.profiles[i], *state.call, state.attempts)});
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

bool fits(const call_detail& call, const call_filter& filter) {
  return (!filter.from || *call.started_at >= *filter.from) && (!filter.to || *call.started_at <= *filter.to)
         && (filter.disposition.empty() || call.disposition == filter.disposition)
         && (filter.language.empty() || call.campaign->language == filter.language);
}

/// Instants at which something began, one beside them, and now and then one of another age.
std::optional<time_point> any_edge(const std::vector<listed>& all, chance& luck) {
  if (all.empty() || luck.percent(40))
    return std::nullopt;
  if (luck.percent(10))
    return luck.instant();
  return *all[luck.below(all.size())].told.started_at + milliseconds{luck.below(3)} - milliseconds{1};
}

void check_calls(const store& held, const std::vector<model_campaign>& truths, chance& luck) {
  const auto all = all_calls(truths);
  constexpr std::array<std::string_view, 9> labels{
    "", "", "label_1", "label_2", "not_reachable", "no_disposition", "unknown", "label", "other"};
  constexpr std::array<std::string_view, 4> languages{"", "", "hi-IN", "en-IN"};
  for (int i = 0; i < 30; ++i) {
    call_filter filter;
    filter.from = any_edge(all, luck);
    filter.to = any_edge(all, luck);
    filter.disposition = labels[luck.below(labels.size())];
    filter.language = languages[luck.below(languages.size())];
    std::optional<campaign_no> campaign;
    if (luck.percent(30))
      campaign = truths[luck.below(truths.size())].number;
    const std::string workspace = luck.percent(90) ? "default" : "other";
    std::vector<call_detail> wanted;
    for (const auto& call : all) {
      if (workspace == "default" && (!campaign || call.campaign == *campaign) && fits(call.told, filter))
        wanted.push_back(call.told);
    }
    filter.offset = luck.percent(50) ? 0 : luck.below(wanted.size() + 2);
    filter.limit = static_cast<std::size_t>(luck.below(luck.percent(80) ? 30 : 300));
    const auto page = held.list_calls(workspace, campaign, filter).value();
    CAPTURE(filter.disposition, filter.offset, filter.limit, filter.from.has_value(), filter.to.has_value());
    CHECK(page.total == wanted.size());
    const auto first =
      wanted.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(filter.offset, wanted.size()));
    const auto count = std::min<std::size_t>(filter.limit, static_cast<std::size_t>(wanted.end() - first));
    CHECK(page.calls == std::vector(first, first + static_cast<std::ptrdiff_t>(count)));
  }
  CHECK(held.list_calls("default", truths.back().number + 1, {}).value().total == 0);

  for (int i = 0; i < 20 && !all.empty(); ++i) {
    const auto& call = all[luck.below(all.size())].told;
    CHECK(held.find_call("default", call.id).value() == call);
    CHECK(held.find_call("other", call.id).error().code == error_code::not_found);
    const call_id near{call.id.high(), call.id.low() ^ 1U};
    CHECK(held.find_call("default", near).error().code == error_code::not_found);
  }
  CHECK(held.find_call("default", luck.call()).error().code == error_code::not_found);
}

void check_all(const store& held, const std::vector<model_campaign>& truths, chance& luck) {
  const auto heads = held.campaigns();
  REQUIRE(heads.size() == truths.size());
  std::optional<time_point> last;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    const auto& truth = truths[i];
    CAPTURE(truth.number);
    CHECK(heads[i]->number == truth.number);
    CHECK(same(heads[i]->state, truth.state));
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
  check_calls(held, truths, luck);
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
      CHECK(same(committed[i].value()->state, truths[moved[i]].state));
    if (auto& joined = truths[luck.below(truths.size())]; luck.percent(10) && !is_final(joined.state.status)) {
      auto profiles = make_profiles(luck, 1 + static_cast<contact_no>(luck.below(luck.percent(20) ? 1500 : 40)));
      std::erase_if(profiles, [&](const contact_profile& one) {
        return std::any_of(joined.profiles.begin(), joined.profiles.end(),
          [&](const contact_profile& known) { return known.phone == one.phone; });
      });
      if (luck.percent(30))
        put_behind(*held, luck, joined, held->next_campaign_no(), profiles); // and that is all that comes of it
      else if (!profiles.empty())
        add(*held, luck, joined, std::move(profiles));
    }
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
  CHECK(held->next_campaign_no() > truths.back().number);
}
