/// One connection to a webhook's receiver.
#pragma once

#include "webhooks/sender.hpp"
#include "webhooks/target.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>
#include <vector>

namespace redial::webhooks {

/// Lives on the one thread that runs its `io_context`, and does one thing at a time. `close` from elsewhere on that
/// thread ends what is under way.
class link {
public:
  using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;
  virtual ~link() = default;

  /// Connects to the first of `to` that answers and, with TLS, shakes hands and verifies `host`'s certificate.
  /// @returns what went wrong, or nothing.
  virtual boost::asio::awaitable<std::string> open(const endpoints& to, const std::string& host) = 0;

  struct exchanged {
    answer told;
    bool untouched = false; ///< not one byte of an answer came
  };
  /// Writes `request` and reads the head of the answer.
  virtual boost::asio::awaitable<exchanged> exchange(const std::string& request) = 0;

  /// Reads the body, as long as it has no more than 64 KiB. @returns whether another request can follow.
  virtual boost::asio::awaitable<bool> drain() = 0;

  /// @returns whether the other side has neither closed it nor said anything unasked, as far as that is known here.
  virtual bool still_quiet() = 0;

  virtual void close() = 0;
};

/// @param tls null for a connection in the clear; else outlives the link
std::unique_ptr<link> make_link(boost::asio::io_context& io, boost::asio::ssl::context* tls);

} // namespace redial::webhooks
