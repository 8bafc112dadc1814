/// Carries callbacks to whoever placed the calls.
#pragma once

#include "telephony/http/transport.hpp"

#include "domain/result.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace redial::provider {

struct courier_options {
  std::string secret; ///< signs what is sent
  std::size_t connections = 64;
  milliseconds timeout{10'000};
};

/// Where to send, taken apart: "http://HOST:PORT" and the rest.
struct callback_address {
  std::string origin;
  std::string target;
};
/// @returns the parts of an http or https URL without spaces or control characters, or nullopt.
std::optional<callback_address> parse_callback_url(const std::string& url);

/// Keeps a pool of connections to each origin, a handful of which there may be. All on the thread of one io_context.
class courier {
public:
  courier(boost::asio::io_context& io, courier_options options) : io_{io}, options_{std::move(options)} {}
  ~courier();
  courier(const courier&) = delete;
  courier& operator=(const courier&) = delete;

  /// Posts `body` once, signed as of now. @param done called once on the io_context's thread, not from within: the
  /// status of the answer, or 0 where none came.
  void send(const std::string& url, std::string body, std::function<void(unsigned)> done);

private:
  telephony::http_transport* transport_to(const std::string& origin);

  boost::asio::io_context& io_;
  courier_options options_;
  std::map<std::string, std::unique_ptr<telephony::http_transport>> transports_;
};

} // namespace redial::provider
