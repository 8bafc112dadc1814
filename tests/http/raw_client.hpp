/// A client that says exactly the bytes it is told to.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <openssl/types.h>

namespace redial::test {

struct reply_text {
  unsigned status = 0;
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;
  nlohmann::json json() const { return nlohmann::json::parse(body); }
};

/// The server closed where more was to come.
struct closed_early : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One connection. Every read gives up with std::runtime_error after ten seconds, so that no test hangs.
class raw_client {
public:
  /// @param receive_buffer what the system may hold of what was received, in bytes; 0 for its default
  explicit raw_client(std::uint16_t port, int receive_buffer = 0);
  ~raw_client();
  /// Goes on under TLS, trusting anybody, offering HTTP/1.1 and HTTP/2. @throws std::runtime_error if that fails.
  void secure();
  /// @returns the common name in the server's certificate.
  std::string server_name() const;
  /// @returns the protocol agreed upon, for instance "http/1.1"; empty if none was.
  std::string protocol() const;
  void send(std::string_view bytes);
  /// Closes the sending direction only.
  void finish_sending();
  void close();
  /// @param head_only the answer to a HEAD, which has no body
  reply_text receive(bool head_only = false);
  /// @returns what comes before the next blank line, and eats it.
  std::string receive_head();
  /// @returns one chunk of a chunked body, empty for the last one.
  std::string receive_chunk();
  /// @returns the whole rest of a chunked body, its chunks joined.
  std::string receive_chunks();
  /// @returns what comes until the server closes; nullopt where the connection is reset instead.
  std::optional<std::string> receive_rest();
  /// @returns whether the server closed without another byte.
  bool closed_by_server();

private:
  bool fill();
  std::string take(std::size_t bytes);
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> tls_context_;
  std::unique_ptr<SSL, void (*)(SSL*)> tls_;
  std::string buffer_;
  bool reset_ = false;
};

/// @returns the text of a request with this body, on a connection that stays open.
std::string request_text(
  std::string_view method, std::string_view target, std::string_view body = {}, std::string_view more_headers = {});

} // namespace redial::test
