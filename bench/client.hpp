/// As much of an HTTP client as the measurements need.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/verb.hpp>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace redial::bench {

/// Where a server is reached, and with which key.
struct target {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string key; ///< an API key: the bearer of every request
};

/// @param url http://HOST:PORT, nothing behind it. @throws std::runtime_error for anything else.
target target_of(std::string_view url, std::string key);

/// One connection to a server, kept open; one request at a time. Every answer other than 2xx is an
/// error.
class client {
public:
  /// @throws boost::system::system_error where nobody listens.
  explicit client(target server);
  /// To a server of `server_process`.
  explicit client(std::uint16_t port);

  /// @returns the body of the answer. @throws std::runtime_error with the answer's text where its status is not 2xx.
  nlohmann::json get(std::string_view path) { return ask(boost::beast::http::verb::get, path, {}); }
  nlohmann::json post(std::string_view path, std::string_view body) {
    return ask(boost::beast::http::verb::post, path, body);
  }
  nlohmann::json patch(std::string_view path, std::string_view body) {
    return ask(boost::beast::http::verb::patch, path, body);
  }
  /// Not parsed: for answers that are no JSON.
  std::string text(std::string_view path) { return fetch(boost::beast::http::verb::get, path, {}); }
  /// Reads an answer and looks at its status alone.
  void touch(std::string_view path) { fetch(boost::beast::http::verb::get, path, {}); }

private:
  std::string fetch(boost::beast::http::verb verb, std::string_view path, std::string_view body);
  nlohmann::json ask(boost::beast::http::verb verb, std::string_view path, std::string_view body);

  target server_;
  boost::asio::io_context io_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
};

} // namespace redial::bench
