/// TLS over a socket that never blocks.
#pragma once

#include "http/tls.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace redial::http {

/// How far a step came.
enum class tls_step : std::uint8_t {
  done,
  wants_read,  ///< to be tried again, with the same bytes, when the socket can be read
  wants_write, ///< likewise, written
  closed,      ///< the other side has said that it sends nothing more
  failed,
};

/// The server's side of one connection. Not thread-safe.
class tls_stream {
public:
  /// @param descriptor a connected socket that does not block; stays the caller's
  /// @throws std::bad_alloc
  tls_stream(const tls_context& context, int descriptor);

  /// @returns whether what the client has sent first is TLS; nullopt while nothing has come. Takes nothing.
  std::optional<bool> begins_with_tls() const;
  tls_step handshake();
  /// @param bytes how many were read or written, with `done`
  tls_step read(std::span<char> room, std::size_t& bytes);
  /// Takes some of `data`, one record at most.
  tls_step write(std::span<const char> data, std::size_t& bytes);
  /// Says that nothing more will be sent; for a stream whose handshake is done and of which no step failed.
  void say_goodbye();

private:
  struct free_ssl {
    void operator()(SSL* ssl) const noexcept;
  };
  tls_step step_of(int returned) const;

  int descriptor_;
  std::unique_ptr<SSL, free_ssl> ssl_;
  bool broken_ = false; ///< nothing may be said any more
};

} // namespace redial::http
