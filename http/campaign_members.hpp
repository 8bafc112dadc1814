/// The members of a new campaign other than its contacts.
#pragma once

#include "domain/campaign.hpp"
#include "http/problem.hpp"

#include <string>
#include <vector>

namespace redial::http {

/// One member of the body's object, its value not yet parsed.
struct raw_member {
  std::string name;
  std::string text;
  std::uint64_t offset = 0; ///< of the value in the body
};

/// Reads what POST /v1/campaigns takes beside `contacts`, by the rules of the API contract. Every fault goes to
/// `faults`, an absent required member included. Names in `members` are unique.
/// @param now what an `end_time` must lie after
/// @returns the definition without `id` and `created_at`, meaningless if a fault was added; or 400 where a value is not
/// JSON.
checked<campaign_definition> read_members(const std::vector<raw_member>& members, time_point now, fault_list& faults);

/// @returns how many Unicode code points well-formed UTF-8 holds.
std::size_t count_code_points(std::string_view text) noexcept;

} // namespace redial::http
