#include "http/connection.hpp"

#include <algorithm>
#include <cstring>

namespace redial::http {

namespace net = boost::asio;

connection::connection(tcp_socket socket, const tls_context& tls) : socket_{std::move(socket)} {
  if (tls)
    tls_ = std::make_unique<tls_stream>(tls, socket_.native_handle());
}

std::size_t connection::write_tls(const write_buffers& data, boost::system::error_code& error) {
  // Head and body in one record where they fit. What it holds depends on nothing but what is left, so that a record
  // that the socket did not take is offered again as it was.
  constexpr std::size_t record_size = 16 * 1024;
  std::array<char, record_size> joined; // NOLINT(cppcoreguidelines-pro-type-member-init)
  const std::span first{static_cast<const char*>(data[0].data()), data[0].size()};
  const std::span second{static_cast<const char*>(data[1].data()), data[1].size()};
  const auto total = first.size() + second.size();
  error = {};
  write_wants_read_ = false;
  std::size_t sent = 0;
  while (sent < total) {
    std::span<const char> next;
    if (sent < first.size() && first.size() - sent < record_size) {
      const auto rest = first.subspan(sent);
      const auto more = second.first(std::min(second.size(), record_size - rest.size()));
      std::memcpy(joined.data(), rest.data(), rest.size());
      if (!more.empty())
        std::memcpy(joined.data() + rest.size(), more.data(), more.size());
      next = {joined.data(), rest.size() + more.size()};
    } else {
      next = sent < first.size() ? first.subspan(sent) : second.subspan(sent - first.size());
      next = next.first(std::min(next.size(), record_size));
    }
    std::size_t bytes = 0;
    const auto step = tls_->write(next, bytes);
    if (step == tls_step::done) {
      sent += bytes;
      continue;
    }
    write_wants_read_ = step == tls_step::wants_read;
    if (step == tls_step::closed || step == tls_step::failed)
      error = net::error::connection_reset;
    else if (sent == 0)
      error = net::error::would_block;
    break;
  }
  return sent;
}

void connection::shutdown_send() {
  boost::system::error_code ignored;
  if (tls_)
    tls_->say_goodbye();
  socket_.shutdown(tcp_socket::shutdown_send, ignored);
}

void connection::close() {
  boost::system::error_code ignored;
  if (tls_ && socket_.is_open())
    tls_->say_goodbye();
  socket_.close(ignored);
}

void connection::reset() {
  boost::system::error_code ignored;
  socket_.set_option(net::socket_base::linger{true, 0}, ignored);
  socket_.close(ignored);
}

} // namespace redial::http
