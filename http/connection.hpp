/// A connection's socket, in the clear or under TLS.
#pragma once

#include "http/tls_stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <memory>

namespace redial::http {

/// Bound to the executor's type: a call through a type-erased executor costs more than the rest of a short request.
using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// What came of a handshake.
enum class handshake : std::uint8_t {
  done,
  not_tls, ///< the client speaks in the clear; nothing of it has been read
  failed,
};

/// Reads and writes as a socket does that never blocks. Every handler must keep the connection alive. One thread.
class connection {
public:
  using write_buffers = std::array<boost::asio::const_buffer, 2>;

  /// @param socket does not block @param tls null: in the clear
  connection(tcp_socket socket, const tls_context& tls);

  bool secured() const noexcept { return tls_ != nullptr; }
  /// What was to be TLS and is not: goes on in the clear.
  void speak_plainly() { tls_.reset(); }
  int native_handle() { return socket_.native_handle(); }

  /// Calls `done(handshake)`, possibly at once. Of a secured connection that has just been made.
  template <class Done>
  void async_handshake(Done done);

  /// @returns how much was taken; `would_block` where nothing is, until `async_wait_write` says so. What was not taken
  /// must be offered again as it was.
  std::size_t write_some(const write_buffers& data, boost::system::error_code& error) {
    return tls_ ? write_tls(data, error) : socket_.write_some(data, error);
  }
  /// Calls `done(error_code)`, never at once, when it is worth while to write again.
  template <class Done>
  void async_wait_write(Done done) {
    socket_.async_wait(write_wants_read_ ? tcp_socket::wait_read : tcp_socket::wait_write, std::move(done));
  }

  /// Calls `done(error_code, bytes)`, never at once; `eof` where the other side sends nothing more. `room` must stay.
  template <class Done>
  void async_read_some(boost::asio::mutable_buffer room, Done done) {
    if (tls_)
      read_tls(room, std::move(done), false);
    else
      socket_.async_read_some(room, std::move(done));
  }

  /// Says that nothing more will be sent.
  void shutdown_send();
  void close();
  /// Closes by a reset: the client is not to take what it has for all.
  void reset();

private:
  std::size_t write_tls(const write_buffers& data, boost::system::error_code& error);
  template <class Done>
  void read_tls(boost::asio::mutable_buffer room, Done done, bool in_handler);

  tcp_socket socket_;
  std::unique_ptr<tls_stream> tls_;
  bool greeted_ = false; ///< the first byte has been looked at
  bool write_wants_read_ = false;
};

template <class Done>
void connection::async_handshake(Done done) {
  const auto wait_for = [&](tcp_socket::wait_type what) {
    socket_.async_wait(what, [this, done = std::move(done)](boost::system::error_code error) mutable {
      if (error)
        done(handshake::failed);
      else
        async_handshake(std::move(done));
    });
  };
  if (!greeted_) {
    const auto begins = tls_->begins_with_tls();
    if (!begins) {
      wait_for(tcp_socket::wait_read);
      return;
    }
    greeted_ = true;
    if (!*begins) {
      done(handshake::not_tls);
      return;
    }
  }
  switch (tls_->handshake()) {
  case tls_step::done: done(handshake::done); return;
  case tls_step::wants_read: wait_for(tcp_socket::wait_read); return;
  case tls_step::wants_write: wait_for(tcp_socket::wait_write); return;
  case tls_step::closed:
  case tls_step::failed: done(handshake::failed); return;
  }
}

template <class Done>
void connection::read_tls(boost::asio::mutable_buffer room, Done done, bool in_handler) {
  std::size_t bytes = 0;
  boost::system::error_code error;
  switch (const auto step = tls_->read({static_cast<char*>(room.data()), room.size()}, bytes)) {
  case tls_step::wants_read:
  case tls_step::wants_write:
    socket_.async_wait(step == tls_step::wants_read ? tcp_socket::wait_read : tcp_socket::wait_write,
      [this, room, done = std::move(done)](boost::system::error_code failed) mutable {
        if (failed)
          done(failed, std::size_t{0});
        else
          read_tls(room, std::move(done), true);
      });
    return;
  case tls_step::closed: error = boost::asio::error::eof; break;
  case tls_step::failed: error = boost::asio::error::connection_reset; break;
  case tls_step::done: break;
  }
  if (in_handler)
    done(error, bytes);
  else
    boost::asio::post(socket_.get_executor(), [done = std::move(done), error, bytes]() mutable { done(error, bytes); });
}

} // namespace redial::http
