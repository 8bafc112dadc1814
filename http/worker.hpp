/// One io thread of the server, and what the connections that live on it share.
#pragma once

#include "http/connection.hpp"
#include "http/exchange.hpp"
#include "http/gate.hpp"
#include "http/request_meter.hpp"
#include "http/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

namespace redial::http {

class session;

/// All members belong to the io thread but for `io` (post to it), `run` and the counter. Timeouts are kept by one look
/// at every connection a tick rather than by a timer each: 10,000 idle connections then cost nothing but their sockets.
class worker : public std::enable_shared_from_this<worker> {
public:
  using steady_point = std::chrono::steady_clock::time_point;

  /// @param streams of all workers together
  /// @param figures likewise
  /// @param rules whom all workers let in
  /// @param connections how many are open on all workers together
  worker(const server_options& options, actors::service& engine, actors::key_service& keys, const clock& time,
    const provider_callback& take_callback, live_streams& streams, request_figures& figures,
    std::shared_ptr<gate_rules> rules, std::shared_ptr<std::atomic<std::size_t>> connections);
  ~worker();

  boost::asio::io_context io{1};

  /// Serves until `begin_stop` has come to its end. The thread's function.
  void run();
  /// Takes over a connection, or turns it away if there are too many.
  void adopt(tcp_socket socket);
  /// Closes what is idle; `run` returns when the rest has gone, or at `deadline`.
  void begin_stop(steady_point deadline);

  const server_options& options() const noexcept { return options_; }
  route_context& context() noexcept { return context_; }
  gate_rules& rules() noexcept { return *rules_; }
  request_meter& meter() noexcept { return meter_; }
  bool stopping() const noexcept { return stopping_; }
  /// @returns the time of the last tick: exact enough for timeouts, and free.
  steady_point now() const noexcept { return now_; }
  /// @returns the present second as HTTP writes it.
  std::string_view date() const noexcept { return {date_.data(), date_.size()}; }
  /// @returns an id that no other request of this process bears.
  std::string make_request_id();
  /// Forgets a connection that has closed.
  void remove(session& gone);

private:
  void tick();
  void arm();
  void update_time();
  void finish_if_empty();

  const server_options& options_;
  view_cache views_;
  route_context context_;
  request_meter meter_;
  std::shared_ptr<gate_rules> rules_;
  std::shared_ptr<std::atomic<std::size_t>> connections_;
  boost::asio::steady_timer timer_{io};
  std::chrono::milliseconds tick_;
  std::vector<std::shared_ptr<session>> sessions_;
  steady_point now_{};
  std::array<char, 29> date_{}; ///< "Tue, 15 Nov 1994 08:12:31 GMT"
  std::uint64_t id_state_;
  bool stopping_ = false;
  steady_point stop_deadline_{};
};

} // namespace redial::http
