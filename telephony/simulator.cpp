#include "telephony/simulator.hpp"

#include "telephony/presence.hpp"
#include "telephony/recent_ids.hpp"

#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace redial::telephony {

namespace {

/// Listeners are told outside of every lock, as they may call back. What keeps their news in order is that each step of
/// a call is armed only when the one before has been told; what keeps them silent after `shut_down` is `door_`.
class network : public std::enable_shared_from_this<network> {
public:
  network(simulator_options options, const clock& time, timing::timer_service& timers)
    : options_{std::move(options)}, time_{time}, timers_{timers} {}

  void place(const call_request& request, const call_listener& listener);
  void look_up(call_id id, const call_listener& listener);
  std::size_t in_flight() const noexcept { return in_flight_.load(std::memory_order_relaxed); }
  void shut_down();

private:
  /// What a call's plan is worked out from, whenever it is needed: a hundred thousand plans take more than that.
  struct live_call {
    phone number;
    std::uint8_t attempt = 1;
    time_point placed_at;
    call_listener listener;
  };

  struct ended_call {
    phone number;
    std::uint8_t attempt = 1;
    time_point at;
  };

  static constexpr std::size_t shard_count = 16;
  /// Ids are random, so the shards fill evenly: an eighth more than an equal share is 8 standard deviations.
  static constexpr std::size_t shard_memory = simulator_memory / shard_count * 9 / 8;

  struct nothing {};
  struct alignas(64) shard {
    std::mutex mutex;
    std::unordered_map<call_id, live_call> live;
    recent_ids<ended_call> ended{shard_memory};
    recent_ids<nothing> given_up{shard_memory};

    bool knows(call_id id) const { return live.contains(id) || ended.find(id) || given_up.find(id); }
  };

  template <class Call>
  call_plan plan_of(const Call& call) const {
    return plan_call(options_, call.number, call.attempt);
  }

  shard& shard_of(call_id id) noexcept { return shards_[std::hash<call_id>{}(id) % shard_count]; }

  void tell(const call_listener& listener, call_news news) const {
    if (!door_.closed())
      listener(std::move(news), {});
  }
  /// Tells the end of a call, and its answer first where that has not been told.
  void tell_end(const call_listener& listener, const call_plan& plan, time_point placed_at, bool answer_told) const;
  /// Places a call that takes time.
  void begin(const call_request& request, const call_plan& plan, const call_listener& listener);
  /// Places a call that takes none.
  void pass(const call_request& request, const call_plan& plan, const call_listener& listener);
  void arm(time_point due, call_id id, void (network::*step)(call_id));
  void ring_over(call_id id);
  void talk_over(call_id id) { finish(id, true); }
  void finish(call_id id, bool answer_told);

