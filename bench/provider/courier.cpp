#include "bench/provider/courier.hpp"

#include "telephony/http/client.hpp"
#include "telephony/http/signature.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace redial::provider {

namespace {

constexpr std::size_t most_origins = 16;

} // namespace

std::optional<callback_address> parse_callback_url(const std::string& url) {
  const bool known = url.starts_with("http://") || url.starts_with("https://");
  const auto bad = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; };
  if (!known || url.size() > 2000 || std::any_of(url.begin(), url.end(), bad))
    return std::nullopt;
  const auto host = url.find("//") + 2;
  const auto end = url.find('/', host);
  if (end == host || host == url.size())
    return std::nullopt;
  return callback_address{url.substr(0, end), end == std::string::npos ? "/" : url.substr(end)};
}

courier::~courier() {
  for (auto& [origin, transport] : transports_)
    transport->shut_down();
}

telephony::http_transport* courier::transport_to(const std::string& origin) {
  if (const auto found = transports_.find(origin); found != transports_.end())
    return found->second.get();
  if (transports_.size() >= most_origins)
    return nullptr;
  telephony::http_client_options options;
  options.base_url = origin;
  options.connections = options_.connections;
  options.request_timeout = options_.timeout;
  auto made = telephony::make_http_client(std::move(options));
  if (!made)
    return nullptr;
  return transports_.emplace(origin, std::move(*made)).first->second.get();
}

void courier::send(const std::string& url, std::string body, std::function<void(unsigned)> done) {
  const auto address = parse_callback_url(url);
  auto* transport = address ? transport_to(address->origin) : nullptr;
  if (!transport) {
    boost::asio::post(io_, [done = std::move(done)] { done(0); });
    return;
  }
  const auto now =
    std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  telephony::http_request request;
  request.method = telephony::http_request::verb::post;
  request.target = address->target;
  request.signature = telephony::sign(options_.secret, now.count(), body);
  request.body = std::move(body);
  transport->send(std::move(request), [this, done = std::move(done)](const telephony::http_outcome& outcome) mutable {
    const auto* answer = std::get_if<telephony::http_answer>(&outcome);
    boost::asio::post(io_, [done = std::move(done), status = answer ? answer->status : 0] { done(status); });
  });
}

} // namespace redial::provider
