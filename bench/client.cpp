#include "bench/client.hpp"

#include "bench/server_process.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/span.hpp>
#include <boost/beast/http.hpp>

#include <stdexcept>

namespace redial::bench {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

client::client(std::uint16_t port) : stream_{io_} {
  stream_.connect(tcp::endpoint{boost::asio::ip::address_v4::loopback(), port});
  stream_.socket().set_option(tcp::no_delay{true});
}

std::string client::fetch(http::verb verb, std::string_view path, std::string_view body) {
  // The body is sent from where it lies: a copy of 90 MB would be measured with the rest.
  http::request<http::span_body<const char>> request{verb, {path.data(), path.size()}, 11};
  request.set(http::field::host, "127.0.0.1");
  request.set(http::field::authorization, std::string{"Bearer "} + admin_key);
  if (!body.empty())
    request.set(http::field::content_type, "application/json");
  request.body() = {body.data(), body.size()};
  request.prepare_payload();
  http::write(stream_, request);
  http::response<http::string_body> response;
  http::read(stream_, buffer_, response);
  if (http::to_status_class(response.result()) != http::status_class::successful)
    throw std::runtime_error(std::string{http::to_string(verb)} + " " + std::string{path} + ": "
                             + std::to_string(response.result_int()) + " " + response.body());
  return std::move(response.body());
}

nlohmann::json client::ask(http::verb verb, std::string_view path, std::string_view body) {
  return nlohmann::json::parse(fetch(verb, path, body));
}

} // namespace redial::bench
