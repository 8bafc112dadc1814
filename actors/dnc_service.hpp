/// What the engine offers on do-not-call lists.
#pragma once

#include "actors/answer_note.hpp"
#include "actors/caller.hpp"
#include "domain/do_not_call.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace redial::actors {

/// What POST /v1/dnc came to. A number that stands in it twice counts once; what is said of it last holds.
struct dnc_added {
  std::uint64_t added = 0;
  std::uint64_t updated = 0; ///< were on the list, and have what the request says now
};

/// What DELETE /v1/dnc came to.
struct dnc_removed {
  std::uint64_t removed = 0;
  std::uint64_t not_found = 0;
};

struct dnc_page {
  std::vector<dnc_entry> entries; ///< by number
  std::uint64_t total = 0;        ///< how many are on the list
};

inline constexpr std::size_t max_dnc_request = 100'000; ///< entries that one request may add or take off

/// Thread-safe. Each workspace has a list of its own, and commands touch the caller's alone.
class dnc_service {
public:
  virtual ~dnc_service() = default;

  /// Puts `entries` (with `created_at` not looked at) on the list, all or none. The answer comes when none of the
  /// numbers can be dialed any more, in any campaign of the workspace. @returns `limit_reached` where the list would
  /// become too long, `overloaded` where too much is under way; `unavailable` where the gateway has not said yet
  /// whether calls that were on their way before will be placed: the entries are in force and on record all the same.
  virtual void add_dnc(
    const caller& from, std::vector<dnc_entry> entries, answer_note<dnc_added> note, reply<dnc_added> done) = 0;

  /// Answers when no call that a campaign of the workspace had decided before is on its way to the gateway any more:
  /// what the answer of `add_dnc` says holds only then, also where it is given a second time.
  virtual void clear_dnc(const caller& from, reply<void> done) = 0;

  /// Takes numbers off the list. Contacts that were taken off meanwhile stay so.
  virtual void remove_dnc(const caller& from, std::vector<phone> phones, reply<dnc_removed> done) = 0;

  virtual void list_dnc(const caller& from, std::uint64_t offset, std::size_t limit, reply<dnc_page> done) = 0;
  /// Answers `not_found` where the number is not on the list.
  virtual void find_dnc(const caller& from, phone number, reply<dnc_entry> done) = 0;
};

} // namespace redial::actors
