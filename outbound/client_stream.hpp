/// The socket of a connection that redial makes, in the clear or over TLS: what all who speak HTTP to others do alike
/// before the first byte and after the last.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <cerrno>
#include <string>
#include <type_traits>

#include <sys/socket.h>

namespace redial::outbound {

using plain_stream = boost::beast::tcp_stream;
using tls_stream = boost::beast::ssl_stream<boost::beast::tcp_stream>;

/// What a coroutine waits with: errors come beside the value.
inline constexpr auto awaited = boost::asio::as_tuple(boost::asio::use_awaitable);

/// @returns whether another answer follows one of this status.
constexpr bool is_interim(unsigned status) noexcept { return status / 100 == 1 && status != 101; }

/// Lives on the one thread that runs its `io_context`, and does one thing at a time. `close` from elsewhere on that
/// thread ends what is under way.
template <class Stream>
class client_stream {
public:
  static constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

  /// @param args the TLS context, of a connection over TLS; outlives this
  template <class... Args>
  explicit client_stream(boost::asio::io_context& io, Args&... args) : stream_{io, args...} {}

  /// Connects to the first of `to` that answers and, with TLS, shakes hands and verifies `host`'s certificate.
  /// @param to and `host` outlive the coroutine
  /// @returns what went wrong, or nothing.
  template <class Endpoints>
  boost::asio::awaitable<std::string> open(const Endpoints& to, const std::string& host) {
    const auto [refused, endpoint] = co_await lowest().async_connect(to, awaited);
    if (refused || closed_)
      co_return refused.message();
    boost::system::error_code ignored; // it costs time only
    lowest().socket().set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
    if constexpr (is_tls) {
      if (!expect(host))
        co_return "OpenSSL cannot verify that host";
      const auto [distrusted] = co_await stream_.async_handshake(boost::asio::ssl::stream_base::client, awaited);
      if (distrusted || closed_)
        co_return distrust(distrusted);
    }
    co_return std::string{};
  }

  /// @returns whether the other side has neither closed it nor said anything unasked, as far as that is known here.
  bool still_quiet() {
    char byte = 0;
    const auto seen = ::recv(lowest().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return seen < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  void close() {
    closed_ = true;
    lowest().close();
  }
  bool closed() const noexcept { return closed_; }

  Stream& stream() noexcept { return stream_; }
  boost::beast::tcp_stream& lowest() { return boost::beast::get_lowest_layer(stream_); }

private:
  /// Says whose certificate is to be shown. @returns whether OpenSSL took that.
  bool expect(const std::string& host) {
    boost::system::error_code failed;
    stream_.set_verify_mode(boost::asio::ssl::verify_peer | boost::asio::ssl::verify_fail_if_no_peer_cert, failed);
    if (!failed)
      stream_.set_verify_callback(boost::asio::ssl::host_name_verification(host), failed);
    if (failed)
      return false;
    boost::system::error_code is_name;
    boost::asio::ip::make_address(host, is_name);
    return !is_name || SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str()) == 1;
  }

  std::string distrust(const boost::system::error_code& why) {
    const auto verified = SSL_get_verify_result(stream_.native_handle());
    return "TLS: " + why.message() + (verified == X509_V_OK ? "" : ": ")
           + (verified == X509_V_OK ? "" : X509_verify_cert_error_string(verified));
  }

  Stream stream_;
  bool closed_ = false;
};

} // namespace redial::outbound
