#include "webhooks/link.hpp"

#include "telephony/http/retry_after.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <cerrno>
#include <optional>
#include <sys/socket.h>

namespace redial::webhooks {

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::uint64_t longest_body = 64 * 1024;
constexpr std::uint32_t longest_head = 16 * 1024;
constexpr auto awaited = net::as_tuple(net::use_awaitable);

using plain_stream = beast::tcp_stream;
using tls_stream = beast::ssl_stream<beast::tcp_stream>;

template <class Stream>
class link_over final : public link {
public:
  template <class... Args>
  explicit link_over(net::io_context& io, Args&... args) : stream_{io, args...} {}

  net::awaitable<std::string> open(const endpoints& to, const std::string& host) override {
    const auto [refused, endpoint] = co_await lowest().async_connect(to, awaited);
    if (refused || closed_)
      co_return refused.message();
    boost::system::error_code ignored; // it costs time only
    lowest().socket().set_option(net::ip::tcp::no_delay{true}, ignored);
    if constexpr (is_tls) {
      if (!expect(host))
        co_return "OpenSSL cannot verify that host";
      const auto [distrusted] = co_await stream_.async_handshake(net::ssl::stream_base::client, awaited);
      if (distrusted || closed_)
        co_return distrust(distrusted);
    }
    co_return std::string{};
  }

  net::awaitable<exchanged> exchange(const std::string& request) override {
    const auto [unwritten, written] = co_await net::async_write(stream_, net::buffer(request), awaited);
    if (unwritten)
      co_return exchanged{{0, "the connection broke: " + unwritten.message(), {}}, true};
    do {
      parser_.emplace();
      parser_->body_limit(longest_body);
      parser_->header_limit(longest_head);
      const auto [unread, count] = co_await http::async_read_header(stream_, buffer_, *parser_, awaited);
      if (unread && unread != http::error::body_limit)
        co_return exchanged{{0, "no answer: " + unread.message(), {}}, !parser_->got_some()};
      too_long_ = unread == http::error::body_limit;
    } while (is_interim(parser_->get().result_int()) && !too_long_);
    const auto& head = parser_->get();
    const auto retry_after = head[http::field::retry_after];
    co_return exchanged{
      {head.result_int(), {},
        telephony::read_retry_after({retry_after.data(), retry_after.size()}, std::chrono::system_clock::now())},
      false};
  }

  net::awaitable<bool> drain() override {
    if (too_long_ || !parser_ || parser_->get().result_int() == 101)
      co_return false;
    if (!parser_->is_done()) {
      const auto [unread, count] = co_await http::async_read(stream_, buffer_, *parser_, awaited);
      if (unread)
        co_return false;
    }
    // Bytes beyond the answer belong to nothing that was asked.
    co_return parser_->keep_alive() && !parser_->get().need_eof() && buffer_.size() == 0;
  }

  bool still_quiet() override {
    char byte = 0;
    const auto seen = ::recv(lowest().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return seen < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

  void close() override {
    closed_ = true;
    lowest().close();
  }

private:
  static constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream_); }

  static bool is_interim(unsigned status) { return status / 100 == 1 && status != 101; }

  /// Says whose certificate is to be shown. @returns whether OpenSSL took that.
  bool expect(const std::string& host) {
    boost::system::error_code failed;
    stream_.set_verify_mode(net::ssl::verify_peer | net::ssl::verify_fail_if_no_peer_cert, failed);
    if (!failed)
      stream_.set_verify_callback(net::ssl::host_name_verification(host), failed);
    if (failed)
      return false;
    boost::system::error_code is_name;
    net::ip::make_address(host, is_name);
    return !is_name || SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str()) == 1;
  }

  std::string distrust(const boost::system::error_code& why) {
    const auto verified = SSL_get_verify_result(stream_.native_handle());
    return "TLS: " + why.message() + (verified == X509_V_OK ? "" : ": ")
           + (verified == X509_V_OK ? "" : X509_verify_cert_error_string(verified));
  }

  Stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::string_body>> parser_;
  bool too_long_ = false;
  bool closed_ = false;
};

} // namespace

std::unique_ptr<link> make_link(net::io_context& io, net::ssl::context* tls) {
  if (tls)
    return std::make_unique<link_over<tls_stream>>(io, *tls);
  return std::make_unique<link_over<plain_stream>>(io);
}

} // namespace redial::webhooks
