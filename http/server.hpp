/// The HTTP listener.
#pragma once

#include "http/exchange.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace redial::http {

class tls_identity;
struct route;

struct server_options {
  std::string host = "127.0.0.1";                   ///< address or name to listen on
  std::uint16_t port = 8080;                        ///< 0 picks a free one
  unsigned threads = 1;                             ///< io threads; a connection stays with one
  std::uint64_t body_limit = 256ULL * 1024 * 1024;  ///< bytes of the body of POST /v1/campaigns
  std::uint32_t header_limit = 16 * 1024;           ///< bytes of request line and header fields together
  std::size_t max_connections = 20'000;             ///< beyond, a connection is answered 503 and closed
  std::chrono::milliseconds header_timeout{10'000}; ///< from the first byte of a request to the end of its header
  std::chrono::milliseconds idle_timeout{60'000};   ///< between requests
  /// While a body arrives, each stretch of `body_timeout` must bring `body_min_rate` bytes a second on average. Time in
  /// which the server itself does not read is not counted.
  std::chrono::milliseconds body_timeout{30'000};
  std::uint64_t body_min_rate = 512;
  std::size_t max_streams = 1000;              ///< of live events at once; beyond, 503
  std::chrono::milliseconds heartbeat{15'000}; ///< how long such a stream is silent at most
  std::shared_ptr<const tls_identity> tls;     ///< null: HTTP in the clear
  std::uint32_t requests_per_minute = 1000;    ///< of one workspace; 0 for no limit
  bool no_auth = false;                        ///< every caller is an admin of the workspace `default`
  std::string config = "{}";                   ///< what GET /ops/config answers: the settings, secrets masked
  std::span<const route> more_routes;          ///< served beside the room's own; of static storage
};

/// Serves the API on its own threads until stopped. The engine must outlive it.
class server {
public:
  /// @param keys who may call; must outlive it too
  /// @param take_callback serves POST /v1/gateway/events; empty where there is no such provider
  server(server_options options, actors::service& engine, actors::key_service& keys, const clock& time,
    provider_callback take_callback = {});
  /// Stops at once if it still runs.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Binds, listens, and starts the threads. Call once.
  /// @throws std::runtime_error naming the address if it cannot be had.
  void start();

  /// @returns the port listened on, once started.
  std::uint16_t port() const noexcept;

  /// Stops accepting, closes idle connections, and lets requests in progress finish (their answers say
  /// `Connection: close`). Returns when they have, or after `grace`, when the rest was cut. Call from any thread but
  /// the server's own; a second call returns at once.
  void stop(std::chrono::milliseconds grace);

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace redial::http
