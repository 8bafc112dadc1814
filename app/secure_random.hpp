/// Random bytes for identifiers, from OpenSSL's CSPRNG.
#pragma once

#include "domain/ids.hpp"

namespace redial::app {

/// Draws from OpenSSL in blocks, one for each thread: an id costs nanoseconds. Thread-safe.
class secure_random final : public random_source {
public:
  /// @throws std::runtime_error if the system's entropy source fails.
  void fill(std::span<std::byte> out) override;
};

} // namespace redial::app