  const simulator_options options_;
  const clock& time_;
  timing::timer_service& timers_;
  std::array<shard, shard_count> shards_;
  std::atomic<std::size_t> in_flight_{0};
  door door_;
};

void network::place(const call_request& request, const call_listener& listener) {
  const presence here{door_};
  if (door_.closed())
    return;
  const auto plan = plan_call(options_, request.contact->phone, request.attempt);
  if (plan.ring.count() > 0 || plan.talk.count() > 0)
    begin(request, plan, listener);
  else
    pass(request, plan, listener);
}

void network::begin(const call_request& request, const call_plan& plan, const call_listener& listener) {
  const auto placed_at = time_.now();
  {
    auto& home = shard_of(request.id);
    std::lock_guard lock{home.mutex};
    if (home.knows(request.id))
      return;
    home.live.emplace(request.id, live_call{request.contact->phone, request.attempt, placed_at, listener});
    in_flight_.fetch_add(1, std::memory_order_relaxed);
  }
  tell(listener, call_placed{});
  if (plan.ring.count() > 0)
    arm(placed_at + plan.ring, request.id, &network::ring_over);
  else
    ring_over(request.id);
}

void network::pass(const call_request& request, const call_plan& plan, const call_listener& listener) {
  const auto placed_at = time_.now();
  {
    auto& home = shard_of(request.id);
    std::lock_guard lock{home.mutex};
    if (home.knows(request.id))
      return;
    home.ended.put(request.id, ended_call{request.contact->phone, request.attempt, placed_at});
  }
  tell(listener, call_placed{});
  tell_end(listener, plan, placed_at, true);
}

void network::arm(time_point due, call_id id, void (network::*step)(call_id)) {
  timers_.arm(due, [self = shared_from_this(), id, step] {
    const presence here{self->door_};
    if (!self->door_.closed())
      ((*self).*step)(id);
  });
}

void network::ring_over(call_id id) {
  live_call call;
  {
    auto& home = shard_of(id);
    std::lock_guard lock{home.mutex};
    const auto found = home.live.find(id);
    if (found == home.live.end())
      return; // shut down meanwhile, from within its own listener
    call = found->second;
  }
  const auto plan = plan_of(call);
  if (plan.talk.count() == 0) {
    finish(id, false);
    return;
  }
  const auto answered_at = call.placed_at + plan.ring;
  tell(call.listener, call_answered{answered_at});
  arm(answered_at + plan.talk, id, &network::talk_over);
}

void network::finish(call_id id, bool answer_told) {
  live_call call;
  call_plan plan;
  {
    auto& home = shard_of(id);
    std::lock_guard lock{home.mutex};
    auto node = home.live.extract(id);
    if (node.empty())
      return;
    call = std::move(node.mapped());
    plan = plan_of(call);
    home.ended.put(id, ended_call{call.number, call.attempt, call.placed_at + plan.ring + plan.talk});
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
  }
  tell_end(call.listener, plan, call.placed_at, answer_told);
}

void network::tell_end(
  const call_listener& listener, const call_plan& plan, time_point placed_at, bool answer_told) const {
  if (plan.outcome == call_outcome::answered && !answer_told)
    tell(listener, call_answered{placed_at + plan.ring});
  tell(listener, call_ended{plan.outcome, plan.disposition, placed_at + plan.ring + plan.talk});
}

void network::look_up(call_id id, const call_listener& listener) {
  const presence here{door_};
  if (door_.closed())
    return;
  bool running = false;
  std::optional<ended_call> ended;
  {
    auto& home = shard_of(id);
    std::lock_guard lock{home.mutex};
    if (const auto found = home.live.find(id); found != home.live.end()) {
      found->second.listener = listener;
      running = true;
    } else if (const auto* record = home.ended.find(id)) {
      ended = *record;
    } else {
      home.given_up.put(id, {});
    }
  }
  if (running) {
    tell(listener, call_placed{});
  } else if (ended) {
    auto plan = plan_of(*ended);
    tell(listener, call_ended{plan.outcome, std::move(plan.disposition), ended->at});
  } else {
    tell(listener, call_ended{call_outcome::unknown, {}, time_.now()});
  }
}

void network::shut_down() {
  door_.close();
  for (auto& s : shards_) {
    std::unordered_map<call_id, live_call> dropped; // listeners may hold what calls back when it goes
    std::lock_guard lock{s.mutex};
    std::swap(dropped, s.live);
    in_flight_.fetch_sub(dropped.size(), std::memory_order_relaxed);
  }
}

class simulator final : public call_gateway {
public:
  explicit simulator(std::shared_ptr<network> of) : network_{std::move(of)} {}
  ~simulator() override { network_->shut_down(); }
  simulator(const simulator&) = delete;
  simulator& operator=(const simulator&) = delete;

  void place(call_request request, call_listener listener) override { network_->place(request, listener); }
  void look_up(call_id id, call_listener listener) override { network_->look_up(id, listener); }
  std::size_t in_flight() const override { return network_->in_flight(); }
  void shut_down() override { network_->shut_down(); }

private:
  std::shared_ptr<network> network_; // shared with the timers that are armed, which nobody can cancel
};

} // namespace

std::unique_ptr<call_gateway> make_simulator(
  simulator_options options, const clock& time, timing::timer_service& timers) {
  if (const auto fault = fault_of(options))
    throw std::invalid_argument("simulator: " + *fault);
  return std::make_unique<simulator>(std::make_shared<network>(std::move(options), time, timers));
}

} // namespace redial::telephony
