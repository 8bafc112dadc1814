/// What a call comes to: its events, and how they are told. A pure function of the call and the network's seed.
#pragma once

#include "bench/provider/call_book.hpp"
#include "telephony/call_plan.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace redial::provider {

enum class event_kind : std::uint8_t { initiated, ringing, answered, amd, completed, result };

struct call_event {
  event_kind kind{};
  std::uint8_t seq = 0; ///< from 1, the same at each telling
  time_point at{};
};

/// Where the disposition of an answered call is told.
enum class result_place : std::uint8_t {
  after,  ///< `result` follows `completed` (after `result_delay`)
  before, ///< `result` comes before `completed`
  within, ///< `completed` bears it, there is no `result`
  mixed,  ///< one of the three, by the call's number
};

/// How much is told.
enum class telling : std::uint8_t {
  all,
  essential, ///< neither `initiated` nor `ringing` nor `amd`
};

struct story_options {
  telephony::simulator_options network;
  result_place result = result_place::after;
  milliseconds result_delay{0};
  telling tell = telling::all;
};

/// A call from end to end.
class story {
public:
  story(const story_options& options, std::uint64_t number, const known_call& call);

  /// In the order of `seq`, which is that of their instants.
  std::span<const call_event> events() const noexcept { return {events_.data(), count_}; }
  call_outcome outcome() const noexcept { return outcome_; }
  time_point ended_at() const noexcept { return ended_at_; }

  /// @returns the JSON of one of its events, as a callback bears it.
  std::string to_json(const call_event& event) const;

private:
  void add(event_kind kind, time_point at);

  std::uint64_t number_;
  call_id attempt_id_;
  call_outcome outcome_{};
  std::string disposition_;
  bool disposition_within_ = false;
  milliseconds talk_{};
  time_point ended_at_{};
  std::array<call_event, 6> events_{};
  std::size_t count_ = 0;
};

} // namespace redial::provider
