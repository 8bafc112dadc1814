// What the engine makes of news that a real network brings: refusals, dispositions of their own, repetitions, silence.
#include "world.hpp"

#include "tests/show_result.hpp"
#include <catch2/catch.hpp>

#include <deque>

using namespace redial;
using namespace redial::testing;
using namespace redial::telephony;

namespace {

/// A network operated by the test: it hears what is placed and looked up, and says what it is told to say.
struct switchboard {
  struct line {
    call_id id;
    phone to;
    unsigned attempt = 0;
    call_listener listener;
  };
  std::vector<line> placed;
  std::vector<line> looked_up;

  enum class fate : std::uint8_t { open, confirmed, refused };

  /// Tells news of `to`, and what became of its receipt.
  static std::shared_ptr<fate> tell(const line& of, call_news news) {
    auto result = std::make_shared<fate>(fate::open);
    of.listener(std::move(news), receipt{[result](bool ok) { *result = ok ? fate::confirmed : fate::refused; }});
    return result;
  }
};
using fate = switchboard::fate;

class operated final : public call_gateway {
public:
  explicit operated(switchboard& board) : board_{board} {}
  void place(call_request request, call_listener listener) override {
    board_.placed.push_back({request.id, request.contact->phone, request.attempt, std::move(listener)});
  }
  void look_up(call_id id, call_listener listener) override {
    board_.looked_up.push_back({id, {}, 0, std::move(listener)});
  }
  std::size_t in_flight() const override { return board_.placed.size(); }
  void shut_down() override {
    board_.placed.clear();
    board_.looked_up.clear();
  }

private:
  switchboard& board_;
};

struct fixture {
  explicit fixture(std::uint32_t lines = 40) : w{options(lines)} {}

  world_options options(std::uint32_t lines) {
    world_options o;
    o.engine.lines = {lines, 0};
    o.make_gateway = [this](const redial::clock&, timing::timer_service&) { return std::make_unique<operated>(net); };
    return o;
  }
  campaign_id start(std::size_t contacts, std::uint8_t attempts = 3) {
    auto id = w.create(contacts, [=](campaign_definition& d) {
      d.max_attempts = attempts;
      d.retry_interval = std::chrono::minutes{15};
    });
    REQUIRE(w.act(id, campaign_action::start));
    return id;
  }
  /// Issues a command and leaves it unanswered if need be.
  std::shared_ptr<std::optional<result<campaign_view_ptr>>> ask(const campaign_id& id, campaign_action action) {
    auto answer = std::make_shared<std::optional<result<campaign_view_ptr>>>();
    w.engine().act({}, id, action, [answer](auto r) { *answer = std::move(r); });
    w.settle();
    return answer;
  }
  time_point now() { return w.time().now(); }

  switchboard net;
  world w;
};

} // namespace

