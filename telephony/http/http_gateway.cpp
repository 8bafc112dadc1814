#include "telephony/http/http_gateway.hpp"

#include "telephony/http/gateway_core.hpp"
#include "telephony/http/signature.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace redial::telephony {

namespace {

using namespace std::chrono_literals;

constexpr milliseconds sweep_interval = 10s;
/// How long after its longest possible life a call may go without an end, or after its end without its disposition.
constexpr milliseconds margin = 30s;
/// A provider that refuses redial itself is asked no sooner than this.
constexpr milliseconds misconfiguration_pause = 30s;
constexpr milliseconds default_pause = 1s;

/// What the answer to a POST says.
enum class verdict { placed, not_placed, misconfigured, refused, uncertain };

verdict judge(const http_outcome& outcome) {
  const auto* answer = std::get_if<http_answer>(&outcome);
  if (!answer)
    return std::get<http_failure>(outcome) == http_failure::never_sent ? verdict::not_placed : verdict::uncertain;
  switch (answer->status) {
  // Of redial and its settings, not of the contact: nobody's attempt is to be burnt by a wrong secret.
  case 401:
  case 403:
  case 404:
  case 405: return verdict::misconfigured;
  case 429:
  case 503: return verdict::not_placed;
  case 408:
  case 409: // a key that it refuses for ever, or one of its own that clashes: the look-up tells
  case 425: return verdict::uncertain;
  default: break;
  }
  if (answer->status / 100 == 2)
    return read_placed(answer->body) ? verdict::placed : verdict::uncertain;
  return answer->status / 100 == 4 ? verdict::refused : verdict::uncertain;
}

/// How long the provider wants to be left alone where it answered that it did not place the call.
milliseconds pause_of(const http_answer& answer) {
  return answer.retry_after > 0ms ? std::min(answer.retry_after, longest_heeded) : default_pause;
}

} // namespace

gateway_core::gateway_core(
  http_gateway_options options, http_transport& transport, const clock& time, timing::timer_service& timers)
  : options_{std::move(options)}, terms_{options_.callback_url, options_.from, options_.ring_timeout,
                                    options_.max_duration},
    transport_{transport}, time_{time}, timers_{timers} {}

gateway_core::live_call& gateway_core::enter(shard& home, call_id id, call_listener listener) {
  auto& call = home.calls[id];
  call.listener = std::make_shared<const call_listener>(std::move(listener));
  call.due = time_.now() + options_.ring_timeout + options_.max_duration + margin;
  entered_.fetch_add(1);
  in_flight_.fetch_add(1, std::memory_order_relaxed);
  return call;
}

gateway_core::shared_listener gateway_core::remove(shard& home, std::unordered_map<call_id, live_call>::iterator at) {
  auto listener = std::move(at->second.listener);
  if (!at->second.ended)
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
  home.calls.erase(at);
  entered_.fetch_sub(1);
  return listener;
}

void gateway_core::set_placed(live_call& call) {
  if (std::exchange(call.placed, true))
    return;
  counters_.placed.fetch_add(1, std::memory_order_relaxed);
  // What was asked is answered; but a listener that knows nothing yet has to hear what came before, too.
  if (!call.catching_up)
    call.asked = 0;
}

void gateway_core::set_ended(live_call& call) {
  if (std::exchange(call.ended, true))
    return;
  in_flight_.fetch_sub(1, std::memory_order_relaxed);
  call.due = time_.now() + options_.result_timeout + margin;
}

void gateway_core::tell(const telling& what) const {
  for (const auto& piece : what.news)
    tell(what.to, piece);
}

void gateway_core::tell(const shared_listener& to, call_news news, receipt of) const {
  if (!door_.closed())
    (*to)(std::move(news), std::move(of));
}

void gateway_core::log(std::string sentence) const {
  if (options_.log)
    options_.log(std::move(sentence));
}

std::string gateway_core::signed_now(std::string_view body) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(time_.now()).time_since_epoch().count();
  return sign(options_.secret, now, body);
}

void gateway_core::after(milliseconds wait, std::function<void(gateway_core&)> step) {
  timers_.arm(time_.now() + wait, [self = shared_from_this(), step = std::move(step)] {
    const presence here{self->door_};
    if (!self->door_.closed())
      step(*self);
  });
}

void gateway_core::place(const call_request& request, call_listener listener) {
  const presence here{door_};
  if (door_.closed())
    return;
  circuit_breaker::pass passed;
  milliseconds refused{0};
  {
    auto& home = shard_of(request.id);
    std::lock_guard lock{home.mutex};
    if (home.calls.contains(request.id))
      return;
    const auto asked = breaker_.ask(time_.now());
    if (const auto* wait = std::get_if<milliseconds>(&asked)) {
      refused = *wait;
    } else {
      passed = std::get<circuit_breaker::pass>(asked);
      enter(home, request.id, std::move(listener)).posting = true;
    }
  }
  if (refused > 0ms) {
    counters_.not_placed.fetch_add(1, std::memory_order_relaxed);
    listener(call_not_placed{refused}, {});
    return;
  }
  keep_sweeping();
  http_request post;
  post.method = http_request::verb::post;
  post.target = "/calls";
  post.idempotency_key = request.id.to_string();
  post.body = place_body(request, terms_);
  post.signature = signed_now(post.body);
  transport_.send(std::move(post), [self = shared_from_this(), id = request.id, passed](
                                     const http_outcome& outcome) { self->posted(id, passed, outcome); });
}

