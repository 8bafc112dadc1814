/// How long a server wants to be left alone.
#pragma once

#include "domain/time.hpp"

#include <string_view>

namespace redial::outbound {

/// Reads the value of the header Retry-After (RFC 9110, 10.2.3): seconds, or an instant in the form that is not
/// obsolete ("Sun, 06 Nov 1994 08:49:37 GMT").
/// @returns 0 where it is neither or lies in the past, a day at most.
milliseconds read_retry_after(std::string_view value, std::chrono::system_clock::time_point now);

} // namespace redial::outbound
