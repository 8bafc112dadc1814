/// Sends messages over HTTP to whatever URLs callers gave: as to strangers.
#pragma once

#include "webhooks/sender.hpp"
#include "webhooks/target.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace redial::webhooks {

struct sender_options {
  target_policy policy;
  std::string ca_file;                    ///< PEM, to trust with TLS instead of the system's
  std::size_t connections = 128;          ///< in use at a time; who comes later waits
  milliseconds timeout{15'000};           ///< real time, for all that an attempt takes once it has a connection's place
  milliseconds body_timeout{2'000};       ///< real time that the body of an answer is waited for
  milliseconds idle_timeout{4'000};       ///< real time that an unused connection is kept
  std::function<std::int64_t()> unix_now; ///< what messages are stamped with; empty: the system's clock
  /// Looks a name up, in a thread of its own that it may block. Empty: the system's resolver. @throws std::exception
  std::function<std::vector<boost::asio::ip::address>(const std::string& host)> resolve;
};

/// What is refused: redirects (a 3xx is an answer like any other, and no success), proxies (none is asked),
/// certificates that do not verify, names of which even one address is not allowed. A name is looked up once a
/// connection, and the connection is made to the very addresses that were looked at. Of an answer the head is waited
/// for (16 KiB) and at most 64 KiB of the body are read; beyond, the connection is cut. One thread of its own, and one
/// for each name that is just being looked up.
///
/// `done` must return at once. The sender must not be destroyed from within one.
/// @returns `invalid_value` where the certificates cannot be used.
result<std::unique_ptr<sender>> make_http_sender(sender_options options);

} // namespace redial::webhooks
