/// The records of the do-not-call lists: table `dnc`.
///
/// A number can have two records: one that a caller gave, and one that a conversation made. They are kept apart so that
/// what an event writes depends on that event alone, and overwrites nothing that somebody else put there. Which of the
/// two counts is a rule (`effective_entry`).
///
/// Thread-safe. What is damaged is named by a `storage_failed`, never skipped.
#pragma once

#include "domain/do_not_call.hpp"
#include "persistence/record_change.hpp"
#include "persistence/store.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redial::persistence {

enum class dnc_origin : std::uint8_t {
  given = 1, ///< put there by a caller
  said = 2,  ///< the person asked for it in a call
};

/// @returns the change that puts `entry` as `origin`; what the other origin holds stays.
record_change put_dnc(std::string_view workspace, dnc_origin origin, const dnc_entry& entry);
/// @returns the change that takes away what `origin` holds of a number.
record_change erase_dnc(std::string_view workspace, dnc_origin origin, phone number);

/// @returns the entry of a number that is on the list at `now`, or nullopt.
result<std::optional<dnc_entry>> find_dnc(const store& in, std::string_view workspace, phone number, time_point now);

/// @returns entries `offset` to `offset + limit - 1` of those in force at `now`, by number. Costs what lies before
/// them.
result<std::vector<dnc_entry>> list_dnc(
  const store& in, std::string_view workspace, std::uint64_t offset, std::size_t limit, time_point now);

/// Hands out every record of every workspace.
result<void> scan_dnc(
  const store& in, const std::function<void(std::string_view workspace, dnc_origin origin, const dnc_entry&)>& visit);

/// @returns whether a row of table `dnc` can be read.
bool is_dnc_record(std::string_view key, std::string_view value);

} // namespace redial::persistence
