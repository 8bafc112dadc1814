#include "telephony/http/connection.hpp"

#include "outbound/client_stream.hpp"
#include "outbound/retry_after.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>

namespace redial::telephony {

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::uint64_t longest_body = 1024 * 1024;
constexpr std::uint32_t longest_head = 16 * 1024;

using outbound::awaited;

template <class Stream>
class connection_over final : public connection {
public:
  template <class... Args>
  explicit connection_over(net::io_context& io, const outbound::base_url& url, Args&... args)
    : url_{url}, resolver_{io}, socket_{io, args...} {}

  net::awaitable<std::string> open(milliseconds limit) override {
    const auto [unresolved, endpoints] =
      co_await resolver_.async_resolve(url_.host, std::to_string(url_.port), awaited);
    if (unresolved || socket_.closed())
      co_return unresolved.message();
    socket_.lowest().expires_after(limit);
    auto fault = co_await socket_.open(endpoints, url_.host);
    if (fault.empty())
      socket_.lowest().expires_never();
    co_return fault;
  }

  net::awaitable<exchanged> exchange(const std::string& request, milliseconds limit) override {
    socket_.lowest().expires_after(limit);
    const auto [unwritten, bytes] = co_await net::async_write(socket_.stream(), net::buffer(request), awaited);
    if (unwritten) {
      // TLS counts what it has taken in, not what has left.
      const bool nothing_left = !socket_.is_tls && bytes == 0;
      co_return exchanged{nothing_left ? http_failure::never_sent : http_failure::uncertain, false};
    }
    std::optional<http::response_parser<http::string_body>> parser;
    do {
      parser.emplace();
      parser->body_limit(longest_body);
      parser->header_limit(longest_head);
      const auto [unread, count] = co_await http::async_read(socket_.stream(), buffer_, *parser, awaited);
      if (unread)
        co_return exchanged{http_failure::uncertain, false};
    } while (outbound::is_interim(parser->get().result_int()));
    auto message = parser->release();
    http_answer answer;
    answer.status = message.result_int();
    const auto retry_after = message[http::field::retry_after];
    answer.retry_after =
      outbound::read_retry_after({retry_after.data(), retry_after.size()}, std::chrono::system_clock::now());
    answer.body = std::move(message.body());
    // Bytes beyond the answer belong to nothing that was asked.
    const bool reusable = message.keep_alive() && !message.need_eof() && buffer_.size() == 0 && answer.status != 101;
    socket_.lowest().expires_never();
    co_return exchanged{std::move(answer), reusable};
  }

  bool still_quiet() override { return socket_.still_quiet(); }

  void close() override {
    resolver_.cancel();
    socket_.close();
  }

private:
  const outbound::base_url& url_;
  net::ip::tcp::resolver resolver_;
  outbound::client_stream<Stream> socket_;
  beast::flat_buffer buffer_;
};

} // namespace

std::unique_ptr<connection> make_connection(
  net::io_context& io, const outbound::base_url& url, net::ssl::context* tls) {
  if (tls)
    return std::make_unique<connection_over<outbound::tls_stream>>(io, url, *tls);
  return std::make_unique<connection_over<outbound::plain_stream>>(io, url);
}

} // namespace redial::telephony
