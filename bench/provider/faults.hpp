/// What can be ordered to go wrong at the provider, and the dice that decide when it does.
#pragma once

#include "domain/result.hpp"
#include "domain/time.hpp"

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace redial::provider {

/// Probabilities from 0 to 1, and the durations that belong to them in milliseconds.
struct faults {
  /// What happens to a POST /calls; at most one of these, so together at most 1.
  double reset_before = 0;  ///< the connection is reset, nothing was placed
  double silent_before = 0; ///< never answered, nothing was placed
  double accept_late = 0;   ///< read, placed only after `late_ms`, unless a look-up has fenced it by then
  double too_many = 0;      ///< 429 with Retry-After
  double unavailable = 0;   ///< 503 with Retry-After
  double reject = 0;        ///< 422: refused for good
  double reset_after = 0;   ///< placed, then the connection is reset
  double silent_after = 0;  ///< placed, never answered
  double error_after = 0;   ///< placed, answered 500
  double answer_late = 0;   ///< placed, answered after `late_ms`
  /// What happens to a look-up or a cancellation; together at most 1.
  double lookup_error = 0;  ///< 500 or 503
  double lookup_reset = 0;  ///< connection reset
  double lookup_silent = 0; ///< never answered
  /// What happens to a callback; each by itself.
  double callback_lose = 0;
  double callback_duplicate = 0;
  double callback_delay = 0;   ///< sent `callback_delay_ms` late, and all later ones of that call behind it
  double callback_reorder = 0; ///< sent `callback_reorder_ms` late, with later ones of that call before it

  double late_ms = 2'000;
  double silent_ms = 60'000; ///< how long a connection that is never answered stays open
  double retry_after_s = 1;
  double callback_delay_ms = 1'000;
  double callback_reorder_ms = 500;
  /// For `burst_for_ms` out of every `burst_every_ms` each POST is answered 429 or 503, in turns. 0: no bursts.
  double burst_every_ms = 0;
  double burst_for_ms = 0;

  friend bool operator==(const faults&, const faults&) = default;
};

/// @returns `orders` as JSON object, every member.
std::string to_json(const faults& orders);

/// Reads a JSON object; members that are left out have the value they have without any order, so `{}` ends all faults.
/// @returns `malformed` or `invalid_value` naming the member that is unknown or out of range.
result<faults> parse_faults(std::string_view json);

/// Sets one member from "NAME=VALUE". @returns `invalid_value` where there is no such member or value; `orders` is then
/// as before.
result<void> set_fault(faults& orders, std::string_view assignment);

enum class post_fault : std::uint8_t {
  none,
  reset_before,
  silent_before,
  accept_late,
  too_many,
  unavailable,
  reject,
  reset_after,
  silent_after,
  error_after,
  answer_late,
};
enum class lookup_fault : std::uint8_t { none, error, reset, silent };
enum class callback_fault : std::uint8_t { lose, duplicate, delay, reorder };

/// Decides what goes wrong. Under one seed the n-th POST, look-up and callback always meet with the same fate.
class fault_dice {
public:
  explicit fault_dice(std::uint64_t seed);

  post_fault post(const faults& orders);
  lookup_fault lookup(const faults& orders);
  bool callback(const faults& orders, callback_fault which);

private:
  std::mt19937_64 posts_;
  std::mt19937_64 lookups_;
  std::array<std::mt19937_64, 4> callbacks_;
};

} // namespace redial::provider
