/// The reference provider: the other side of docs/gateway-protocol.md, with a ledger, and with faults to order.
#pragma once

#include "bench/provider/call_book.hpp"
#include "bench/provider/courier.hpp"
#include "bench/provider/desk.hpp"
#include "bench/provider/exchange.hpp"
#include "bench/provider/faults.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace redial::provider {

struct provider_options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0; ///< 0: a free one
  std::filesystem::path ledger;
  desk_options desk; ///< its `secret` signs callbacks too
  exchange_options calls;
  courier_options callbacks; ///< `secret` is taken from `desk`
  faults orders;
  std::uint64_t seed = 1; ///< of the dice; the network has its own
};

/// Everything but the sending of callbacks happens on the thread that calls `run`.
class provider {
public:
  /// Reads the ledger, listens, and takes up the calls that were in progress. @throws std::exception saying what is
  /// wrong with an option, the ledger or the address.
  explicit provider(provider_options options);

  std::uint16_t port() const noexcept { return port_; }

  /// Serves until `stop`.
  void run() { io_.run(); }
  /// From any thread. What is in progress goes on at the next start from the ledger.
  void stop();

  boost::asio::io_context& io() noexcept { return io_; }

private:
  void accept();
  void keep_house();

  boost::asio::io_context io_{1};
  faults orders_;
  fault_dice dice_;
  call_book book_;
  courier courier_;
  exchange calls_;
  desk desk_;
  handler handle_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
};

} // namespace redial::provider
