#include "tests/simulation/run.hpp"

#include "persistence/dnc_records.hpp"
#include "tests/simulation/life.hpp"

#include <algorithm>
#include <stdexcept>

namespace redial::simulation {

using namespace std::chrono_literals;

namespace {

/// After so many messages within one run something turns in circles.
constexpr std::uint64_t most_messages = 2'000'000;

} // namespace

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
    network_->on_heard = [this](const placement& call) { heard(call); };
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
  const auto view = world_->context().board.find(campaign_id::parse(id).value());
  if (!view)
    return books_.blame(id + ": a call is placed for a campaign that nobody knows");
  const auto number = world_->store().find_contact(view->number, to);
  if (!number || !*number)
    return books_.blame(id + " " + to.to_string() + ": is called and not on the list");
  const auto contact = world_->store().load_contact(view->number, **number);
  if (!contact || !contact->state.call || contact->state.call->id != attempt)
    return books_.blame(id + " " + to.to_string() + ": a call leaves before its record is on disk");
  books_.blame(id + " " + to.to_string() + ": ", books_.do_not_call.posted(to, contact->state.call->started_at));
}

/// News of `call` that says `dnd` was answered 2xx. If it counts as the contact's disposition, the number is on the
/// list.
void life::heard(const placement& call) {
  if (die_ || !world_)
    return;
  const auto view = world_->context().board.find(campaign_id::parse(call.campaign).value());
  const auto number = view ? world_->store().find_contact(view->number, call.to).value() : std::nullopt;
  if (!number)
    return;
  const auto contact = world_->store().load_contact(view->number, *number).value();
  const auto& open = contact.state.call;
  const bool counts = open ? open->id == call.attempt_id && open->disposition == disposition::do_not_call
                           : contact.state.disposition == disposition::do_not_call && !contact.calls.empty()
                               && contact.calls.back().id == call.attempt_id;
  if (!counts || !heard_.insert(call.attempt_id).second)
    return;
  log("asked not to be called", call.campaign + " " + call.to.to_string());
  ++counted_.asked_off;
  books_.do_not_call.said(call.to, call.at, time_->now());
}

/// What is asked before every dial must be what is stored, when nothing is under way.
void life::compare_lists() {
  std::map<phone, std::optional<time_point>> stored;
  const auto scanned =
    persistence::scan_dnc(world_->store(), [&](auto, persistence::dnc_origin origin, const dnc_entry& entry) {
      auto& ends = stored.try_emplace(entry.phone, entry.expires_at).first->second;
      if (origin == persistence::dnc_origin::said)
        ends.reset();
    });
  if (!scanned)
    return books_.blame(scanned.error().detail);
  const auto list = world_->context().dnc.of(default_workspace);
  for (const auto& [who, ends] : stored) {
    if (list->forbids(who, time_->now()) != in_force(ends, time_->now()))
      books_.blame(who.to_string() + ": the do-not-call list in memory is not the one that is stored");
  }
  if (list->size() != stored.size())
    books_.blame("the do-not-call list in memory has another length than the one that is stored");
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
  for (const auto& view : world_->store().campaigns()) {
    const auto& definition = *view->state.definition;
    if (unanswered_.contains(definition.name))
      learn(definition.name, definition.id.to_string());
  }
  unanswered_.clear();
  books_.blame({}, books_.do_not_call.lost(world_->store(), time_->now()));
  books_.lost(world_->store());
  books_.compare(world_->store(), time_->now());
  compare_lists();
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

/// With network and disk in order, every campaign and every one-off call comes to its end.
bool life::finish() {
  const auto over = [this] {
    const auto all = world_->store().campaigns();
    return std::all_of(all.begin(), all.end(), [](const campaign_view_ptr& view) {
      return is_final(view->state.status) && view->state.counters.in_progress == 0;
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
    compare_lists();
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
      books_.settle_accounts(world_->store(), *network_, fences_, time_->now());
    }
  } catch (const std::exception& e) {
    books_.blame(e.what());
  }
  network_->attach(nullptr);
  world_.reset();
  counted_.runs = 1;
  return {books_.fault(), counted_};
}

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
  listed += other.listed;
  taken_off += other.taken_off;
  asked_off += other.asked_off;
  additions += other.additions;
  one_offs += other.one_offs;
  messages += other.messages;
  return *this;
}

verdict run(std::uint64_t seed, bool story) { return life{seed, story}.go(); }

} // namespace redial::simulation
