/// The body of a POST /calls.
#pragma once

#include "bench/provider/call_book.hpp"
#include "domain/result.hpp"

#include <string_view>

namespace redial::provider {

/// Reads it; members that are not known are passed over.
/// @param key value of the header Idempotency-Key, which must be the attempt's id
/// @returns `invalid_value` naming the member that is missing or wrong.
result<call_order> parse_place_request(std::string_view key, std::string_view body);

} // namespace redial::provider
