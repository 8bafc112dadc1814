/// One connection to a provider.
#pragma once

#include "outbound/base_url.hpp"
#include "telephony/http/transport.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace redial::telephony {

/// Lives on the one thread that runs its `io_context`, and does one thing at a time.
class connection {
public:
  virtual ~connection() = default;

  /// Resolves, connects and, with TLS, shakes hands and verifies the host's certificate.
  /// @returns nothing if that worked within `limit` (resolving may take longer), else what went wrong.
  virtual boost::asio::awaitable<std::string> open(milliseconds limit) = 0;

  struct exchanged {
    http_outcome outcome;
    bool reusable = false;
  };
  /// Writes `request` and reads the answer, within `limit`. `never_sent` only where not one byte left; over TLS, where
  /// that cannot be told, never.
  virtual boost::asio::awaitable<exchanged> exchange(const std::string& request, milliseconds limit) = 0;

  /// @returns whether the other side has neither closed it nor said anything unasked, as far as that is known here.
  virtual bool still_quiet() = 0;

  /// Ends what is under way.
  virtual void close() = 0;
};

/// @param tls null for a connection in the clear; else must outlive the connection, as must `url`
std::unique_ptr<connection> make_connection(
  boost::asio::io_context& io, const outbound::base_url& url, boost::asio::ssl::context* tls);

} // namespace redial::telephony