TEST_CASE("an attempt that the gateway turns away costs nobody an attempt, and is made again when the gateway says") {
  fixture f{10};
  const auto id = f.start(3);
  REQUIRE(f.net.placed.size() == 3);
  const auto turned_away = f.net.placed;
  for (const auto& line : turned_away)
    switchboard::tell(line, call_not_placed{5s});
  f.w.settle();
  auto state = f.w.state(id);
  CHECK(state.counters.pending == 3);
  CHECK(state.counters.attempted == 0);
  f.w.pass(14'999ms); // 5 s for everybody, 10 s more for these
  CHECK(f.net.placed.size() == 3);
  f.w.pass(60s);
  REQUIRE(f.net.placed.size() == 6);
  for (std::size_t i = 3; i < 6; ++i) {
    CHECK(f.net.placed[i].attempt == 1);
    switchboard::tell(f.net.placed[i], call_ended{call_outcome::answered, "interested", f.now()});
  }
  f.w.settle();
  state = f.w.state(id);
  CHECK(state.status == campaign_status::completed);
  CHECK(state.counters.attempted == 3);
  CHECK(f.w.store().verify(f.w.number(id)).empty());
}

TEST_CASE("a gateway that turns calls away is sent fewer at once, and by and by more again") {
  fixture f{100};
  f.start(1000);
  REQUIRE(f.net.placed.size() == 100);
  const auto first = f.net.placed;
  for (std::size_t i = 0; i < 90; ++i) // it has room for 10
    switchboard::tell(first[i], call_not_placed{1s});
  f.w.settle();
  CHECK(f.net.placed.size() == 100);
  f.w.pass(1999ms);
  CHECK(f.net.placed.size() == 100);
  f.w.pass(1ms);
  CHECK(f.net.placed.size() == 101);
  f.w.pass(1s);
  CHECK(f.net.placed.size() == 102);
  f.w.pass(60s);
  CHECK(f.net.placed.size() == 190);
}

TEST_CASE("one contact that the gateway always turns away does not keep the others from being called") {
  fixture f{5};
  const auto id = f.start(200);
  const auto unwanted = world::phone_of(0);
  std::size_t told = 0;
  std::size_t unwanted_tries = 0;
  for (int second = 0; second < 300; ++second) {
    for (; told < f.net.placed.size(); ++told) {
      const auto line = f.net.placed[told];
      if (line.to == unwanted) {
        ++unwanted_tries;
        switchboard::tell(line, call_not_placed{1s});
      } else {
        switchboard::tell(line, call_ended{call_outcome::answered, "interested", f.now()});
      }
    }
    f.w.pass(1s);
  }
  CHECK(f.w.state(id).counters.done == 199);
  CHECK(f.w.state(id).counters.pending + f.w.state(id).counters.in_progress == 1);
  CHECK(unwanted_tries > 10);
  CHECK(unwanted_tries < 40);
}

TEST_CASE("a contact taken off during its last attempt is not dialed again when that was turned away") {
  fixture f;
  const auto id = f.start(1, 1);
  REQUIRE(f.net.placed.size() == 1);
  switchboard::tell(f.net.placed[0], call_placed{});
  auto removed = f.w.remove(id, {world::phone_of(0)});
  REQUIRE(removed);
  CHECK(removed->already_called == 1);
  switchboard::tell(f.net.placed[0], call_not_placed{1s});
  f.w.pass(std::chrono::hours{5});
  CHECK(f.net.placed.size() == 1);
  CHECK(f.w.state(id).status == campaign_status::completed);
  CHECK(f.w.state(id).counters.removed == 1);
}

TEST_CASE("an answered call gives its line back when it is over, and its disposition comes later") {
  fixture f{1};
  const auto id = f.start(2);
  REQUIRE(f.net.placed.size() == 1);
  const auto first = f.net.placed[0];
  switchboard::tell(first, call_answered{f.now()});
  auto ended = switchboard::tell(first, call_ended{call_outcome::answered, {}, f.now(), true});
  f.w.settle();
  CHECK(*ended == fate::confirmed);
  REQUIRE(f.net.placed.size() == 2); // the one line there is
  CHECK(f.w.state(id).counters.in_progress == 2);
  f.w.pass(100s);
  auto said = switchboard::tell(first, call_disposition{"callback", f.now()});
  f.w.settle();
  CHECK(*said == fate::confirmed);
  CHECK(f.w.state(id).dispositions.at("callback") == 1);
  CHECK(f.w.state(id).counters.done == 1);

  // Of the second nothing more is heard.
  const auto second = f.net.placed[1];
  switchboard::tell(second, call_ended{call_outcome::answered, {}, f.now(), true});
  f.w.pass(119'999ms);
  CHECK(f.w.state(id).counters.in_progress == 1);
  f.w.pass(1ms);
  CHECK(f.w.state(id).dispositions.at("no_disposition") == 1);
  CHECK(f.w.state(id).status == campaign_status::completed);
  auto late = switchboard::tell(second, call_disposition{"interested", f.now()});
  f.w.settle();
  CHECK(f.w.state(id).dispositions.count("interested") == 0);
  CHECK(f.w.store().verify(f.w.number(id)).empty());
  // Whom it was for is gone: the gateway, which knows that it gave up on this call, answers for itself.
  CHECK(*late != fate::open);
}

TEST_CASE("a disposition is waited for across a crash, and its line stays free") {
  fixture f{1};
  const auto id = f.start(2);
  switchboard::tell(f.net.placed[0], call_ended{call_outcome::answered, {}, f.now(), true});
  f.w.settle();
  REQUIRE(f.net.placed.size() == 2);
  switchboard::tell(f.net.placed[1], call_ended{call_outcome::busy, {}, f.now()});
  f.w.settle();
  f.w.crash_and_restart();
  REQUIRE(f.net.looked_up.size() == 1);
  SECTION("it is what the gateway knows already") {
    switchboard::tell(f.net.looked_up[0], call_ended{call_outcome::answered, "dnd", f.now()});
    f.w.settle();
    CHECK(f.w.state(id).dispositions.at("dnd") == 1);
  }
  SECTION("it comes by itself") {
    switchboard::tell(f.net.looked_up[0], call_ended{call_outcome::answered, {}, f.now(), true});
    f.w.pass(60s);
    switchboard::tell(f.net.looked_up[0], call_disposition{"dnd", f.now()});
    f.w.settle();
    CHECK(f.w.state(id).dispositions.at("dnd") == 1);
  }
  SECTION("it never comes") {
    f.w.pass(120s);
    CHECK(f.w.state(id).dispositions.at("no_disposition") == 1);
  }
  SECTION("the gateway has forgotten the call") {
    switchboard::tell(f.net.looked_up[0], call_not_placed{});
    f.w.pass(120s);
    CHECK(f.w.state(id).dispositions.at("no_disposition") == 1);
  }
  f.w.pass(std::chrono::minutes{15});
  CHECK(f.net.placed.size() == 1); // the retry of the other, on the line that is free
  CHECK(f.w.store().verify(f.w.number(id)).empty());
}

TEST_CASE("news is confirmed when what follows from it is committed, repeated news too") {
  fixture f;
  const auto id = f.start(1);
  const auto line = f.net.placed[0];
  f.w.disk().failing = true;
  auto first = switchboard::tell(line, call_ended{call_outcome::answered, "interested", f.now()});
  auto again = switchboard::tell(line, call_ended{call_outcome::answered, "interested", f.now()});
  f.w.settle();
  CHECK(*first == fate::refused);
  CHECK(*again == fate::refused);
  f.w.disk().failing = false;
  f.w.pass(30s); // the campaign is started again from the store, and asks
  REQUIRE(f.net.looked_up.size() == 1);
  auto third = switchboard::tell(f.net.looked_up[0], call_ended{call_outcome::answered, "interested", f.now()});
  CHECK(*third == fate::open);
  f.w.settle();
  CHECK(*third == fate::confirmed);
  CHECK(f.w.state(id).dispositions.at("interested") == 1);
}

TEST_CASE("a pause is answered when no call is on its way to the gateway any more") {
  fixture f{2};
  const auto id = f.start(2);
  REQUIRE(f.net.placed.size() == 2);
  switchboard::tell(f.net.placed[0], call_placed{});
  f.w.settle();
  auto paused = f.ask(id, campaign_action::pause);
  CHECK_FALSE(paused->has_value());

  SECTION("the gateway says that it has placed the other") {
    switchboard::tell(f.net.placed[1], call_placed{});
    f.w.settle();
    REQUIRE(paused->has_value());
    CHECK(paused->value());
  }
  SECTION("the first word of the other is its end") {
    switchboard::tell(f.net.placed[1], call_ended{call_outcome::busy, {}, f.now()});
    f.w.settle();
    REQUIRE(paused->has_value());
    CHECK(paused->value());
  }
  SECTION("the other was turned away: it is not made again") {
    switchboard::tell(f.net.placed[1], call_not_placed{1s});
    f.w.settle();
    REQUIRE(paused->has_value());
    CHECK(paused->value());
    f.w.pass(std::chrono::hours{1});
    CHECK(f.net.placed.size() == 2);
  }
  SECTION("nothing is heard: the caller is told so, and the pause is in force all the same") {
    f.w.pass(19'999ms);
    CHECK_FALSE(paused->has_value());
    f.w.pass(1ms);
    REQUIRE(paused->has_value());
    REQUIRE_FALSE(paused->value());
    CHECK(paused->value().error().code == error_code::unavailable);
    CHECK(f.w.state(id).status == campaign_status::paused);
  }
  SECTION("nor is it answered after a crash before the gateway has been asked") {
    f.w.crash_and_restart();
    REQUIRE(f.w.act(id, campaign_action::resume)); // the crash came after the commit
    paused = f.ask(id, campaign_action::pause);
    CHECK_FALSE(paused->has_value());
    REQUIRE(f.net.looked_up.size() == 2);
    switchboard::tell(f.net.looked_up[0], call_placed{});
    f.w.settle();
    CHECK_FALSE(paused->has_value());
    switchboard::tell(f.net.looked_up[1], call_not_placed{});
    f.w.settle();
    REQUIRE(paused->has_value());
    CHECK(paused->value());
  }
}

TEST_CASE("what a look-up after a crash says decides what becomes of the attempt") {
  fixture f{1};
  const auto id = f.start(1, 2);
  const auto call = f.net.placed[0].id;
  f.w.crash_and_restart();
  REQUIRE(f.net.looked_up.size() == 1);
  const auto line = f.net.looked_up[0];
  CHECK(line.id == call);
  SECTION("it runs") {
    switchboard::tell(line, call_placed{});
    switchboard::tell(line, call_answered{f.now()});
    switchboard::tell(line, call_ended{call_outcome::answered, "interested", f.now()});
    f.w.settle();
    CHECK(f.w.state(id).dispositions.at("interested") == 1);
  }
  SECTION("it is over, and not answered: the retry comes after the interval") {
    switchboard::tell(line, call_ended{call_outcome::busy, {}, f.now()});
    f.w.pass(std::chrono::minutes{15} - 1ms);
    CHECK(f.net.placed.empty());
    f.w.pass(1ms);
    REQUIRE(f.net.placed.size() == 1);
    CHECK(f.net.placed[0].attempt == 2);
    switchboard::tell(f.net.placed[0], call_ended{call_outcome::busy, {}, f.now()});
    f.w.settle();
  }
  SECTION("it never came to be: the attempt is made") {
    switchboard::tell(line, call_not_placed{});
    f.w.settle();
    REQUIRE(f.net.placed.size() == 1);
    CHECK(f.net.placed[0].attempt == 1);
    CHECK(f.net.placed[0].id != call);
    switchboard::tell(f.net.placed[0], call_ended{call_outcome::answered, "dnd", f.now()});
    f.w.settle();
  }
  SECTION("nobody can tell: it counts, and nobody is called again") {
    switchboard::tell(line, call_ended{call_outcome::unknown, {}, f.now()});
    f.w.pass(std::chrono::hours{24});
    CHECK(f.net.placed.empty());
    CHECK(f.w.state(id).dispositions.at("unknown") == 1);
  }
  SECTION("no answer yet: the contact is held, and its line with it") {
    f.w.pass(std::chrono::hours{24});
    CHECK(f.net.placed.empty());
    CHECK(f.w.state(id).counters.in_progress == 1);
    switchboard::tell(line, call_ended{call_outcome::answered, "dnd", f.now()});
    f.w.settle();
  }
  CHECK(f.w.state(id).status == campaign_status::completed);
  CHECK(f.w.store().verify(f.w.number(id)).empty());
}