void gateway_core::posted(call_id id, circuit_breaker::pass of, const http_outcome& outcome) {
  const presence here{door_};
  if (door_.closed())
    return;
  const auto now = time_.now();
  const auto* answer = std::get_if<http_answer>(&outcome);
  auto pause = answer ? pause_of(*answer) : default_pause;
  if (!answer && std::get<http_failure>(outcome) == http_failure::never_sent)
    pause = breaker_.failed(of, now);
  else
    breaker_.reached(of);

  auto what = judge(outcome);
  telling owed;
  std::uint64_t to_ask = 0;
  bool contradicted = false;
  {
    auto& home = shard_of(id);
    std::lock_guard lock{home.mutex};
    const auto found = home.calls.find(id);
    if (found == home.calls.end() || !std::exchange(found->second.posting, false))
      return; // ended by callbacks meanwhile
    auto& call = found->second;
    if (call.placed) {
      // Callbacks were faster, and tell more than the answer could.
      contradicted = what != verdict::placed && what != verdict::uncertain;
    } else if (what == verdict::placed) {
      set_placed(call);
      owed = {call.listener, {call_placed{}}, false, false};
    } else if (what == verdict::uncertain) {
      to_ask = begin_asking(call);
    } else if (what == verdict::refused) {
      owed = {remove(home, found), {call_ended{call_outcome::network_error, {}, now, false}}, false, false};
    } else {
      if (what == verdict::misconfigured)
        pause = misconfiguration_pause;
      owed = {remove(home, found), {call_not_placed{pause}}, false, false};
    }
  }
  if (contradicted) {
    log("the provider refused call " + id.to_string() + ", of which it had sent callbacks; they are believed");
    return;
  }
  switch (what) {
  case verdict::placed: break;
  case verdict::uncertain:
    if (to_ask == 0)
      break; // settled by callbacks
    counters_.uncertain.fetch_add(1, std::memory_order_relaxed);
    after(default_pause, [id, to_ask](gateway_core& core) { core.ask(id, to_ask); });
    break;
  case verdict::refused:
    counters_.refused.fetch_add(1, std::memory_order_relaxed);
    log("the provider refused call " + id.to_string() + " with " + std::to_string(answer->status) + ": "
        + error_detail(answer->body));
    break;
  case verdict::misconfigured:
    // One sentence each time that it has happened twice as often: it goes on until somebody mends it.
    if (std::has_single_bit(counters_.misconfigured.fetch_add(1, std::memory_order_relaxed) + 1))
      log("the provider answered " + std::to_string(answer->status)
          + " to POST /calls: check gateway.http.base_url and gateway.http.secret; nothing was dialed: "
          + error_detail(answer->body));
    [[fallthrough]];
  case verdict::not_placed: counters_.not_placed.fetch_add(1, std::memory_order_relaxed); break;
  }
  tell(owed);
}

void gateway_core::keep_sweeping() {
  if (entered_.load() > 0 && !sweeping_.exchange(true))
    after(sweep_interval, [](gateway_core& core) { core.sweep(); });
}

void gateway_core::sweep() {
  const auto now = time_.now();
  std::vector<std::pair<call_id, std::uint64_t>> overdue;
  std::vector<shared_listener> dropped; // listeners may hold what calls back when it goes
  for (auto& home : shards_) {
    std::lock_guard lock{home.mutex};
    for (auto at = home.calls.begin(); at != home.calls.end();) {
      const auto current = at++;
      auto& call = current->second;
      if (now < call.due || call.posting || call.asked != 0)
        continue;
      if (call.ended) {
        dropped.push_back(remove(home, current));
      } else {
        overdue.emplace_back(current->first, begin_asking(call));
        call.overdue = true;
      }
    }
  }
  counters_.overdue.fetch_add(overdue.size(), std::memory_order_relaxed);
  for (const auto& [id, number] : overdue)
    ask(id, number);
  sweeping_ = false;
  keep_sweeping();
}

void gateway_core::shut_down() {
  door_.close();
  for (auto& home : shards_) {
    std::unordered_map<call_id, live_call> dropped; // listeners may hold what calls back when it goes
    std::lock_guard lock{home.mutex};
    std::swap(dropped, home.calls);
  }
  in_flight_ = 0;
  entered_ = 0;
  decltype(owed_) owed;
  {
    std::lock_guard lock{owed_mutex_};
    std::swap(owed, owed_);
  }
  for (const auto& [due, answer] : owed)
    answer->give(problem{error_code::unavailable, "redial is stopping", {}});
}

namespace {

class http_gateway_handle final : public http_gateway {
public:
  explicit http_gateway_handle(std::shared_ptr<gateway_core> core) : core_{std::move(core)} {}
  ~http_gateway_handle() override { core_->shut_down(); }
  http_gateway_handle(const http_gateway_handle&) = delete;
  http_gateway_handle& operator=(const http_gateway_handle&) = delete;

  void place(call_request request, call_listener listener) override { core_->place(request, std::move(listener)); }
  void look_up(call_id id, call_listener listener) override { core_->look_up(id, std::move(listener)); }
  std::size_t in_flight() const override { return core_->in_flight(); }
  void shut_down() override { core_->shut_down(); }
  void take_callback(
    std::string_view signature, std::string_view body, std::function<void(result<void>)> done) override {
    core_->take_callback(signature, body, std::move(done));
  }
  const http_gateway_counters& counters() const noexcept override { return core_->counters(); }

private:
  std::shared_ptr<gateway_core> core_; // shared with the timers and requests under way, which nobody can cancel
};

} // namespace

std::unique_ptr<http_gateway> make_http_gateway(
  http_gateway_options options, http_transport& transport, const clock& time, timing::timer_service& timers) {
  if (options.secret.empty())
    throw std::invalid_argument("http gateway: the secret is empty");
  return std::make_unique<http_gateway_handle>(
    std::make_shared<gateway_core>(std::move(options), transport, time, timers));
}

} // namespace redial::telephony
