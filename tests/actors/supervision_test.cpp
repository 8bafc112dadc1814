// What becomes of actors that die, and what operations see of those that live.
#include "world.hpp"

#include "tests/show_result.hpp"
#include <catch2/catch.hpp>

#include <set>

using namespace redial;
using namespace redial::testing;
using actors::actor_kind;

namespace {

world_options small_world() {
  world_options o;
  o.engine.lines = {40, 0};
  return o;
}

/// The simulator, until it is told to misbehave.
class moody_gateway final : public telephony::call_gateway {
public:
  struct moods {
    bool deny_lookups = false;
    std::size_t kill_contacts = 0; ///< so many contacts get news that their actor dies of
    std::size_t looked_up = 0;
  };
  moody_gateway(std::unique_ptr<telephony::call_gateway> inner, std::shared_ptr<moods> mood)
    : inner_{std::move(inner)}, mood_{std::move(mood)} {}

  void place(telephony::call_request request, telephony::call_listener listener) override {
    if (mood_->kill_contacts > 0) {
      --mood_->kill_contacts;
      listener(telephony::call_placed{}, telephony::receipt{[](bool confirmed) {
        if (confirmed)
          throw std::runtime_error("no bed for tonight");
      }});
    }
    inner_->place(std::move(request), std::move(listener));
  }
  void look_up(call_id id, telephony::call_listener listener) override {
    ++mood_->looked_up;
    if (mood_->deny_lookups)
      throw std::runtime_error("the directory is closed");
    inner_->look_up(id, std::move(listener));
  }
  std::size_t in_flight() const override { return inner_->in_flight(); }
  void shut_down() override { inner_->shut_down(); }

private:
  std::unique_ptr<telephony::call_gateway> inner_;
  std::shared_ptr<moods> mood_;
};

world_options moody_world(const std::shared_ptr<moody_gateway::moods>& mood) {
  auto options = small_world();
  options.make_gateway = [mood](const redial::clock& time, timing::timer_service& timers) {
    return std::make_unique<moody_gateway>(telephony::make_simulator({}, time, timers), mood);
  };
  return options;
}

bool is_running(world& w, const campaign_id& id) { return w.state(id).status == campaign_status::running; }

} // namespace

TEST_CASE("supervision: a campaign that keeps dying is paused and says why, the others go on") {
  world w{small_world()};
  const auto broken = w.create(10);
  const auto sound = w.create(50);
  REQUIRE(w.act(broken, campaign_action::start));
  w.settle();
  w.damage_contacts(broken);
  w.crash_and_restart();
  REQUIRE(w.act(sound, campaign_action::start));

  // It is tried again four times, each time later.
  CHECK(w.context().who.casualty_of(broken.view())->deaths == 1);
  for (const auto delay : {1s, 2s, 4s, 8s}) {
    CHECK(is_running(w, broken));
    w.pass(delay - 1ms);
    const auto before = w.context().who.casualty_of(broken.view())->deaths;
    w.pass(1ms);
    CHECK(w.context().who.casualty_of(broken.view())->deaths == before + 1);
  }
  const auto state = w.state(broken);
  CHECK(state.status == campaign_status::paused);
  CHECK_THAT(std::string{state.pause_reason()}, Catch::Contains("failed 5 times") && Catch::Contains("contact"));
  CHECK(w.context().who.casualty_of(broken.view())->given_up);
  CHECK(w.context().who.deaths(actor_kind::campaign) == 5);
  REQUIRE(w.pass_until([&] { return w.state(sound).status == campaign_status::completed; }));
  CHECK(w.context().who.deaths(actor_kind::campaign) == 5);

  // What is on disk says so too.
  w.crash_and_restart();
  CHECK_THAT(std::string{w.state(broken).pause_reason()}, Catch::Contains("failed 5 times"));
}

