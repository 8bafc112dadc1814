/// What the clients wrote down: what they asked for, when, and what they were answered.
#pragma once

#include "domain/phone.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace redial::crash {

enum class action : std::uint8_t { start, pause, resume, stop, remove };
inline const char* name_of(action what) noexcept {
  constexpr const char* names[] = {"start", "pause", "resume", "stop", "remove"};
  return names[static_cast<std::size_t>(what)];
}

/// How a request went.
enum class fate : std::uint8_t {
  acknowledged, ///< 2xx
  refused,      ///< 4xx: it has had no effect
  open,         ///< 5xx or no answer: it may have had its effect, or have it yet
};

/// One request on a campaign. Instants on CLOCK_BOOTTIME, in nanoseconds: before the first byte was sent, and after the
/// last byte of the answer had come.
struct action_note {
  action what{};
  fate went{};
  std::int64_t sent_ns = 0;
  std::int64_t answered_ns = 0;
  std::vector<phone> phones; ///< of a removal
  std::uint64_t removed = 0; ///< as a removal was answered
};

/// One request that put numbers on the do-not-call list, or took them off. Nobody else touches these numbers, and the
/// next one on them follows the answer.
struct dnc_note {
  bool adds = true;
  fate went{};
  std::int64_t sent_ns = 0;
  std::int64_t answered_ns = 0;
  std::vector<phone> phones;
};

/// Contacts that a client added to a campaign, or tried to: the `count` numbers from `first` on, which nobody else has.
/// Where an answer did not come, it may have sent them again.
struct addition_note {
  phone first;
  std::uint32_t count = 0;
  fate went = fate::open; ///< acknowledged or refused for all times that they were sent, or open

  phone contact(std::uint32_t n) const { return phone::from_packed(first.packed() + n); }
};

/// A campaign that a client created, or tried to. Its contacts are the `contacts` numbers from `first` on, and those
/// that were added.
struct campaign_note {
  std::string name; ///< like no other
  std::string id;   ///< empty where the creation was not acknowledged
  fate created = fate::open;
  phone first;
  std::uint32_t contacts = 0;
  std::uint8_t max_attempts = 1;
  std::uint16_t retry_interval_minutes = 1;
  std::vector<action_note> actions; ///< in the order in which they were sent, one after the other
  std::vector<addition_note> additions{};

  /// How many contacts it has for sure.
  std::uint32_t sure() const {
    auto count = contacts;
    for (const auto& each : additions)
      count += each.went == fate::acknowledged ? each.count : 0;
    return count;
  }
  /// How many it may have.
  std::uint32_t at_most() const {
    auto count = contacts;
    for (const auto& each : additions)
      count += each.went != fate::refused ? each.count : 0;
    return count;
  }
  /// @returns one of those that it has for sure.
  phone contact(std::uint32_t n) const {
    if (n < contacts)
      return phone::from_packed(first.packed() + n);
    n -= contacts;
    for (const auto& each : additions) {
      if (each.went != fate::acknowledged)
        continue;
      if (n < each.count)
        return each.contact(n);
      n -= each.count;
    }
    return {};
  }
};

/// All that one client wrote down, in the order in which it was asked for.
struct client_notes {
  std::vector<campaign_note> campaigns;
  std::vector<dnc_note> do_not_call;
};

} // namespace redial::crash
