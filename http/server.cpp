#include "http/server.hpp"

#include "http/event_stream.hpp"
#include "http/worker.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <stdexcept>
#include <thread>

namespace redial::http {

namespace net = boost::asio;
using net::ip::tcp;

namespace {

/// How long to wait with accepting when the process has no file descriptor left.
constexpr std::chrono::milliseconds accept_backoff{100};

tcp::endpoint resolve(net::io_context& io, const server_options& options) {
  boost::system::error_code error;
  const auto address = net::ip::make_address(options.host, error);
  if (!error)
    return {address, options.port};
  tcp::resolver resolver{io};
  const auto found = resolver.resolve(options.host, std::to_string(options.port), tcp::resolver::passive, error);
  if (error)
    throw std::runtime_error("cannot resolve " + options.host + ": " + error.message());
  return found.begin()->endpoint();
}

/// Hands accepted connections to the workers in turn. Lives on the first worker's io thread, whose pending accept holds
/// it: so it keeps the other workers alive, which a half-accepted socket may belong to, but not the first.
class listener : public std::enable_shared_from_this<listener> {
public:
  listener(const std::vector<std::shared_ptr<worker>>& workers, const tcp::endpoint& endpoint)
    : first_{*workers.front()}, others_{workers.begin() + 1, workers.end()}, acceptor_{first_.io}, retry_{first_.io} {
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(net::socket_base::reuse_address{true});
    acceptor_.bind(endpoint);
    acceptor_.listen(4096);
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void accept() {
    const auto turn = turn_++ % (others_.size() + 1);
    auto& next = turn == 0 ? first_ : *others_[turn - 1];
    acceptor_.async_accept(
      next.io.get_executor(), [self = shared_from_this(), &next](boost::system::error_code error, tcp_socket socket) {
        if (error == net::error::operation_aborted || !self->acceptor_.is_open())
          return;
        if (error) {
          self->back_off(error);
          return;
        }
        self->hand_over(next, std::move(socket));
        self->accept();
      });
  }

  void close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
  }

private:
  void hand_over(worker& next, tcp_socket socket) {
    if (&next == &first_)
      next.adopt(std::move(socket));
    else
      net::post(
        next.io, [&next, moved = std::make_shared<tcp_socket>(std::move(socket))] { next.adopt(std::move(*moved)); });
  }

  /// Out of descriptors or memory, or a client that went before it was accepted: none of it ends the service.
  void back_off(boost::system::error_code error) {
    if (error == net::error::connection_aborted) {
      accept();
      return;
    }
    spdlog::warn("http: cannot accept: {}; trying again in {} ms", error.message(), accept_backoff.count());
    retry_.expires_after(accept_backoff);
    retry_.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
      if (!cancelled && self->acceptor_.is_open())
        self->accept();
    });
  }

  worker& first_;
  std::vector<std::shared_ptr<worker>> others_;
  tcp::acceptor acceptor_;
  net::steady_timer retry_;
  std::size_t turn_ = 0;
};

} // namespace

struct server::state {
  server_options options;
  actors::service& engine;
  actors::key_service& keys;
  const clock& time;
  provider_callback take_callback;
  std::vector<std::shared_ptr<worker>> workers;
  std::shared_ptr<listener> accepting;
  std::vector<std::thread> threads;
  std::uint16_t port = 0;
  live_streams streams{options.max_streams, options.heartbeat};
  request_figures figures{};
};

server::server(server_options options, actors::service& engine, actors::key_service& keys, const clock& time,
  provider_callback take_callback)
  : state_{new state{std::move(options), engine, keys, time, std::move(take_callback), {}, {}, {}, 0}} {}

server::~server() { stop(std::chrono::milliseconds{0}); }

std::uint16_t server::port() const noexcept { return state_->port; }

void server::start() {
  auto& s = *state_;
  auto connections = std::make_shared<std::atomic<std::size_t>>(0);
  auto rules = std::make_shared<gate_rules>(s.keys, s.options.no_auth, s.options.requests_per_minute);
  for (unsigned i = 0; i < std::max(1U, s.options.threads); ++i)
    s.workers.push_back(std::make_shared<worker>(
      s.options, s.engine, s.keys, s.time, s.take_callback, s.streams, s.figures, rules, connections));
  try {
    s.accepting = std::make_shared<listener>(s.workers, resolve(s.workers.front()->io, s.options));
  } catch (const boost::system::system_error& e) {
    s.workers.clear();
    throw std::runtime_error(
      "cannot listen on " + s.options.host + ":" + std::to_string(s.options.port) + ": " + e.code().message());
  }
  s.port = s.accepting->port();
  net::post(s.workers.front()->io, [accepting = s.accepting] { accepting->accept(); });
  for (const auto& each : s.workers)
    s.threads.emplace_back([each] { each->run(); });
}

void server::stop(std::chrono::milliseconds grace) {
  auto& s = *state_;
  if (s.threads.empty())
    return;
  const auto deadline = std::chrono::steady_clock::now() + grace;
  net::post(s.workers.front()->io, [accepting = s.accepting] { accepting->close(); });
  for (const auto& each : s.workers)
    net::post(each->io, [each = each.get(), deadline] { each->begin_stop(deadline); });
  for (auto& thread : s.threads)
    thread.join();
  s.threads.clear();
  s.accepting.reset();
  s.workers.clear();
}

} // namespace redial::http
