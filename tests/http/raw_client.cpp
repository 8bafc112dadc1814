#include "tests/http/raw_client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace redial::test {

namespace net = boost::asio;

raw_client::raw_client(std::uint16_t port, int receive_buffer)
  : tls_context_{nullptr, SSL_CTX_free}, tls_{nullptr, SSL_free} {
  if (receive_buffer != 0) {
    socket_.open(net::ip::tcp::v4());
    socket_.set_option(net::socket_base::receive_buffer_size{receive_buffer});
  }
  socket_.connect({net::ip::make_address("127.0.0.1"), port});
  const timeval limit{10, 0};
  ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

raw_client::~raw_client() = default;

void raw_client::secure() {
  std::signal(SIGPIPE, SIG_IGN); // OpenSSL writes as if to a file
  tls_context_.reset(SSL_CTX_new(TLS_client_method()));
  tls_.reset(SSL_new(tls_context_.get()));
  constexpr std::string_view offered = "\x02h2\x08http/1.1";
  SSL_set_alpn_protos(
    tls_.get(), reinterpret_cast<const unsigned char*>(offered.data()), static_cast<unsigned>(offered.size()));
  SSL_set_fd(tls_.get(), socket_.native_handle());
  if (SSL_connect(tls_.get()) != 1)
    throw std::runtime_error("no handshake");
}

std::string raw_client::server_name() const {
  const std::unique_ptr<X509, void (*)(X509*)> certificate{SSL_get1_peer_certificate(tls_.get()), X509_free};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(), name.size());
  return name.data();
}

std::string raw_client::protocol() const {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(tls_.get(), &name, &length);
  return {reinterpret_cast<const char*>(name), length};
}

void raw_client::send(std::string_view bytes) {
  if (tls_) {
    SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()));
    return;
  }
  boost::system::error_code refused; // the server may have answered and closed already
  net::write(socket_, net::buffer(bytes), refused);
}

void raw_client::finish_sending() { socket_.shutdown(net::ip::tcp::socket::shutdown_send); }
void raw_client::close() { socket_.close(); }

bool raw_client::fill() {
  char bytes[16384];
  // Not through asio, which would wait for ever where the socket has its own limit.
  const auto n =
    tls_ ? SSL_read(tls_.get(), bytes, sizeof bytes) : ::recv(socket_.native_handle(), bytes, sizeof bytes, 0);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    throw std::runtime_error("no answer within ten seconds");
  reset_ = n < 0 && errno == ECONNRESET;
  if (n <= 0)
    return false;
  buffer_.append(bytes, static_cast<std::size_t>(n));
  return true;
}

std::string raw_client::receive_head() {
  for (;;) {
    if (const auto end = buffer_.find("\r\n\r\n"); end != std::string::npos) {
      auto head = buffer_.substr(0, end);
      buffer_.erase(0, end + 4);
      return head;
    }
    if (!fill())
      throw std::runtime_error("the connection closed before an answer");
  }
}

reply_text raw_client::receive(bool head_only) {
  auto head = receive_head() + "\r\n";
  reply_text reply;
  reply.status = static_cast<unsigned>(std::stoul(head.substr(9, 3)));
  for (auto at = head.find("\r\n") + 2; at < head.size();) {
    const auto end = head.find("\r\n", at);
    const auto colon = head.find(": ", at);
    auto name = head.substr(at, colon - at);
    std::transform(
      name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    reply.headers[name] = head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  if (head_only)
    return reply;
  if (reply.headers.count("transfer-encoding") != 0)
    reply.body = receive_chunks();
  else
    reply.body = take(std::stoul(reply.headers.at("content-length")));
  return reply;
}

std::string raw_client::take(std::size_t bytes) {
  while (buffer_.size() < bytes) {
    if (!fill())
      throw closed_early("the connection closed in the middle of an answer");
  }
  auto taken = buffer_.substr(0, bytes);
  buffer_.erase(0, bytes);
  return taken;
}

std::string raw_client::receive_chunk() {
  std::string size;
  while (!size.ends_with("\r\n"))
    size += take(1);
  size.resize(size.size() - 2);
  if (size.empty() || size.find_first_not_of("0123456789abcdef") != std::string::npos)
    throw std::runtime_error("no chunk size: " + size);
  auto chunk = take(std::stoul(size, nullptr, 16));
  if (take(2) != "\r\n")
    throw std::runtime_error("a chunk that is longer than it says");
  return chunk;
}

std::string raw_client::receive_chunks() {
  std::string all;
  for (;;) {
    const auto chunk = receive_chunk();
    if (chunk.empty())
      return all;
    all += chunk;
  }
}

std::optional<std::string> raw_client::receive_rest() {
  while (fill()) {
  }
  if (reset_)
    return std::nullopt;
  return std::exchange(buffer_, {});
}

bool raw_client::closed_by_server() { return buffer_.empty() && !fill(); }

std::string request_text(
  std::string_view method, std::string_view target, std::string_view body, std::string_view more_headers) {
  std::string text{method};
  text.append(" ").append(target).append(" HTTP/1.1\r\nHost: test\r\n").append(more_headers);
  if (!body.empty())
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  text.append("\r\n").append(body);
  return text;
}

} // namespace redial::test
