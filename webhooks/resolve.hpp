/// Looking up names without waiting for other names.
#pragma once

#include "domain/result.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace redial::webhooks {

using resolver = std::function<std::vector<boost::asio::ip::address>(const std::string& host)>;

/// One name being looked up, in a thread of its own: the system's resolver blocks, for half a minute if it has to, and
/// Asio has one thread for all of them. Lives on the thread of its `io_context`; its own thread only ever holds the
/// state in which it leaves what it found, and nobody waits for it.
class lookup {
public:
  /// @param by empty: the system's resolver
  /// @returns null where too many are under way, over the whole process.
  static std::shared_ptr<lookup> start(boost::asio::io_context& io, const std::string& host, const resolver& by);

  /// Returns when it is found, or given up.
  boost::asio::awaitable<void> wait();
  ~lookup();
  lookup(const lookup&) = delete;
  lookup& operator=(const lookup&) = delete;
  void give_up();
  result<std::vector<boost::asio::ip::address>> found();

private:
  struct state;
  lookup(boost::asio::io_context& io, std::shared_ptr<state> of) : found_{io}, state_{std::move(of)} {}

  boost::asio::steady_timer found_;
  std::shared_ptr<state> state_;
};

} // namespace redial::webhooks
