/// The body of POST /v1/dnc as text/csv.
#pragma once

#include "domain/do_not_call.hpp"
#include "http/problem.hpp"

#include <string_view>
#include <vector>

namespace redial::http {

/// Reads one entry a row. The header names the members of an entry, in any order: `phone` must be there; a field that
/// is empty is a member that is not set. @returns the entries in the order given, or 422 naming everything that is
/// wrong with its line, or 400 if it is not CSV.
/// @param now entries must not have expired by then
checked<std::vector<dnc_entry>> read_dnc_csv(std::string_view body, time_point now);

} // namespace redial::http
