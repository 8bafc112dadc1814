/// The body of DELETE …/contacts: `{"phones": ["+91…", …]}`.
#pragma once

#include "domain/phone.hpp"
#include "http/problem.hpp"

#include <string_view>
#include <vector>

namespace redial::http {

inline constexpr std::size_t max_phones = 100'000; ///< that one request may remove

/// Reads the phones. @returns them in the order given, or 422 naming every malformed one, or 400 if it is not JSON.
checked<std::vector<phone>> read_phones(std::string_view body);

} // namespace redial::http
