#include "telephony/http/connection.hpp"

#include "telephony/http/retry_after.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <cerrno>
#include <optional>
#include <sys/socket.h>

namespace redial::telephony {

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::uint64_t longest_body = 1024 * 1024;
constexpr std::uint32_t longest_head = 16 * 1024;
constexpr auto awaited = net::as_tuple(net::use_awaitable);

using plain_stream = beast::tcp_stream;
using tls_stream = beast::ssl_stream<beast::tcp_stream>;

template <class Stream>
class connection_over final : public connection {
public:
  template <class... Args>
  explicit connection_over(net::io_context& io, const base_url& url, Args&... args)
    : url_{url}, resolver_{io}, stream_{io, args...} {}

  net::awaitable<std::string> open(milliseconds limit) override {
    const auto [unresolved, endpoints] =
      co_await resolver_.async_resolve(url_.host, std::to_string(url_.port), awaited);
    if (unresolved || closed_)
      co_return unresolved.message();
    lowest().expires_after(limit);
    const auto [refused, endpoint] = co_await lowest().async_connect(endpoints, awaited);
    if (refused || closed_)
      co_return refused.message();
    boost::system::error_code ignored; // it costs time only
    lowest().socket().set_option(net::ip::tcp::no_delay{true}, ignored);
    if constexpr (is_tls) {
      if (!expect_host())
        co_return "OpenSSL cannot verify that host";
      const auto [distrusted] = co_await stream_.async_handshake(net::ssl::stream_base::client, awaited);
      if (distrusted || closed_)
        co_return distrust(distrusted);
    }
    lowest().expires_never();
    co_return std::string{};
  }

  net::awaitable<exchanged> exchange(const std::string& request, milliseconds limit) override {
    lowest().expires_after(limit);
    const auto [unwritten, bytes] = co_await net::async_write(stream_, net::buffer(request), awaited);
    if (unwritten) {
      // TLS counts what it has taken in, not what has left.
      const bool nothing_left = !is_tls && bytes == 0;
      co_return exchanged{nothing_left ? http_failure::never_sent : http_failure::uncertain, false};
    }
    std::optional<http::response_parser<http::string_body>> parser;
    do {
      parser.emplace();
      parser->body_limit(longest_body);
      parser->header_limit(longest_head);
      const auto [unread, count] = co_await http::async_read(stream_, buffer_, *parser, awaited);
      if (unread)
        co_return exchanged{http_failure::uncertain, false};
    } while (is_interim(parser->get().result_int()));
    auto message = parser->release();
    http_answer answer;
    answer.status = message.result_int();
    const auto retry_after = message[http::field::retry_after];
    answer.retry_after = read_retry_after({retry_after.data(), retry_after.size()}, std::chrono::system_clock::now());
    answer.body = std::move(message.body());
    // Bytes beyond the answer belong to nothing that was asked.
    const bool reusable = message.keep_alive() && !message.need_eof() && buffer_.size() == 0 && answer.status != 101;
    lowest().expires_never();
    co_return exchanged{std::move(answer), reusable};
  }

  bool still_quiet() override {
    char byte = 0;
    const auto seen = ::recv(lowest().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return seen < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  void close() override {
    closed_ = true;
    resolver_.cancel();
    lowest().close();
  }

private:
  static constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

  static bool is_interim(unsigned status) { return status / 100 == 1 && status != 101; }

  /// Says whose certificate is to be shown. @returns whether OpenSSL took that.
  bool expect_host() {
    boost::system::error_code failed;
    stream_.set_verify_mode(net::ssl::verify_peer | net::ssl::verify_fail_if_no_peer_cert, failed);
    if (!failed)
      stream_.set_verify_callback(net::ssl::host_name_verification(url_.host), failed);
    if (failed)
      return false;
    boost::system::error_code is_name;
    net::ip::make_address(url_.host, is_name);
    return !is_name || SSL_set_tlsext_host_name(stream_.native_handle(), url_.host.c_str()) == 1;
  }

  std::string distrust(const boost::system::error_code& why) {
    const auto verified = SSL_get_verify_result(stream_.native_handle());
    return "TLS: " + why.message() + (verified == X509_V_OK ? "" : ": ")
           + (verified == X509_V_OK ? "" : X509_verify_cert_error_string(verified));
  }

  const base_url& url_;
  net::ip::tcp::resolver resolver_;
  Stream stream_;
  beast::flat_buffer buffer_;
  bool closed_ = false;
};

} // namespace

std::unique_ptr<connection> make_connection(net::io_context& io, const base_url& url, net::ssl::context* tls) {
  if (tls)
    return std::make_unique<connection_over<tls_stream>>(io, url, *tls);
  return std::make_unique<connection_over<plain_stream>>(io, url);
}

} // namespace redial::telephony
