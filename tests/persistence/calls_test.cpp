#include "domain/rules.hpp"
#include "persistence/call_index.hpp"
#include "persistence/call_stream.hpp"
#include "persistence/keys.hpp"
#include "persistence/store.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/place.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;
using namespace std::chrono_literals;

namespace {

constexpr time_point epoch{milliseconds{1'700'000'000'000}};

/// Passes everything on, and counts how many rows of the indexes are read.
class counting_engine final : public engine {
public:
  explicit counting_engine(std::shared_ptr<engine> inner) : inner_{std::move(inner)} {}
  std::unique_ptr<batch> new_batch() override { return inner_->new_batch(); }
  result<void> write(batch& changes, bool sync) override { return inner_->write(changes, sync); }
  result<std::optional<std::string>> get(table where, std::string_view key) const override {
    return inner_->get(where, key);
  }
  result<void> scan(table where, std::string_view from, std::string_view to,
    const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    return inner_->scan(where, from, to, [&](std::string_view key, std::string_view value) {
      rows += where == table::call_start || where == table::call_label ? 1 : 0;
      return visit(key, value);
    });
  }
  result<std::optional<std::pair<std::string, std::string>>> last_at_most(
    table where, std::string_view key, std::string_view floor) const override {
    return inner_->last_at_most(where, key, floor);
  }

  mutable std::size_t rows = 0;

private:
  std::shared_ptr<engine> inner_;
};

/// Begins a campaign, and ends the calls of all its contacts, each a second after the one before.
model_campaign called(store& into, chance& luck, contact_no contacts, time_point first, call_outcome outcome) {
  auto made = create(into, luck, contacts);
  const auto before = made.state.last_seq;
  const auto apply = [&](const event& e) { made.apply(e); };
  apply(campaign_changed{campaign_change::started, end_reason::none, first});
  for (contact_no i = 0; i < contacts; ++i) {
    const auto at = first + i * 1s;
    apply(decide_attempt(made.state, i, made.contacts[i], next_call_id(made.state, made.number, i, at), at).value());
    apply(decide_ended(*made.state.definition, i, made.contacts[i], made.contacts[i].call->id,
      {outcome, outcome == call_outcome::answered ? "interested" : "", at + 500ms})
            .value());
  }
  const std::vector<append> appends{
    {made.number, before, {made.history.begin() + static_cast<std::ptrdiff_t>(before), made.history.end()}}};
  into.commit(appends).front().value();
  return made;
}

} // namespace

TEST_CASE("keys of calls come back, and stand with the latest first") {
  std::string key;
  std::string former;
  for (const auto at : {epoch + 1h, epoch + 1ms, epoch, time_point{}, time_point{} - 1ms, time_point{} - 24h * 365}) {
    for (const contact_no contact : {0U, 1U, ~0U}) {
      for (const auto attempt : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{255}}) {
        call_start_key(7, {at, contact, attempt}, key);
        CHECK(read_index_key(table::call_start, key) == indexed_call{at, contact, attempt});
        CHECK(former < key);
        former = key;
        std::string labelled;
        call_label_key(7, "callback", {at, contact, attempt}, labelled);
        CHECK(read_index_key(table::call_label, labelled) == indexed_call{at, contact, attempt});
        CHECK_FALSE(read_index_key(table::call_start, labelled));
        CHECK_FALSE(read_index_key(table::call_label, key));
        for (const auto& [label, index] :
          {std::pair{std::string{}, key}, std::pair{std::string{"callback"}, labelled}}) {
          const auto has = [&](std::optional<time_point> from, std::optional<time_point> to) {
            const auto range = range_of_calls(7, label, from, to);
            return range.first <= index && index < range.behind;
          };
          CHECK(has({}, {}));
          CHECK(has(at, at));
          CHECK(has(at, {}));
          CHECK(has({}, at));
          CHECK_FALSE(has(at + 1ms, {}));
          CHECK_FALSE(has({}, at - 1ms));
        }
      }
    }
  }
  CHECK_FALSE(read_index_key(table::call_start, ""));
  CHECK_FALSE(read_index_key(table::call_label, ""));
  // One label's calls are not those of a label that begins with it.
  call_label_key(7, "call", {epoch, 0, 1}, key);
  const auto range = range_of_calls(7, "callback", {}, {});
  CHECK_FALSE((range.first <= key && key < range.behind));
}

