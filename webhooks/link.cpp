#include "webhooks/link.hpp"

#include "outbound/client_stream.hpp"
#include "outbound/retry_after.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>

namespace redial::webhooks {

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::uint64_t longest_body = 64 * 1024;
constexpr std::uint32_t longest_head = 16 * 1024;

using outbound::awaited;

template <class Stream>
class link_over final : public link {
public:
  template <class... Args>
  explicit link_over(net::io_context& io, Args&... args) : socket_{io, args...} {}

  net::awaitable<std::string> open(const endpoints& to, const std::string& host) override {
    return socket_.open(to, host);
  }

  net::awaitable<exchanged> exchange(const std::string& request) override {
    const auto [unwritten, written] = co_await net::async_write(socket_.stream(), net::buffer(request), awaited);
    if (unwritten)
      co_return exchanged{{0, "the connection broke: " + unwritten.message(), {}}, true};
    do {
      parser_.emplace();
      parser_->body_limit(longest_body);
      parser_->header_limit(longest_head);
      const auto [unread, count] = co_await http::async_read_header(socket_.stream(), buffer_, *parser_, awaited);
      if (unread && unread != http::error::body_limit)
        co_return exchanged{{0, "no answer: " + unread.message(), {}}, !parser_->got_some()};
      too_long_ = unread == http::error::body_limit;
    } while (outbound::is_interim(parser_->get().result_int()) && !too_long_);
    const auto& head = parser_->get();
    const auto retry_after = head[http::field::retry_after];
    co_return exchanged{
      {head.result_int(), {},
        outbound::read_retry_after({retry_after.data(), retry_after.size()}, std::chrono::system_clock::now())},
      false};
  }

  net::awaitable<bool> drain() override {
    if (too_long_ || !parser_ || parser_->get().result_int() == 101)
      co_return false;
    if (!parser_->is_done()) {
      const auto [unread, count] = co_await http::async_read(socket_.stream(), buffer_, *parser_, awaited);
      if (unread)
        co_return false;
    }
    // Bytes beyond the answer belong to nothing that was asked.
    co_return parser_->keep_alive() && !parser_->get().need_eof() && buffer_.size() == 0;
  }

  bool still_quiet() override { return socket_.still_quiet(); }
  void close() override { socket_.close(); }

private:
  outbound::client_stream<Stream> socket_;
  beast::flat_buffer buffer_;
  std::optional<http::response_parser<http::string_body>> parser_;
  bool too_long_ = false;
};

} // namespace

std::unique_ptr<link> make_link(net::io_context& io, net::ssl::context* tls) {
  if (tls)
    return std::make_unique<link_over<outbound::tls_stream>>(io, *tls);
  return std::make_unique<link_over<outbound::plain_stream>>(io);
}

} // namespace redial::webhooks
