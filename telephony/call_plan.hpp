/// What the simulated network does with one attempt: a pure function of the options, the number and the attempt.
#pragma once

#include "domain/contact.hpp"
#include "domain/phone.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace redial::telephony {

/// How likely each outcome is. Together they must come to 1 (to within 1e-6).
struct outcome_mix {
  double answered = 0.34;
  double no_answer = 0.30;
  double voicemail = 0.14;
  double busy = 0.07;
  double declined = 0.07;
  double unreachable = 0.04;
  double invalid_number = 0.02;
  double network_error = 0.01;
  double abandoned = 0.01;
};

/// Numbers that end in `suffix` (1 to 15 digits) always meet with `outcome`.
struct suffix_override {
  std::string suffix;
  call_outcome outcome{};
  std::string disposition; ///< of an answered call; empty: drawn like any other
};

/// Which table decides outcomes and dispositions.
enum class simulator_workload : std::uint8_t {
  lifelike, ///< drawn from `outcomes` and `dispositions`
  peers,    ///< the table that comparisons with job queues share, see `peers_base`
};

struct simulator_options {
  std::uint64_t seed = 1;
  simulator_workload workload = simulator_workload::lifelike;

  outcome_mix outcomes;
  /// Weights of what answered calls come to; only their proportions count. None: answered calls bring no disposition.
  std::map<std::string, double> dispositions{
    {"interested", 0.24}, {"not_interested", 0.48}, {"callback", 0.18}, {"dnd", 0.06}, {"escalated", 0.04}};
  std::vector<suffix_override> overrides; ///< the first that matches counts, in either workload

  /// From the start of a call to its answer. `ring_mean` must lie strictly between the other two, or all be equal.
  milliseconds ring_min{5'000};
  milliseconds ring_mean{15'000};
  milliseconds ring_max{30'000};
  /// From answer to hang-up: exponential with mean `talk_mean`, cut at `talk_max`.
  milliseconds talk_mean{75'000};
  milliseconds talk_max{600'000};
  /// Calls take no time at all: `ring_…` and `talk_…` count as 0.
  bool instant = false;

  /// `peers`: contact i of the shared table is this number plus i. With z = splitmix64(3 i + attempt) and
  /// p = (z >> 11) / 2^53, p < 0.1 is answered/interested, < 0.4 answered/not_interested, < 0.6 busy, else no_answer.
  phone peers_base = phone::from_packed(919'000'000'000);
};

/// One attempt from end to end.
struct call_plan {
  call_outcome outcome{};
  std::string disposition; ///< empty unless answered
  milliseconds ring{};     ///< until answered, or, in every other outcome, until the call is over
  milliseconds talk{};     ///< after the answer; 0 unless answered

  friend bool operator==(const call_plan&, const call_plan&) = default;
};

/// @returns what is wrong with `options`, or nullopt.
std::optional<std::string> fault_of(const simulator_options& options);

/// Works out attempt `attempt` (from 1) to `number`, whatever was dialed before and in whatever order. A call that
/// nobody answers rings for `ring_max`; numbers that cannot ring (busy, invalid, unreachable, network error) are told
/// after `ring_min`; in all other outcomes the ringing time is drawn. `options` must be without fault. Any thread.
call_plan plan_call(const simulator_options& options, phone number, std::uint8_t attempt);

} // namespace redial::telephony
