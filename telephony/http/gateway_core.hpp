/// What `http_gateway` is made of: the calls in progress and what moves them.
#pragma once

#include "telephony/http/circuit_breaker.hpp"
#include "telephony/http/http_gateway.hpp"
#include "telephony/http/owed_answer.hpp"
#include "telephony/http/protocol.hpp"
#include "telephony/presence.hpp"

#include <array>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace redial::telephony {

/// The longest Retry-After that is heeded: lines stand still, or are held, meanwhile.
inline constexpr milliseconds longest_heeded{300'000};

/// Listeners and `done`s are told outside of every lock, as they may call back; what keeps them silent after
/// `shut_down` is `door_`. Whatever waits (timers, requests, receipts) holds the core and a call's id, never a call:
/// what it finds under that id when it comes decides. Thread-safe.
class gateway_core : public std::enable_shared_from_this<gateway_core> {
public:
  using done_function = std::function<void(result<void>)>;

  gateway_core(
    http_gateway_options options, http_transport& transport, const clock& time, timing::timer_service& timers);

  void place(const call_request& request, call_listener listener);
  void look_up(call_id id, call_listener listener);
  void take_callback(std::string_view signature, std::string_view body, done_function done);
  std::size_t in_flight() const noexcept { return in_flight_.load(std::memory_order_relaxed); }
  void shut_down();
  const http_gateway_counters& counters() const noexcept { return counters_; }

private:
  using shared_listener = std::shared_ptr<const call_listener>;

  struct live_call {
    shared_listener listener;
    time_point due;          ///< when it is looked up for want of an end, or forgotten if it has ended
    std::uint64_t asked = 0; ///< number of the look-up under way; 0 if none is
    std::uint8_t tries = 0;  ///< look-ups in a row that brought no answer
    std::uint8_t cancels = 0;
    bool posting = false;     ///< the POST has not been answered
    bool placed = false;      ///< known to have been placed
    bool catching_up = false; ///< the look-up under way is for a listener that knows nothing yet
    bool overdue = false;     ///< the look-up under way is for want of an end
    bool result_heard = false;
    bool ended = false;
    bool result_awaited = false; ///< ended, and its disposition may follow

    /// Its last news has been told.
    bool over() const noexcept { return ended && !result_awaited; }
  };

  static constexpr std::size_t shard_count = 16;
  struct alignas(64) shard {
    std::mutex mutex;
    std::unordered_map<call_id, live_call> calls;
  };

  /// News that was made under a lock, to be told outside.
  struct telling {
    shared_listener to;
    std::vector<call_news> news;
    bool cancels = false;  ///< the call is to be cancelled
    bool given_up = false; ///< the call outlived its cancellations
  };

  // http_gateway.cpp: the table, placing, overdue calls
  shard& shard_of(call_id id) noexcept { return shards_[std::hash<call_id>{}(id) % shard_count]; }
  /// Enters a call that is not there. Under the lock of `home`.
  live_call& enter(shard& home, call_id id, call_listener listener);
  /// Takes a call out. Under the lock of `home`. @returns its listener.
  shared_listener remove(shard& home, std::unordered_map<call_id, live_call>::iterator at);
  void set_ended(live_call& call);
  void set_placed(live_call& call);
  void tell(const telling& what) const;
  void tell(const shared_listener& to, call_news news, receipt of = {}) const;
  void log(std::string sentence) const;
  std::string signed_now(std::string_view body) const;
  /// Runs `step` on the timer thread, unless shut down by then.
  void after(milliseconds wait, std::function<void(gateway_core&)> step);
  void posted(call_id id, circuit_breaker::pass of, const http_outcome& outcome);
  void keep_sweeping();
  void sweep();

  // lookup.cpp: asking until the provider answers
  /// Begins to look a call up. Under its shard's lock. @returns what to give to `ask`.
  std::uint64_t begin_asking(live_call& call);
  void ask(call_id id, std::uint64_t number);
  void heard_answer(call_id id, std::uint64_t number, const http_outcome& outcome);
  void ask_again(call_id id, live_call& call, milliseconds at_least);
  /// What an answer means for its call. Under the lock of `home`.
  telling take_answer(shard& home, std::unordered_map<call_id, live_call>::iterator at, const looked_up& answer);
  telling take_absence(shard& home, std::unordered_map<call_id, live_call>::iterator at);
  void cancel(const std::string& provider_id);

  // callbacks.cpp: what the provider says by itself
  /// Moves a call by an event. Under its shard's lock. @returns what its listener is to hear, if anything.
  std::optional<call_news> apply(live_call& call, const provider_event& event);
  std::shared_ptr<owed_answer> owe(done_function done);
  void give_up_late_answers();
  /// What followed from a call's last news is committed.
  void forget(call_id id);

  const http_gateway_options options_;
  const call_terms terms_;
  http_transport& transport_;
  const clock& time_;
  timing::timer_service& timers_;
  http_gateway_counters counters_;
  circuit_breaker breaker_;
  door door_;
  std::array<shard, shard_count> shards_;
  std::atomic<std::size_t> in_flight_{0};
  std::atomic<std::size_t> entered_{0}; ///< calls in the table, those included that have ended
  std::atomic<bool> sweeping_{false};
  std::atomic<std::uint64_t> last_number_{0};

  std::mutex owed_mutex_;
  std::deque<std::pair<time_point, std::shared_ptr<owed_answer>>> owed_; ///< by the instant at which they are given up
  bool owed_timer_ = false;
};

} // namespace redial::telephony
