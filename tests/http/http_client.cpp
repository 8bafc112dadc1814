#include "tests/http/http_client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>

namespace redial::test {

namespace net = boost::asio;

raw_client::raw_client(std::uint16_t port, int receive_buffer) {
  if (receive_buffer != 0) {
    socket_.open(net::ip::tcp::v4());
    socket_.set_option(net::socket_base::receive_buffer_size{receive_buffer});
  }
  socket_.connect({net::ip::make_address("127.0.0.1"), port});
  const timeval limit{10, 0};
  ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

void raw_client::send(std::string_view bytes) {
  boost::system::error_code refused; // the server may have answered and closed already
  net::write(socket_, net::buffer(bytes), refused);
}

void raw_client::finish_sending() { socket_.shutdown(net::ip::tcp::socket::shutdown_send); }
void raw_client::close() { socket_.close(); }

bool raw_client::fill() {
  char bytes[16384];
  // Not through asio, which would wait for ever where the socket has its own limit.
  const auto n = ::recv(socket_.native_handle(), bytes, sizeof bytes, 0);
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
      throw std::runtime_error("the connection closed in the middle of an answer");
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

namespace {

http::server_options on_free_port(http::server_options options) {
  options.port = 0;
  return options;
}

} // namespace

served::served(http::server_options options)
  : time{*parse_rfc3339("2026-03-01T10:00:00Z")}, engine{time}, server{on_free_port(std::move(options)), engine, time} {
  server.start();
}

reply_text served::ask(
  std::string_view method, std::string_view target, std::string_view body, std::string_view more_headers) {
  raw_client client{server.port()};
  client.send(request_text(method, target, body, more_headers));
  return client.receive(method == "HEAD");
}

std::string served::create(std::string_view contacts, std::string_view more_members) {
  std::string body = R"({"name":"n","script_id":"s","language":"hi-IN","contacts":)";
  body.append(contacts).append(more_members).append("}");
  const auto reply = ask("POST", "/v1/campaigns", body);
  if (reply.status != 201)
    throw std::runtime_error("not created: " + reply.body);
  return reply.json().at("id").get<std::string>();
}

} // namespace redial::test
