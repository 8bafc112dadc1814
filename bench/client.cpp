#include "bench/client.hpp"

#include "bench/server_process.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/span.hpp>
#include <boost/beast/http.hpp>

#include <charconv>
#include <stdexcept>
#include <utility>

namespace redial::bench {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

target target_of(std::string_view url, std::string key) {
  constexpr std::string_view scheme = "http://";
  const auto colon = url.rfind(':');
  target found;
  found.key = std::move(key);
  if (!url.starts_with(scheme) || colon < scheme.size())
    throw std::runtime_error("not http://HOST:PORT: " + std::string{url});
  found.host = url.substr(scheme.size(), colon - scheme.size());
  const auto port = url.substr(colon + 1);
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), found.port);
  if (failed != std::errc{} || end != port.data() + port.size() || found.host.empty())
    throw std::runtime_error("not http://HOST:PORT: " + std::string{url});
  return found;
}

client::client(std::uint16_t port) : client{target{"127.0.0.1", port, admin_key}} {}

client::client(target server) : server_{std::move(server)}, stream_{io_} {
  tcp::resolver resolver{io_};
  stream_.connect(resolver.resolve(server_.host, std::to_string(server_.port)));
  stream_.socket().set_option(tcp::no_delay{true});
}

std::string client::fetch(http::verb verb, std::string_view path, std::string_view body) {
  // The body is sent from where it lies: a copy of 90 MB would be measured with the rest.
  http::request<http::span_body<const char>> request{verb, {path.data(), path.size()}, 11};
  request.set(http::field::host, server_.host);
  request.set(http::field::authorization, "Bearer " + server_.key);
  if (!body.empty())
    request.set(http::field::content_type, "application/json");
  request.body() = {body.data(), body.size()};
  request.prepare_payload();
  http::write(stream_, request);
  http::response_parser<http::string_body> parser;
  parser.body_limit(boost::none); // an export of a million contacts
  http::read(stream_, buffer_, parser);
  auto response = parser.release();
  if (http::to_status_class(response.result()) != http::status_class::successful)
    throw std::runtime_error(std::string{http::to_string(verb)} + " " + std::string{path} + ": "
                             + std::to_string(response.result_int()) + " " + response.body());
  return std::move(response.body());
}

nlohmann::json client::ask(http::verb verb, std::string_view path, std::string_view body) {
  return nlohmann::json::parse(fetch(verb, path, body));
}

} // namespace redial::bench
