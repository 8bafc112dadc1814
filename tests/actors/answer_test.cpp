// Answers that are kept under an Idempotency-Key: with the effect or not at all, for 24 hours.
#include "world.hpp"

#include "tests/show_result.hpp"
#include <catch2/catch.hpp>

using namespace redial;
using namespace redial::testing;
using actors::given_answer;
using actors::key_hold;
using actors::key_in_use;

namespace {

using note = actors::answer_note<actors::created_campaign>;
using created = std::optional<result<actors::created_campaign>>;

actors::key_claim claim(world& w, const std::string& key) { return w.engine().claim_key(key).value(); }

note note_under(world& w, const std::string& key) {
  auto request = std::make_shared<actors::keyed_request>();
  request->key = key;
  request->fingerprint = "print of " + key;
  request->hold = std::get<key_hold>(claim(w, key));
  return {std::move(request), [](const actors::created_campaign& c) {
            return actors::worded_answer{201, "/" + c.campaign->state.definition->id.to_string(), "application/json",
              std::to_string(c.campaign->state.counters.total) + "+" + std::to_string(c.duplicates_skipped)};
          }};
}

/// Creates a campaign of three contacts, of which one is a duplicate; the messages are yet to be handled.
std::shared_ptr<created> begin(world& w, note under) {
  auto upload = w.engine().begin_upload({}).value();
  upload->add({{world::phone_of(0), "A", "{}"}, {world::phone_of(1), "B", "{}"}, {world::phone_of(0), "C", "{}"}},
    [](const result<void>&) {});
  w.settle();
  campaign_definition definition;
  definition.name = "n";
  auto answer = std::make_shared<created>();
  upload->finish(std::move(definition), std::move(under), [answer](auto r) { *answer = std::move(r); });
  return answer;
}

std::size_t rows(world& w) {
  std::size_t count = 0;
  w.committed()
    .scan(persistence::table::answer, "", std::string(40, '\xff'),
      [&](std::string_view, std::string_view) {
        ++count;
        return true;
      })
    .value();
  return count;
}

std::string key_of(int number) {
  std::string key(32, '\xff');
  key.replace(0, 1, 1, static_cast<char>(number % 251));
  return key.replace(1, 6, std::to_string(100'000 + number));
}

} // namespace

TEST_CASE("an answer is kept with what it tells of, also over a crash") {
  world w;
  const auto key = key_of(1);
  auto answer = begin(w, note_under(w, key));
  CHECK(std::holds_alternative<key_in_use>(claim(w, key)));
  w.settle();
  const auto id = answer->value().value().campaign->state.definition->id;
  const given_answer expected{{201, "/" + id.to_string(), "application/json", "2+1"}, "print of " + key};
  const auto check = [&] {
    const auto found = claim(w, key);
    REQUIRE(std::holds_alternative<given_answer>(found));
    CHECK(std::get<given_answer>(found).answer == expected.answer);
    CHECK(std::get<given_answer>(found).fingerprint == expected.fingerprint);
  };
  check();
  w.crash_and_restart();
  check();
  // Another key is another matter.
  CHECK(std::holds_alternative<key_hold>(claim(w, key_of(2))));
}

TEST_CASE("when its answer is given, the key is free at once") {
  world w;
  const auto key = key_of(1);
  auto upload = w.engine().begin_upload({}).value();
  bool was_given = false;
  upload->finish(campaign_definition{}, note_under(w, key),
    [&](const auto&) { was_given = std::holds_alternative<given_answer>(claim(w, key)); });
  w.settle();
  CHECK(was_given);
}

TEST_CASE("a crash at any message: the campaign and its answer are both there, or neither") {
  int kept = 0;
  int lost = 0;
  for (std::size_t messages = 0; messages < 12; ++messages) {
    world w;
    const auto key = key_of(1);
    begin(w, note_under(w, key));
    w.step(messages);
    w.crash_and_restart();
    const auto found = claim(w, key);
    const auto campaigns = w.engine().list({}).total;
    CHECK(campaigns == (std::holds_alternative<given_answer>(found) ? 1 : 0));
    CHECK_FALSE(std::holds_alternative<key_in_use>(found));
    ++(campaigns == 1 ? kept : lost);
  }
  CHECK(kept > 0);
  CHECK(lost > 0);
}

TEST_CASE("a write that failed leaves no answer, and nobody is told anything before the store is known again") {
  world w;
  const auto key = key_of(1);
  const auto unclear = GENERATE(false, true);
  auto answer = begin(w, note_under(w, key));
  w.disk().judge = [&](bool sync) {
    return sync ? unclear ? faulty_engine::fate::unclear : faulty_engine::fate::refused : faulty_engine::fate::done;
  };
  w.settle();
  CHECK(answer->value().error().code == error_code::storage_failed);
  CHECK(w.engine().claim_key(key).error().code == error_code::storage_failed);
  w.disk().judge = {};
  w.pass(1min);
  REQUIRE_FALSE(w.store().health());
  // The creation was refused, so it was taken back, and its answer with it.
  CHECK(std::holds_alternative<key_hold>(claim(w, key)));
  CHECK(w.engine().list({}).total == 0);
}

TEST_CASE("answers are kept for 24 hours, and then swept away, slice by slice") {
  world w;
  constexpr int many = 600;
  for (int i = 0; i < many; ++i) {
    begin(w, note_under(w, key_of(i)));
    w.settle();
  }
  CHECK(rows(w) == many);
  w.pass(24h - 1ms);
  CHECK(std::holds_alternative<given_answer>(claim(w, key_of(0))));
  CHECK(rows(w) == many);
  w.time().advance(1ms);
  const auto held = claim(w, key_of(0));
  CHECK(std::holds_alternative<key_hold>(held));
  // The sweep leaves alone what somebody is about to answer anew.
  w.pass(2h);
  CHECK(rows(w) == 1);
  w.pass(2h);
  CHECK(rows(w) == 1);
}

TEST_CASE("keys in use are bounded") {
  world w;
  std::vector<actors::key_claim> holds;
  for (std::size_t i = 0; i < actors::answer_desk::max_in_use; ++i)
    holds.push_back(claim(w, key_of(static_cast<int>(i))));
  CHECK(w.engine().claim_key("one more").error().code == error_code::overloaded);
  CHECK(std::holds_alternative<key_in_use>(claim(w, key_of(7))));
  holds.pop_back();
  CHECK(std::holds_alternative<key_hold>(claim(w, "one more")));
}
