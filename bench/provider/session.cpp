#include "bench/provider/session.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace redial::provider {

namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::chrono::seconds idle_limit{300};
constexpr std::uint64_t body_limit = 1024 * 1024;

class session : public std::enable_shared_from_this<session> {
public:
  session(net::ip::tcp::socket socket, const handler& handle)
    : stream_{std::move(socket)}, quiet_{stream_.get_executor()}, handle_{handle} {
    boost::system::error_code error;
    stream_.socket().set_option(net::ip::tcp::no_delay{true}, error);
    const auto peer = stream_.socket().remote_endpoint(error);
    near_ = !error && peer.address().is_loopback();
  }

  void read() {
    parser_.emplace();
    parser_->body_limit(body_limit);
    stream_.expires_after(idle_limit);
    http::async_read(stream_, buffer_, *parser_, beast::bind_front_handler(&session::take, shared_from_this()));
  }

private:
  void take(boost::system::error_code error, std::size_t) {
    if (error == http::error::body_limit) {
      keep_ = false;
      reply({413, R"({"detail":"the body is longer than 1 MiB"})"});
      return;
    }
    if (error) // the other side has gone, or talks no HTTP
      return;
    stream_.expires_never();
    const auto request = parser_->release();
    keep_ = request.keep_alive();
    version_ = request.version();
    handle_(request, near_, [self = shared_from_this()](reaction what) { self->go(std::move(what)); });
  }

  void go(reaction&& what) {
    if (auto* say = std::get_if<answer>(&what)) {
      reply(std::move(*say));
    } else if (const auto* wait = std::get_if<silence>(&what)) {
      quiet_.expires_after(wait->time);
      quiet_.async_wait([self = shared_from_this()](boost::system::error_code) { self->close(); });
    } else {
      // Closing with nothing to linger for makes the kernel send a reset.
      boost::system::error_code ignored;
      stream_.socket().set_option(net::socket_base::linger{true, 0}, ignored);
      close();
    }
  }

  void reply(answer&& what) {
    response_ = {static_cast<http::status>(what.status), version_};
    response_.set(http::field::content_type, "application/json");
    if (what.retry_after_s > 0)
      response_.set(http::field::retry_after, std::to_string(what.retry_after_s));
    response_.keep_alive(keep_);
    response_.body() = std::move(what.body);
    response_.prepare_payload();
    stream_.expires_after(idle_limit);
    http::async_write(stream_, response_, beast::bind_front_handler(&session::sent, shared_from_this()));
  }

  void sent(boost::system::error_code error, std::size_t) {
    if (error || !keep_)
      close();
    else
      read();
  }

  void close() {
    boost::system::error_code ignored;
    stream_.socket().close(ignored);
  }

  beast::tcp_stream stream_;
  net::steady_timer quiet_;
  const handler& handle_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  unsigned version_ = 11;
  bool keep_ = true;
  bool near_ = false;
};

} // namespace

void serve(net::ip::tcp::socket socket, const handler& handle) {
  std::make_shared<session>(std::move(socket), handle)->read();
}

} // namespace redial::provider
