/// A web server that does over each connection what a test says.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace redial::test {

using http_message = boost::beast::http::request<boost::beast::http::string_body>;

/// The server's end of one connection. Blocking.
class peer {
public:
  virtual ~peer() = default;
  /// @returns the next request, or nullopt where the other side has closed.
  virtual std::optional<http_message> read() = 0;
  virtual void write(const std::string& bytes) = 0;
  /// Closes it so that the other side sees a reset.
  virtual void reset() = 0;
  virtual void close() = 0;

  void answer(unsigned status, const std::string& body, const std::string& more_headers = {});
};

/// A certificate of its own making, written to a file to be trusted.
class certificate {
public:
  /// @param subject what it is for, for instance "DNS:localhost" or "IP:127.0.0.1"
  explicit certificate(const std::string& subject);
  ~certificate();
  certificate(const certificate&) = delete;
  certificate& operator=(const certificate&) = delete;

  boost::asio::ssl::context& context() { return context_; }
  std::string file() const { return file_.string(); }

private:
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_server};
  std::filesystem::path file_;
};

/// Listens on 127.0.0.1. Every connection has a thread, on which `serve` runs; where that returns, it is closed.
class server {
public:
  /// @param serve given the connection and its number, from 1
  explicit server(std::function<void(peer&, int)> serve, certificate* with = nullptr);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }
  int requests() const { return requests_; }

private:
  void accept();

  std::function<void(peer&, int)> serve_;
  certificate* certificate_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_{io_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  const std::uint16_t port_ = acceptor_.local_endpoint().port();
  std::atomic<int> connections_{0};
  std::atomic<int> requests_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::thread> threads_;
  std::list<boost::asio::ip::tcp::socket*> open_;
  std::thread accepting_;
};

} // namespace redial::test
