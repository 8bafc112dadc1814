// What a provider says by itself, and when it is told that it was heard.
#include "telephony/http/gateway_core.hpp"
#include "telephony/http/signature.hpp"

namespace redial::telephony {

namespace {

using namespace std::chrono_literals;

/// How long a callback waits for what follows from it to be committed.
constexpr milliseconds commit_time = 8s;

} // namespace

void gateway_core::take_callback(std::string_view signature, std::string_view body, done_function done) {
  const presence here{door_};
  if (door_.closed()) {
    done(problem{error_code::unavailable, "redial is stopping", {}});
    return;
  }
  const auto now = time_.now();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (auto checked = check_signature(signature, options_.secret, seconds, body); !checked) {
    counters_.callbacks_refused.fetch_add(1, std::memory_order_relaxed);
    done(std::move(checked));
    return;
  }
  const auto event = read_callback(body, now);
  if (!event) {
    counters_.callbacks_refused.fetch_add(1, std::memory_order_relaxed);
    done(event.error());
    return;
  }

  shared_listener listener;
  std::optional<call_news> news;
  bool last = false;
  {
    auto& home = shard_of(event->attempt);
    std::lock_guard lock{home.mutex};
    if (const auto found = home.calls.find(event->attempt);
        found != home.calls.end() && event->what != provider_event::kind::other) {
      auto& call = found->second;
      listener = call.listener;
      news = apply(call, *event);
      last = call.over();
    }
  }
  (listener ? counters_.callbacks : counters_.callbacks_unmatched).fetch_add(1, std::memory_order_relaxed);
  if (!news) {
    done({});
    return;
  }
  auto answer = owe(std::move(done));
  tell(listener, std::move(*news),
    receipt{[self = shared_from_this(), answer = std::move(answer), id = event->attempt, last](bool confirmed) {
      if (confirmed && last)
        self->forget(id);
      if (confirmed)
        answer->give({});
      else
        answer->give(problem{error_code::unavailable, "it could not be committed; send it again", {}});
    }});
}

std::optional<call_news> gateway_core::apply(live_call& call, const provider_event& event) {
  using enum provider_event::kind;
  const bool known = call.placed;
  if (event.what != other)
    set_placed(call);
  switch (event.what) {
  case progress: return known ? std::nullopt : std::optional<call_news>{call_placed{}};
  case answered: return call_answered{event.at};
  case result:
    call.result_heard = true;
    call.result_awaited = false;
    if (call.over())
      call.asked = 0;
    return call_disposition{event.disposition, event.at};
  case completed: {
    const bool follows = event.outcome == call_outcome::answered && event.disposition.empty() && !call.result_heard;
    set_ended(call);
    call.result_awaited = follows;
    if (!follows || !call.catching_up)
      call.asked = 0;
    return call_ended{event.outcome, event.disposition, event.at, follows};
  }
  case other: break;
  }
  return std::nullopt;
}

std::shared_ptr<owed_answer> gateway_core::owe(done_function done) {
  auto answer = std::make_shared<owed_answer>(std::move(done));
  bool arms = false;
  {
    std::lock_guard lock{owed_mutex_};
    while (!owed_.empty() && owed_.front().second->given())
      owed_.pop_front();
    owed_.emplace_back(time_.now() + commit_time, answer);
    arms = !std::exchange(owed_timer_, true);
  }
  if (arms)
    after(commit_time, [](gateway_core& core) { core.give_up_late_answers(); });
  return answer;
}

void gateway_core::give_up_late_answers() {
  const auto now = time_.now();
  std::vector<std::shared_ptr<owed_answer>> late;
  milliseconds next{};
  {
    std::lock_guard lock{owed_mutex_};
    while (!owed_.empty() && (owed_.front().first <= now || owed_.front().second->given())) {
      late.push_back(std::move(owed_.front().second));
      owed_.pop_front();
    }
    owed_timer_ = !owed_.empty();
    if (owed_timer_)
      next = owed_.front().first - now;
  }
  if (next > 0ms)
    after(next, [](gateway_core& core) { core.give_up_late_answers(); });
  for (const auto& answer : late)
    answer->give(problem{error_code::unavailable, "it was not committed in time; send it again", {}});
}

void gateway_core::forget(call_id id) {
  shared_listener dropped; // may hold what calls back when it goes
  auto& home = shard_of(id);
  std::lock_guard lock{home.mutex};
  // A look-up may have begun it anew for another listener meanwhile.
  if (const auto found = home.calls.find(id); found != home.calls.end() && found->second.over())
    dropped = remove(home, found);
}

} // namespace redial::telephony