TEST_CASE("a page of a workspace's calls reads a few rows of few campaigns") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto data = std::make_shared<counting_engine>(where->open());
  const auto held = store::open(data).value();
  chance luck{5};
  std::vector<model_campaign> truths;
  for (int i = 0; i < 20; ++i)
    truths.push_back(called(*held, luck, 500, epoch + i * 1h, call_outcome::answered));
  data->rows = 0;
  const auto page = held->list_calls("default", std::nullopt, {}).value();
  CHECK(page.total == 20 * 500);
  REQUIRE(page.calls.size() == 20);
  CHECK(page.calls.front().started_at == epoch + 19h + 499s);
  CHECK(page.calls.back().started_at == epoch + 19h + 480s);
  CHECK(data->rows <= 64);

  // Dates that cut no campaign in two need no counting, those that do count between them alone.
  data->rows = 0;
  call_filter dates;
  dates.from = epoch + 3h;
  dates.to = epoch + 5h - 1ms;
  CHECK(held->list_calls("default", std::nullopt, dates).value().total == 2 * 500);
  CHECK(data->rows <= 64);
  dates.from = epoch + 3h + 490s;
  data->rows = 0;
  CHECK(held->list_calls("default", std::nullopt, dates).value().total == 510);
  CHECK(data->rows <= 100);

  data->rows = 0;
  call_filter label;
  label.disposition = "interested";
  CHECK(held->list_calls("default", std::nullopt, label).value().total == 20 * 500);
  label.disposition = "unheard_of";
  CHECK(held->list_calls("default", std::nullopt, label).value().total == 0);
  CHECK(data->rows <= 64);
}

TEST_CASE("a retry that was cancelled is no call that did not reach anybody") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto held = store::open(where->open()).value();
  chance luck{5};
  auto truth = called(*held, luck, 3, epoch, call_outcome::invalid_number);
  call_filter label;
  label.disposition = disposition::not_reachable;
  CHECK(held->list_calls("default", std::nullopt, label).value().total == 3);
  auto other = create(*held, luck, 2);
  std::vector<event> events{campaign_changed{campaign_change::started, end_reason::none, epoch}};
  other.apply(events.back());
  auto definition = std::make_shared<campaign_definition>(*other.state.definition);
  definition->max_attempts = 5;
  events.push_back(
    decide_attempt(other.state, 0, {}, next_call_id(other.state, other.number, 0, epoch), epoch).value());
  other.apply(events.back());
  events.push_back(
    decide_ended(*definition, 0, other.contacts[0], other.contacts[0].call->id, {call_outcome::busy, {}, epoch})
      .value());
  other.apply(events.back());
  events.push_back(*decide_removal(other.state, 0, other.contacts[0], epoch).value().event);
  other.apply(events.back());
  const std::vector<append> appends{{other.number, 1, events}};
  CHECK(held->commit(appends).front().value()->state.dispositions.at("not_reachable") == 1);
  CHECK(held->list_calls("default", std::nullopt, label).value().total == 3);
  CHECK(held->list_calls("default", std::nullopt, label).value().calls.size() == 3);
  CHECK(held->list_calls("default", std::nullopt, {}).value().total == 4);
  CHECK(held->verify(other.number).empty());
}

TEST_CASE("a one-off call is found under its own id from the beginning, and listed once it is dialed") {
  const auto where = make_place(GENERATE(from_range(kinds())));
  const auto held = store::open(where->open()).value();
  chance luck{5};
  model_campaign one;
  one.number = held->next_campaign_no();
  one.profiles = make_profiles(luck, 1);
  one.contacts.resize(1);
  one.calls.resize(1);
  held->stage(one.number, 0, one.profiles).value();
  auto definition = std::make_shared<campaign_definition>(*make_definition(luck));
  definition->schedule.reset();
  definition->workspace = "acme";
  definition->max_attempts = 1;
  definition->single_call = call_id::make(epoch, one.number, 0, 1);
  const auto id = definition->single_call;
  const auto commit = [&](std::vector<event> events) {
    const auto before = one.state.last_seq;
    for (const auto& e : events)
      one.apply(e);
    const std::vector<append> appends{{one.number, before, std::move(events)}};
    held->commit(appends).front().value();
    CHECK(held->verify(one.number).empty());
  };
  const auto listed = [&] { return held->list_calls("acme", std::nullopt, {}).value(); };
  commit({campaign_created{definition, 1}, campaign_changed{campaign_change::started, end_reason::none, epoch}});
  CHECK(held->find_call("acme", id).value().status == call_status::queued);
  CHECK(held->find_call("default", id).error().code == error_code::not_found);
  CHECK(listed().total == 0);

  const auto first = next_call_id(one.state, one.number, 0, epoch);
  commit({decide_attempt(one.state, 0, one.contacts[0], first, epoch).value()});
  CHECK(held->find_call("acme", id).value().status == call_status::in_progress);
  CHECK(held->find_call("acme", first).error().code == error_code::not_found); // that is between us and the gateway
  CHECK(listed().calls == std::vector{held->find_call("acme", id).value()});

  commit({decide_not_placed(*definition, 0, one.contacts[0], first, epoch + 1s).value()});
  CHECK(held->find_call("acme", id).value().status == call_status::queued);
  CHECK(listed().total == 0);
  CHECK(listed().calls.empty());

  const auto second = next_call_id(one.state, one.number, 0, epoch + 2s);
  commit({decide_attempt(one.state, 0, one.contacts[0], second, epoch + 2s).value()});
  commit(
    {decide_ended(*definition, 0, one.contacts[0], second, {call_outcome::answered, "callback", epoch + 9s}).value()});
  const auto ended = held->find_call("acme", id).value();
  CHECK(ended.status == call_status::completed);
  CHECK(ended.disposition == "callback");
  CHECK(ended.id == id);
  CHECK(listed().calls == std::vector{ended});
}
