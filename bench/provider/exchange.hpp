/// The calls in progress: makes their events happen in time and has them called back until they are taken.
#pragma once

#include "bench/provider/call_book.hpp"
#include "bench/provider/courier.hpp"
#include "bench/provider/faults.hpp"
#include "bench/provider/story.hpp"
#include "timing/timer_queue.hpp"

#include <boost/asio/system_timer.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

namespace redial::provider {

struct exchange_options {
  story_options story;
  milliseconds backoff_first{100}; ///< until a callback that was not taken is sent again; then doubling
  milliseconds backoff_most{30'000};
  milliseconds give_up{3'600'000}; ///< how long a callback is tried
};

/// How often what happened, since the start.
struct exchange_counters {
  std::uint64_t callbacks_sent = 0; ///< repetitions included
  std::uint64_t callbacks_taken = 0;
  std::uint64_t callbacks_refused = 0; ///< answered neither 2xx nor 5xx, for instance 401
  std::uint64_t callbacks_failed = 0;  ///< 5xx or no answer
  std::uint64_t callbacks_given_up = 0;
  std::uint64_t lost = 0; ///< by order
  std::uint64_t duplicated = 0;
  std::uint64_t delayed = 0;
  std::uint64_t reordered = 0;
};

/// All on the thread of one io_context. A call in progress takes some 150 bytes.
class exchange {
public:
  exchange(boost::asio::io_context& io, call_book& book, courier& post, const faults& orders, fault_dice& dice,
    exchange_options options);

  /// Takes up a call that was placed just now, or before the provider was last killed.
  void begin(std::uint64_t number);
  /// A cancelled call ends now.
  void cut_short(std::uint64_t number);
  /// Runs `what` at `at`, or as soon after as can be.
  void at(time_point when, std::function<void()> what);
  /// Forgets every timer and call, so that an io_context that runs has an end.
  void stop();

  /// @returns how many calls are in progress, or have callbacks left to be taken.
  std::size_t live() const noexcept { return live_.size(); }
  /// @returns the events so far of a call: what a look-up answers.
  std::string look_up(std::uint64_t number) const;
  const exchange_counters& counters() const noexcept { return counters_; }

private:
  struct live_call {
    std::uint32_t round = 0; ///< which plan its timers belong to: one that was cut short has another
    std::uint16_t out = 0;   ///< callbacks that are under way or wait beside the line
    std::uint8_t next = 0;   ///< the first event that has not been told, from 0
    bool in_hand = false;    ///< it is being sent, or waits to be
  };
  /// One callback on its way.
  struct errand {
    std::uint64_t number = 0;
    std::uint8_t place = 0; ///< of the event, from 0
    bool in_line = false;   ///< later events of the call wait for it
    std::uint8_t tries = 0;
    time_point since{};
  };

  void advance(std::uint64_t number);
  /// @returns whether the line of events may go on at once.
  bool fire(live_call& call, std::uint64_t number, std::uint8_t place);
  void send(errand what);
  void taken(const errand& what);
  void close_if_over(std::uint64_t number, const live_call& call, std::size_t events);
  story story_of(std::uint64_t number) const { return {options_.story, number, book_.at(number)}; }
  void wind();
  void ring();

  call_book& book_;
  courier& post_;
  const faults& orders_;
  fault_dice& dice_;
  exchange_options options_;
  std::unordered_map<std::uint64_t, live_call> live_;
  timing::timer_queue timers_;
  boost::asio::system_timer alarm_;
  std::optional<time_point> alarm_at_;
  exchange_counters counters_;
  bool stopped_ = false;
};

} // namespace redial::provider
