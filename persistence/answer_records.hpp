/// Table answer: what was answered under an Idempotency-Key.
#pragma once

#include "domain/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace redial::persistence {

struct kept_answer {
  std::string fingerprint; ///< SHA-256 of the request
  std::uint32_t status = 0;
  std::string location;
  std::string content_type;
  std::string body;
  time_point created_at{};

  friend bool operator==(const kept_answer&, const kept_answer&) = default;
};

std::string encode_answer(const kept_answer& answer);
/// @returns false where the bytes are no such record; `out` is then unspecified.
[[nodiscard]] bool decode_answer(std::string_view bytes, kept_answer& out);
/// @returns the same for the time alone, without a copy of the rest.
[[nodiscard]] bool decode_answer_time(std::string_view bytes, time_point& out);

} // namespace redial::persistence
