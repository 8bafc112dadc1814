/// HTTP/1.1 to one host over a pool of connections kept alive.
#pragma once

#include "domain/result.hpp"
#include "telephony/http/transport.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace redial::telephony {

struct http_client_options {
  std::string base_url;         ///< "http://HOST[:PORT][/PATH]" or "https://…"
  std::size_t connections = 64; ///< open at a time
  std::size_t queue = 100'000;  ///< requests that wait for a connection; further ones are `never_sent`
  /// Real time from `send` to the first byte written: waiting for a connection, name resolution and TLS handshake
  /// included. What waits longer is `never_sent`.
  milliseconds connect_timeout{5'000};
  milliseconds request_timeout{10'000}; ///< real time, from the first byte written to the last byte read
  milliseconds idle_timeout{4'000};     ///< real time that an unused connection is kept; below the provider's own
  /// Certificates to trust instead of the system's, a PEM file; empty: the system's. Verification cannot be turned off.
  std::string ca_file;
  unsigned threads = 1;
  /// Told why the provider cannot be reached, once for each reason until it can be reached again. From the client's
  /// threads; must return at once. Empty: nobody is told.
  std::function<void(std::string)> log;
};

/// One request at a time a connection; an answer of more than 1 MiB, or one that is not HTTP/1.1, is `uncertain`. A
/// connection that turns out to be closed before a byte was written to it is replaced, unseen.
///
/// `done` runs on a thread of the client's and must return at once. `shut_down` waits for a `done` that runs, but for
/// the one that called it; the client must not be destroyed from within one.
/// @returns `invalid_value` where the URL or the certificates cannot be used.
result<std::unique_ptr<http_transport>> make_http_client(http_client_options options);

} // namespace redial::telephony
