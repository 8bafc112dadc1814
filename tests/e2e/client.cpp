#include "client.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace redial::e2e {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

reply to_reply(http::response<http::string_body>&& from) {
  reply result;
  result.status = from.result_int();
  result.version = from.version();
  result.keep_alive = from.keep_alive();
  result.body = std::move(from.body());
  result.head = std::move(from.base());
  return result;
}

/// @returns whether `descriptor` becomes ready for `events` within `limit`.
bool ready(int descriptor, short events, std::chrono::milliseconds limit) {
  pollfd one{descriptor, events, 0};
  const auto until = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    const int found = ::poll(&one, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (found >= 0)
      return found > 0;
    if (errno != EINTR)
      throw std::system_error{errno, std::generic_category(), "poll"};
  }
}

} // namespace

std::string reply::header(std::string_view name) const {
  const auto found = head.find(boost::beast::string_view{name.data(), name.size()});
  return found == head.end() ? std::string{} : std::string{found->value()};
}

client::client(std::uint16_t port, std::string key) : port_{port}, key_{std::move(key)} {}
client::~client() = default;

void client::run(const char* step) {
  io_.restart();
  io_.run();
  if (!error_)
    return;
  stream_.reset();
  throw boost::system::system_error{error_, step};
}

void client::connect() {
  stream_.emplace(io_);
  buffer_.clear();
  stream_->expires_after(patience);
  stream_->async_connect(net::ip::tcp::endpoint{net::ip::address_v4::loopback(), port_},
    [this](boost::system::error_code error) { error_ = error; });
  run("connect");
  stream_->socket().set_option(net::ip::tcp::no_delay{true});
}

reply client::request(verb method, const std::string& target, const std::string& body, const headers& more) {
  http::request<http::string_body> asked{method, target, 11};
  asked.set(http::field::host, "127.0.0.1:" + std::to_string(port_));
  if (!body.empty())
    asked.set(http::field::content_type, "application/json");
  if (!key_.empty())
    asked.set(http::field::authorization, "Bearer " + key_);
  for (const auto& [name, value] : more)
    asked.set(name, value);
  asked.body() = body;
  asked.prepare_payload();

  if (!stream_)
    connect();
  const auto note = [this](boost::system::error_code error, std::size_t) { error_ = error; };
  stream_->expires_after(patience);
  http::async_write(*stream_, asked, note);
  run("write");
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  parser.skip(method == verb::head);
  stream_->expires_after(patience);
  http::async_read(*stream_, buffer_, parser, note);
  run("read");
  auto result = to_reply(parser.release());
  if (!result.keep_alive)
    stream_.reset();
  return result;
}

raw_socket::raw_socket(std::uint16_t port) : descriptor_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (descriptor_ < 0 || ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int why = errno;
    close();
    throw std::system_error{why, std::generic_category(), "connect"};
  }
  const int yes = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

raw_socket::~raw_socket() { close(); }

void raw_socket::close() {
  if (descriptor_ >= 0)
    ::close(std::exchange(descriptor_, -1));
}

bool raw_socket::send(std::string_view bytes) const {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR)
      return false;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !ready(descriptor_, POLLOUT, left))
      return false;
  }
  return true;
}

void raw_socket::finish() const { ::shutdown(descriptor_, SHUT_WR); }

std::optional<std::string> raw_socket::receive_all() const {
  std::string all;
  std::array<char, 16384> part{};
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !ready(descriptor_, POLLIN, left))
      return std::nullopt;
    const auto got = ::recv(descriptor_, part.data(), part.size(), 0);
    if (got <= 0) // closed, in good order or not
      return all;
    all.append(part.data(), static_cast<std::size_t>(got));
  }
}

std::string raw_socket::receive(std::chrono::milliseconds limit) const {
  std::array<char, 16384> part{};
  if (!ready(descriptor_, POLLIN, limit))
    return {};
  const auto got = ::recv(descriptor_, part.data(), part.size(), 0);
  return got > 0 ? std::string{part.data(), static_cast<std::size_t>(got)} : std::string{};
}

bool raw_socket::closed() const {
  if (!ready(descriptor_, POLLIN, std::chrono::milliseconds{0}))
    return false;
  char one = 0;
  return ::recv(descriptor_, &one, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

reply parse_reply(std::string_view received) {
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none);
  parser.eager(true);
  boost::system::error_code error;
  parser.put(net::buffer(received.data(), received.size()), error);
  if (error || !parser.is_done())
    throw std::runtime_error{"no answer of HTTP: \"" + std::string{received.substr(0, 300)} + "\""};
  return to_reply(parser.release());
}

} // namespace redial::e2e
