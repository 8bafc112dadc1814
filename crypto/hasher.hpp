/// SHA-256 over text that comes in pieces.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace redial::http {

/// Not thread-safe. @throws std::runtime_error where OpenSSL cannot give it.
class sha256 {
public:
  sha256();
  ~sha256();
  sha256(sha256&&) noexcept;
  sha256& operator=(sha256&&) noexcept;

  sha256& add(std::string_view text);
  /// Adds its length, then the text: two lists of parts have the same digest only if they are the same.
  sha256& add_part(std::string_view text);
  /// @returns the 32 bytes of the digest; once.
  std::string finish();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace redial::http
