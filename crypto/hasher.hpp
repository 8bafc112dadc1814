/// SHA-256 over text that comes in pieces.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace redial::crypto {

/// Not thread-safe. @throws std::runtime_error where OpenSSL cannot give it.
class hasher {
public:
  hasher();
  ~hasher();
  hasher(hasher&&) noexcept;
  hasher& operator=(hasher&&) noexcept;

  hasher& add(std::string_view text);
  /// Adds its length, then the text: two lists of parts have the same digest only if they are the same.
  hasher& add_part(std::string_view text);
  /// @returns the 32 bytes of the digest; once.
  std::string finish();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace redial::crypto
