/// HTTP as a client speaks it, well or badly.
#pragma once

#include "server_process.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/verb.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace redial::e2e {

using verb = boost::beast::http::verb;

/// One answer.
struct reply {
  unsigned status = 0;
  unsigned version = 11; ///< 10 or 11
  bool keep_alive = false;
  boost::beast::http::fields head;
  std::string body;

  std::string header(std::string_view name) const;
  /// @returns the body as JSON. @throws if it is none.
  nlohmann::json json() const { return nlohmann::json::parse(body); }
};

using headers = std::vector<std::pair<std::string, std::string>>;

/// The header field of whoever bears `admin_key`, for requests that are written out.
inline const std::string authorization = "Authorization: Bearer " + admin_key + "\r\n";

/// One connection, kept alive, opened when first needed and again after the server has closed it in good order. Every
/// step has `patience`. Not thread-safe: one a thread.
class client {
public:
  /// @param key that every request bears which brings no Authorization of its own; empty for none
  explicit client(std::uint16_t port, std::string key = admin_key);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  /// @throws boost::system::system_error where the connection fails or the answer does not come in time.
  reply request(verb method, const std::string& target, const std::string& body = {}, const headers& more = {});

  reply get(const std::string& target) { return request(verb::get, target); }
  reply post(const std::string& target, const std::string& body = {}) { return request(verb::post, target, body); }
  reply patch(const std::string& target, const std::string& body) { return request(verb::patch, target, body); }
  reply del(const std::string& target, const std::string& body = {}) { return request(verb::delete_, target, body); }

private:
  void connect();
  void run(const char* step);

  std::uint16_t port_;
  std::string key_;
  boost::asio::io_context io_;
  std::optional<boost::beast::tcp_stream> stream_;
  boost::beast::flat_buffer buffer_;
  boost::system::error_code error_;
};

/// A socket that sends what it is told, well-formed or not.
class raw_socket {
public:
  /// @throws std::system_error if nobody listens.
  explicit raw_socket(std::uint16_t port);
  ~raw_socket();
  raw_socket(raw_socket&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
  raw_socket& operator=(raw_socket&&) = delete;

  /// @returns whether all of it left within `patience`; false where the other side has closed.
  bool send(std::string_view bytes) const;
  /// Says that nothing more will be sent; answers can still come.
  void finish() const;
  /// @returns what comes until the other side closes, or nullopt if it does not within `patience`.
  std::optional<std::string> receive_all() const;
  /// @returns what comes within `limit`, at once if anything has; empty if nothing did, or the other side closed.
  std::string receive(std::chrono::milliseconds limit = patience) const;
  bool closed() const;
  void close();

private:
  int descriptor_ = -1;
};

/// @returns the first answer in what a raw socket received. @throws if it is none.
reply parse_reply(std::string_view received);

} // namespace redial::e2e
