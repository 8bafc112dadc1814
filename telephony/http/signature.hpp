/// The signature that redial and a provider put on what they say to each other.
#pragma once

#include "domain/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace redial::telephony {

/// How far the clocks of the two sides may differ, in seconds: what was signed longer ago is refused.
inline constexpr std::int64_t signature_tolerance_s = 300;

/// @param now seconds since the Unix epoch
/// @returns the value of `Redial-Signature`: `t=<now>,v1=<lowercase hex HMAC-SHA256(secret, "<now>.<body>")>`.
/// Thread-safe.
std::string sign(std::string_view secret, std::int64_t now, std::string_view body);

/// Checks the value of `Redial-Signature`, in constant time where it compares.
/// @returns `unauthorized` saying what is wrong: absent, malformed, too old, from the future, or not of this secret and
/// body. Thread-safe.
result<void> check_signature(std::string_view header, std::string_view secret, std::int64_t now, std::string_view body);

} // namespace redial::telephony