TEST_CASE("supervision: a command gives a paused campaign another try, and a resume a whole row of them") {
  auto mood = std::make_shared<moody_gateway::moods>();
  world w{moody_world(mood)};
  const auto id = w.create(30);
  REQUIRE(w.act(id, campaign_action::start));
  w.step(60);
  mood->deny_lookups = true;
  w.crash_and_restart();
  REQUIRE(w.pass_until([&] { return !is_running(w, id); }, 60s));
  CHECK_THAT(std::string{w.state(id).pause_reason()}, Catch::Contains("the gateway cannot be asked"));

  // Whatever somebody wants of it, it is tried again.
  const auto looked_up = mood->looked_up;
  CHECK_FALSE(w.act(id, campaign_action::pause));
  w.settle();
  CHECK(mood->looked_up > looked_up);
  CHECK(w.context().who.casualty_of(id.view())->deaths == 1);

  mood->deny_lookups = false;
  w.pass(1s);
  REQUIRE(w.act(id, campaign_action::resume));
  CHECK(w.state(id).pause_reason().empty());
  CHECK_FALSE(w.context().who.casualty_of(id.view()));
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
  CHECK(w.store().verify(w.number(id)).empty());
  std::set<phone> called;
  for (const auto& call : w.ledger())
    CHECK(called.insert(call.to).second);
}

TEST_CASE("supervision: a campaign on a list does not hold up additions to it once it was given up") {
  auto mood = std::make_shared<moody_gateway::moods>();
  world w{moody_world(mood)};
  const auto id = w.create(30);
  REQUIRE(w.act(id, campaign_action::start));
  w.step(60);
  mood->deny_lookups = true;
  w.crash_and_restart();
  REQUIRE(w.pass_until([&] { return !is_running(w, id); }, 60s));
  w.pass(30s);
  bool told = false;
  w.engine().add_dnc({}, {{world::phone_of(3), "asked", {}, {}, {}}}, {}, [&](auto answer) {
    told = true;
    CHECK(answer);
  });
  w.settle();
  CHECK(told);
}

TEST_CASE("supervision: a store that takes no writes says nothing against a campaign") {
  world w{small_world()};
  const auto id = w.create(400, [](campaign_definition& d) { d.max_attempts = 2; });
  REQUIRE(w.act(id, campaign_action::start));
  for (int i = 0; i < 12; ++i) {
    w.disk().failing = true;
    w.pass(10s);
    w.disk().failing = false;
    w.pass_until([&] { return w.context().who.find(actor_kind::campaign, id.view()) != nullptr; }, 200s);
    w.pass(1s);
  }
  CHECK(w.context().who.deaths(actor_kind::campaign) > 5);
  CHECK(w.state(id).status != campaign_status::paused);
}

TEST_CASE("supervision: another actor takes the place of a contact's that died, and asks for its call") {
  auto mood = std::make_shared<moody_gateway::moods>();
  world w{moody_world(mood)};
  mood->kill_contacts = 3;
  const auto id = w.create(20);
  REQUIRE(w.act(id, campaign_action::start));
  REQUIRE(w.pass_until([&] { return w.state(id).status == campaign_status::completed; }));
  CHECK(w.context().who.contact_deaths() == 3);
  CHECK(mood->looked_up == 3);
  CHECK(w.ledger().size() == 20);
  CHECK(w.context().lines.read().in_use == 0);
  CHECK(w.store().verify(w.number(id)).empty());
  CHECK(w.context().who.deaths(actor_kind::campaign) == 0);
}

TEST_CASE("supervision: without one of those that there is only one of, the process is told to end") {
  std::vector<std::string> died;
  {
    auto options = small_world();
    options.prepare = [&](actors::engine_context& context) {
      context.fatal = [&](std::string_view who) { died.emplace_back(who); };
    };
    world w{options};
    w.settle();
    CHECK(died.empty());
    caf::anon_send_exit(w.engine().writer(), caf::exit_reason::unhandled_exception);
    w.settle();
    CHECK(died == std::vector<std::string>{"store_writer"});
  }
  CHECK(died.size() == 1); // the rest ends in good order
}

