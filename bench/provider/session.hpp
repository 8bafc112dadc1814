/// One connection to the provider: requests in, answers out, one after the other; or what else a bad line does.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <variant>

namespace redial::provider {

using incoming = boost::beast::http::request<boost::beast::http::string_body>;

struct answer {
  unsigned status = 200;
  std::string body;           ///< JSON
  unsigned retry_after_s = 0; ///< 0: no such header
};
/// The connection is torn down with a reset, unanswered.
struct hang_up {};
/// The connection stays open and silent for this long, then it is closed.
struct silence {
  std::chrono::milliseconds time{};
};
using reaction = std::variant<answer, hang_up, silence>;

/// Called once, on the thread of the connection, from within the handler or later.
using react = std::function<void(reaction)>;
using handler = std::function<void(const incoming&, bool from_this_machine, const react&)>;

/// Serves `socket` until it closes. The connection keeps itself alive; `handle` must outlive its io_context's run.
void serve(boost::asio::ip::tcp::socket socket, const handler& handle);

} // namespace redial::provider
