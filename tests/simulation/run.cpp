#include "tests/simulation/run.hpp"

#include "tests/actors/world.hpp"
#include "tests/simulation/books.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace redial::simulation {

using namespace std::chrono_literals;
using testing::faulty_engine;
using testing::world;
using testing::world_options;

namespace {

/// After so many messages within one run something turns in circles.
constexpr std::uint64_t most_messages = 2'000'000;

/// Thrown out of a step when the process is to die in the middle of it.
struct killed {};

class life {
public:
  life(std::uint64_t seed, bool story);
  verdict go();

private:
  void log(const char* what, const std::string& of = {}) const {
    if (story_)
      std::fprintf(stderr, "%12.3f  %s %s\n",
        time_ ? static_cast<double>((time_->now() - start).count()) / 1000.0 : 0.0, what, of.c_str());
  }
  world_options options();
  std::unique_ptr<telephony::call_gateway> make_gateway(const clock& time, timing::timer_service& timers);
  void watch_disk();
  faulty_engine::fate judge(bool sync);
  void check_committed(call_id attempt, const std::string& id, phone to);

  void act();
  void command(const std::string& id, campaign_action action);
  void create();
  void learn(const std::string& name, const std::string& id);
  void remove(const std::string& id);
  void restart_by(bool crash);
  void break_disk();
  void worsen();
  void heal();

  /// Handles up to `messages` messages, in an order of its own choice.
  void handle(std::uint64_t messages = ~std::uint64_t{0});
  void pass(milliseconds time);
  bool finish();
  template <class Work>
  void survive(Work work);

  static constexpr time_point start{std::chrono::hours{24 * 365 * 55}};

  chance luck_;
  const bool story_;
  const bool fences_;
  books books_;
  tally counted_;
  std::unique_ptr<provider> network_;
  std::unique_ptr<world> world_;
  telephony::http_gateway* gateway_ = nullptr;
  timing::manual_clock* time_ = nullptr;
  std::vector<std::string> ids_;
  std::map<std::string, books::campaign> unanswered_; // creations, by name
  std::uint64_t lives_ = 0;                           // an answer to a former one is none
  std::uint64_t names_ = 0;
  std::uint64_t lookups_before_ = 0;