TEST_CASE("insight: a campaign's actor tells what it and its contacts are at") {
  auto options = small_world();
  options.engine.lines = {5, 0};
  world w{options};
  const auto id = w.create(12, [](campaign_definition& d) {
    d.max_attempts = 3;
    d.retry_interval = std::chrono::minutes{15};
  });
  const auto ask = [&](std::uint64_t offset, std::size_t limit) {
    std::optional<result<actors::campaign_insight>> told;
    w.engine().inspect(id, offset, limit, [&](auto answer) { told = std::move(answer); });
    w.settle();
    REQUIRE(told);
    REQUIRE(*told);
    return **told;
  };
  auto seen = ask(0, 10);
  CHECK(seen.state.history.size() == 1);
  CHECK(seen.live == 0);
  CHECK(seen.lines_wanted == 0);
  REQUIRE(w.act(id, campaign_action::start));
  w.gateway().hold = true;
  w.settle();
  w.gateway().hold = false;
  seen = ask(0, 3);
  CHECK(seen.live == 5);
  CHECK(seen.lines_held == 5);
  CHECK(seen.lines_wanted == 7);
  REQUIRE(seen.contacts.size() == 3);
  for (const auto& contact : seen.contacts) {
    CHECK(contact.attempt == 1);
    CHECK(contact.call != call_id{});
  }
  CHECK(seen.contacts[0].number < seen.contacts[1].number);
  CHECK(ask(3, 3).contacts.size() == 2);
  CHECK(ask(7, 3).contacts.empty());
  w.act(id, campaign_action::stop);
  seen = ask(0, 10);
  REQUIRE(seen.state.history.size() == 3);
  CHECK(seen.state.history[1].to == campaign_status::running);
  CHECK(seen.state.history[2].to == campaign_status::stopped);
}

TEST_CASE("insight: who hangs is told to be slow, and holds up nobody's question") {
  world w{small_world()};
  const auto id = w.create(1);
  std::optional<result<actors::campaign_insight>> told;
  w.engine().inspect(id, 0, 10, [&](auto answer) { told = std::move(answer); });
  // No message is handled, but time goes by.
  w.time().advance(501ms);
  w.run_timers();
  REQUIRE(told);
  REQUIRE_FALSE(*told);
  CHECK(told->error().code == error_code::unavailable);
  CHECK_THAT(told->error().detail, Catch::Contains("slow"));
  w.settle(); // the late answer is dropped
}

TEST_CASE("roster: everybody is on it, and leaves it") {
  world w{small_world()};
  const auto& who = w.context().who;
  CHECK(who.list({actor_kind::campaign, {}, 0, 100}).total == 0);
  const auto all = who.list({{}, {}, 0, 100});
  CHECK(all.total == all.actors.size());
  for (const auto kind : {actor_kind::registry, actor_kind::store_writer, actor_kind::line_pool, actor_kind::front,
         actor_kind::feed_reader, actor_kind::answer_sweep, actor_kind::dnc_keeper})
    CHECK(who.sum(kind).live == 1);
  CHECK(who.sum(actor_kind::reader).live == 3);
  const auto first = w.create(20);
  const auto second = w.create(20);
  REQUIRE(w.act(first, campaign_action::start));
  REQUIRE(w.pass_until([&] { return w.state(first).status == campaign_status::completed; }));
  w.settle();
  CHECK(who.sum(actor_kind::campaign).live == 1);
  CHECK(who.sum(actor_kind::campaign).handled > 20);
  CHECK(who.find(actor_kind::campaign, first.view()) == nullptr);
  REQUIRE(who.find(actor_kind::campaign, second.view()) != nullptr);
  for (const auto& each : who.list({{}, {}, 0, 100}).actors) {
    INFO(to_string(each->kind()));
    CHECK(each->mailbox() == 0); // whatever came was counted, and counted off
    CHECK(each->activity() == actors::actor_activity::idle);
  }
  CHECK(who.list({{}, {}, 3, 2}).actors.size() == 2);
  CHECK(who.list({{}, actors::actor_activity::slow, 0, 100}).total == 0);
}
