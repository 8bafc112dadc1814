#include "actors/campaign_class.hpp"
#include "actors/timer_message.hpp"

#include <algorithm>
#include <utility>

namespace redial::actors {

namespace {

/// So many lines are asked for at most at once.
constexpr std::uint64_t max_wanted = 1U << 20U;

} // namespace

void campaign::settle() {
  if (failed_)
    return;
  settle_time();
  flush();
  answer_pending();
  settle_lines();
  settle_timer();
  show({queue_.ready_count(), queue_.waiting_count(), live_.size()});
  settle_end();
}

void campaign::settle_time() {
  const auto now = context_.time.now();
  give_up_results(now);
  while (auto due = decide_by_time(state_, now))
    record(*due);
  ripen(now);
  if (is_final(state_.status) && !swept_) {
    swept_ = true;
    refuse_additions();
    queue_.clear();
    for (auto it = live_.begin(); it != live_.end();) {
      if (it->second.state.status == contact_status::in_progress) {
        ++it;
        continue;
      }
      end_short_wait(it->second);
      caf::anon_send(it->second.actor, contact_retire{});
      it = live_.erase(it);
    }
  }
}

/// @returns how many contacts are pending, but for those that have to wait before they are called again, and those
/// whose joining the list is not committed yet.
std::uint64_t campaign::listed_pending() const {
  const auto pending = state_.counters.pending;
  const auto unlisted = addition_ && addition_->listed_by != 0 ? contacts_.claimed() : 0;
  return pending - std::min<std::uint64_t>(pending, queue_.given_back_count() + unlisted);
}

void campaign::settle_lines() {
  std::uint64_t want = 0;
  if (may_dial_now() && !has_much_to_write())
    want = std::min(queue_.ready_count() + listed_pending(), max_wanted);
  const bool credit_changed =
    lines_ended_ > 0 || lines_unused_ > 0 || lines_adopted_ > 0 || lines_taken_back_ > 0 || lines_refused_ > 0;
  const bool demand_changed = want < lines_wanted_ || (want > 0 && lines_wanted_ == 0);
  if (!credit_changed && !demand_changed)
    return;
  caf::anon_send(
    links_.lines, lines_update{number_, caf::actor_cast<caf::actor>(this), lines_ended_, lines_unused_, lines_adopted_,
                    lines_taken_back_, lines_refused_, retry_after_, static_cast<std::uint32_t>(want)});
  lines_ended_ = lines_unused_ = lines_adopted_ = lines_taken_back_ = lines_refused_ = 0;
  retry_after_ = {};
  lines_wanted_ = want;
}

void campaign::settle_timer() {
  auto due = next_due(state_, context_.time.now());
  if (state_.status == campaign_status::running) {
    if (auto retry = queue_.next_due(); retry && (!due || *retry < *due))
      due = retry;
  }
  const auto also = [&due](time_point instant) { due = due ? std::min(*due, instant) : instant; };
  if (!results_.empty())
    also(results_.front().first);
  if (!pending_.empty() && !fence_.cleared(pending_.front().generation))
    also(pending_.front().give_up_at);
  if (due && (!armed_ || *due < *armed_)) {
    armed_ = due;
    arm_tick(context_.timers, *due, this);
  }
}

void campaign::settle_end() {
  const bool quiet = state_.counters.in_progress == 0 && buffer_.empty() && !append_under_way_ && pending_.empty();
  if (!quiet)
    return;
  for (const auto& each : std::exchange(idle_, {}))
    caf::anon_send(each, contact_retire{});
  if (draining_ && !drain_told_) {
    drain_told_ = true;
    caf::anon_send(links_.registry, campaign_drained{number_});
  }
  if (is_final(state_.status) && !end_told_ && !addition_) {
    end_told_ = true;
    caf::anon_send(links_.registry, campaign_finished{state_.definition->id});
  }
}

} // namespace redial::actors