  enum class mishap : std::uint8_t { none, dies_before, dies_after, refuses, unclear };
  mishap next_mishap_ = mishap::none;
  std::uint64_t writes_until_mishap_ = 0;
  std::uint64_t writes_refused_ = 0; // further ones, of a disk that is full
  bool die_ = false;
};

life::life(std::uint64_t seed, bool story) : luck_{seed}, story_{story}, fences_{luck_.percent(85)} {
  static_assert(sizeof(seed) == 8);
}

world_options life::options() {
  world_options o;
  o.start = start;
  o.engine.lines = {static_cast<std::uint32_t>(1 + luck_.below(12)), luck_.percent(70) ? 0.0 : 2.0};
  o.engine.passivate_after = luck_.percent(30)   ? milliseconds{0}
                             : luck_.percent(50) ? milliseconds{5s}
                                                 : milliseconds{1h};
  o.engine.max_waiting_actors = luck_.percent(30) ? 2 : 100;
  o.engine.result_timeout = 60s;
  o.make_gateway = [this](const clock& time, timing::timer_service& timers) { return make_gateway(time, timers); };
  return o;
}

std::unique_ptr<telephony::call_gateway> life::make_gateway(const clock& time, timing::timer_service& timers) {
  if (!network_) {
    // The first life brings the clock that the network lives by, too.
    time_ = const_cast<timing::manual_clock*>(dynamic_cast<const timing::manual_clock*>(&time));
    network_ = std::make_unique<provider>(luck_.below(~std::uint64_t{0}), *time_, fences_);
    network_->on_placed = [this](const placement& call) {
      ++counted_.placed;
      if (story_)
        log("PLACED", call.campaign + " " + call.to.to_string() + " attempt " + std::to_string(call.attempt) + " "
                        + call.attempt_id.to_string());
      books_.placed(call, unanswered_.empty());
    };
    network_->on_posted = [this](call_id attempt, const std::string& id, phone to) {
      log("posts", id + " " + to.to_string() + " " + attempt.to_string());
      check_committed(attempt, id, to);
    };
    network_->on_answered = [this](const std::string& what) { log("provider says", what); };
  }
  struct wired final : telephony::call_gateway {
    wired(std::unique_ptr<telephony::http_transport> t, std::unique_ptr<telephony::http_gateway> g)
      : transport{std::move(t)}, gateway{std::move(g)} {}
    void place(telephony::call_request request, telephony::call_listener listener) override {
      gateway->place(std::move(request), std::move(listener));
    }
    void look_up(call_id id, telephony::call_listener listener) override { gateway->look_up(id, std::move(listener)); }
    std::size_t in_flight() const override { return gateway->in_flight(); }
    void shut_down() override {
      gateway->shut_down();
      transport->shut_down();
    }
    std::unique_ptr<telephony::http_transport> transport;
    std::unique_ptr<telephony::http_gateway> gateway;
  };
  telephony::http_gateway_options o;
  o.secret = secret;
  o.callback_url = "http://redial.example/v1/gateway/events";
  o.ring_timeout = 30s;
  o.max_duration = 90s;
  o.result_timeout = 60s;
  o.lookup_fences = fences_;
  auto transport = network_->connect();
  auto gateway = telephony::make_http_gateway(std::move(o), *transport, time, timers);
  gateway_ = gateway.get();
  network_->attach(gateway_);
  return std::make_unique<wired>(std::move(transport), std::move(gateway));
}

/// What goes out to the provider must be on disk already.
void life::check_committed(call_id attempt, const std::string& id, phone to) {
  if (die_ || !world_)
    return; // a dead process sends nothing: what its actors still do is cut off right after
  const auto view = world_->engine().find(default_workspace, campaign_id::parse(id).value());
  if (!view)
    return books_.blame(id + ": a call is placed for a campaign that nobody knows");
  const auto number = world_->store().find_contact(view->number, to);
  if (!number || !*number)
    return books_.blame(id + " " + to.to_string() + ": is called and not on the list");
  const auto contact = world_->store().load_contact(view->number, **number);
  if (!contact || !contact->state.call || contact->state.call->id != attempt)
    books_.blame(id + " " + to.to_string() + ": a call leaves before its record is on disk");
}

faulty_engine::fate life::judge(bool sync) {
  using fate = faulty_engine::fate;
  if (die_)
    return fate::refused;
  if (writes_refused_ > 0) {
    --writes_refused_;
    ++counted_.writes_refused;
    return fate::refused;
  }
  if (next_mishap_ == mishap::none || !sync || writes_until_mishap_-- > 0)
    return fate::done;
  switch (std::exchange(next_mishap_, mishap::none)) {
  case mishap::dies_before:
    log("dies before a write");
    ++counted_.crashes_at_commit;
    die_ = true;
    return fate::refused;
  case mishap::dies_after:
    log("dies after a write");
    ++counted_.crashes_at_commit;
    die_ = true;
    return fate::unclear;
  case mishap::refuses:
    log("the disk is full");
    writes_refused_ = luck_.below(4);
    ++counted_.writes_refused;
    return fate::refused;
  case mishap::unclear:
    log("a write is made and said to have failed");
    ++counted_.writes_unclear;
    return fate::unclear;
  case mishap::none: break;
  }
  return fate::done;
}

void life::watch_disk() {
  world_->disk().judge = [this](bool sync) { return judge(sync); };
}

/// Carries out `work`; should the process die within, a new one is started after a while.
template <class Work>
void life::survive(Work work) {
  try {
    work();
    return;
  } catch (const killed&) {
  }
  restart_by(true);
}

void life::handle(std::uint64_t messages) {
  for (std::uint64_t n = 0; n < messages; ++n) {
    const auto choice = luck_.below(1U << 16U);
    if (!world_->step_any(choice))
      return;
    if (++counted_.messages > most_messages)
      throw std::runtime_error("the engine does not come to rest");
    if (die_)
      throw killed{};
  }
}

void life::pass(milliseconds time) {
  const auto until = time_->now() + time;
  for (;;) {
    handle();
    auto due = world_->next_timer();
    if (const auto theirs = network_->next_due(); theirs && (!due || *theirs < *due))
      due = theirs;
    if (!due || *due > until)
      break;
    time_->set(std::max(*due, time_->now()));
    // Whose clock strikes first is open.
    const bool ours_first = luck_.percent(50);
    if (ours_first)
      world_->run_timers();
    if (luck_.percent(50))
      handle(luck_.below(20));
    network_->run_due();
    if (!ours_first)
      world_->run_timers();
  }
  time_->set(until);
}

void life::create() {
  campaign_definition definition;
  definition.name = "campaign " + std::to_string(++names_);
  definition.script_id = "script";
  definition.language = "en";
  definition.max_attempts = static_cast<std::uint8_t>(1 + luck_.below(3));
  definition.retry_interval = std::chrono::minutes{1 + luck_.below(5)};
  const bool scheduled = luck_.percent(25);
  if (scheduled)
    definition.schedule = campaign_schedule{time_->now() + luck_.between(0s, 60s), {}, {}};
  books::campaign fresh;
  fresh.max_attempts = definition.max_attempts;
  fresh.retry_interval = definition.retry_interval;
  fresh.may_dial = scheduled;
  std::vector<contact_profile> list;
  for (auto n = 1 + luck_.below(12); n > 0; --n) {
    fresh.contacts.push_back(world::phone_of(names_ * 100 + n));
    list.push_back({fresh.contacts.back(), "Name", "{}"});
  }
  auto upload = world_->engine().begin_upload({});
  if (!upload)
    return;
  unanswered_.emplace(definition.name, std::move(fresh));
  const std::shared_ptr<actors::campaign_upload> open{std::move(*upload)};
  open->add(
    std::move(list), [this, open, definition = std::move(definition), life = lives_](const result<void>& added) {
      if (!added || die_ || life != lives_)
        return;
      open->finish(definition, {}, [this, life, name = definition.name](const result<actors::created_campaign>& done) {
        if (done && !die_ && life == lives_)
          learn(name, done->campaign->state.definition->id.to_string());
      });
    });
}

void life::learn(const std::string& name, const std::string& id) {
  auto known = std::move(unanswered_.extract(name).mapped());
  log("created", id + " " + std::to_string(known.contacts.size()));
  known.id = id;
  ids_.push_back(id);
  books_.created(std::move(known));
}

void life::command(const std::string& id, campaign_action action) {
  auto& of = *books_.find(id);
  const auto sent = books_.sent(of, action);
  log("sends", id + " " + std::string{to_string(action)});
  world_->engine().act({}, campaign_id::parse(id).value(), action,
    [this, id, action, sent, life = lives_](const result<actors::campaign_view_ptr>& answer) {
      if (!answer || die_ || life != lives_)
        return;
      log("answered", id + " " + std::string{to_string(action)});
      counted_.pauses += action == campaign_action::pause ? 1 : 0;
      books_.acted(*books_.find(id), action, sent);
    });
}

void life::remove(const std::string& id) {
  const auto& contacts = books_.find(id)->contacts;
  const auto who = contacts[luck_.below(contacts.size())];
  log("removes", id + " " + who.to_string());
  world_->engine().remove_contacts({}, campaign_id::parse(id).value(), {who},
    [this, id, who, life = lives_](const result<actors::removal_summary>& answer) {
      if (!answer || die_ || life != lives_)
        return;
      log("removed", id + " " + who.to_string());
      ++counted_.removals;
      books_.removed(*books_.find(id), who, answer->removed == 1);
    });
}

void life::restart_by(bool crash) {
  if (gateway_)
    counted_.lookups += gateway_->counters().lookups;
  log(crash ? "CRASH" : "stop");
  ++lives_;
  ++counted_.crashes;
  die_ = true;
  network_->attach(nullptr);
  world_->crash();
  gateway_ = nullptr;
  die_ = false;
  next_mishap_ = mishap::none;
  writes_refused_ = 0;
  // The far end lives on meanwhile.
  const auto until = time_->now() + (luck_.percent(50) ? milliseconds{0} : luck_.between(0s, 5min));
  for (auto due = network_->next_due(); due && *due <= until; due = network_->next_due()) {
    time_->set(std::max(*due, time_->now()));
    network_->run_due();
  }
  time_->set(until);
  world_->restart();
  watch_disk();
  // A creation that was not answered may have come to pass: then whole, and the client finds it.
  for (const auto& head : world_->store().campaigns()) {
    const auto& definition = *head.state.definition;
    if (unanswered_.contains(definition.name))
      learn(definition.name, definition.id.to_string());
  }
  unanswered_.clear();
  books_.compare(world_->store());
}

void life::break_disk() {
  constexpr std::array mishaps{
    mishap::dies_before, mishap::dies_after, mishap::dies_before, mishap::dies_after, mishap::refuses, mishap::unclear};
  next_mishap_ = mishaps.at(luck_.below(mishaps.size()));
  writes_until_mishap_ = luck_.below(6);
}

void life::worsen() {
  auto& f = network_->faults;
  const auto some = [this](unsigned most) { return luck_.percent(40) ? static_cast<unsigned>(luck_.below(most)) : 0U; };
  f.never_sent = some(40);
  f.request_lost = some(30);
  f.request_late = fences_ ? some(30) : 0; // without fences a late request is a call that nobody can foresee
  f.answer_lost = some(40);
  f.busy = some(60);
  f.refused = some(10);
  f.failing = some(30);
  f.callback_lost = some(40);
  f.callback_late = some(60);
  f.callback_twice = some(60);
  f.endless = some(10);
  f.result_withheld = some(40);
  if (luck_.percent(10))
    network_->go_down(time_->now() + luck_.between(0s, 2min));
}

void life::heal() {
  network_->faults = {};
  network_->go_down({});
  next_mishap_ = mishap::none;
  writes_refused_ = 0;
}

void life::act() {
  const auto dice = luck_.below(100);
  if (dice < 8 && ids_.size() < 4) {
    create();
  } else if (dice < 45 && !ids_.empty()) {
    const auto& id = ids_[luck_.below(ids_.size())];
    constexpr std::array actions{campaign_action::start, campaign_action::start, campaign_action::pause,
      campaign_action::pause, campaign_action::pause, campaign_action::resume, campaign_action::resume,
      campaign_action::resume, campaign_action::stop};
    const auto action = actions.at(luck_.below(actions.size()));
    if (action != campaign_action::stop || luck_.percent(20))
      command(id, action);
  } else if (dice < 55 && !ids_.empty()) {
    remove(ids_[luck_.below(ids_.size())]);
  } else if (dice < 60) {
    worsen();
  } else if (dice < 68) {
    break_disk();
  } else if (dice < 72) {
    throw killed{};
  }
  const auto pace = luck_.below(100);
  if (pace < 50)
    handle(luck_.below(40));
  else if (pace < 80)
    pass(luck_.between(0ms, 2s));
  else if (pace < 95)
    pass(luck_.between(0s, 60s));
  else
    pass(luck_.between(0s, 10min));
}

/// With network and disk in order, every campaign comes to its end.
bool life::finish() {
  const auto over = [this] {
    return std::all_of(ids_.begin(), ids_.end(), [this](const std::string& id) {
      const auto view = world_->engine().find(default_workspace, campaign_id::parse(id).value());
      return view && is_final(view->state.status) && view->state.counters.in_progress == 0;
    });
  };
  for (int hour = 0; hour < 24; ++hour) {
    for (const auto& id : ids_) {
      const auto status = world_->engine().find(default_workspace, campaign_id::parse(id).value())->state.status;
      if (status == campaign_status::paused)
        command(id, campaign_action::resume);
      else if (status == campaign_status::scheduled)
        command(id, campaign_action::start);
    }
    pass(1h);
    if (over())
      return true;
  }
  return false;
}

verdict life::go() {
  try {
    world_ = std::make_unique<world>(options());
    watch_disk();
    worsen();
    survive([this] {
      create();
      handle();
    });
    const auto steps = 20 + luck_.below(60);
    for (std::uint64_t n = 0; n < steps && books_.fault().empty(); ++n)
      survive([this] { act(); });
    heal();
    bool ended = false;
    survive([&] { ended = finish(); });
    // The last look is at what a new start would find.
    if (books_.fault().empty()) {
      counted_.attempts_taken_back += gateway_->counters().not_placed;
      restart_by(true);
      if (!ended)
        books_.blame("with everything in order again, the campaigns do not come to their end");
      books_.settle_accounts(world_->store(), *network_, fences_);
    }
  } catch (const std::exception& e) {
    books_.blame(e.what());
  }
  network_->attach(nullptr);
  world_.reset();
  counted_.runs = 1;
  return {books_.fault(), counted_};
}

} // namespace

tally& tally::operator+=(const tally& other) {
  runs += other.runs;
  placed += other.placed;
  attempts_taken_back += other.attempts_taken_back;
  lookups += other.lookups;
  crashes += other.crashes;
  crashes_at_commit += other.crashes_at_commit;
  writes_refused += other.writes_refused;
  writes_unclear += other.writes_unclear;
  pauses += other.pauses;
  removals += other.removals;
  messages += other.messages;
  return *this;
}

verdict run(std::uint64_t seed, bool story) { return life{seed, story}.go(); }

} // namespace redial::simulation
