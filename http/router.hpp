/// Which route serves a request.
#pragma once

#include "http/exchange.hpp"

#include <boost/beast/http/verb.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

namespace redial::http {

using verb = boost::beast::http::verb;

/// Which keys a route takes.
enum class admission : std::uint8_t {
  by_method, ///< GET and HEAD: read; others: write
  open,      ///< none is asked for
  read,
  write,
  admin,
  operate, ///< admin of the workspace `default`: whoever runs redial, and may see all workspaces
};

/// One method of one path. Exactly one of `handle` and `open` is set.
struct route {
  verb method{};
  std::string_view path; ///< "/v1/campaigns/{}": each {} stands for one segment
  handler handle = nullptr;
  sink_opener open = nullptr;           ///< the body is streamed
  std::uint64_t body_limit = 64 * 1024; ///< bytes; of a streamed body the server's limit counts instead
  bool needs_engine = true;             ///< answered 503 while the engine is not ready
  bool heeds_key = false;               ///< creates something: answers are kept for their Idempotency-Key
  admission takes = admission::by_method;
  replayer replay = nullptr;       ///< how a kept answer is given again; null: as it is, at once
  media_set accepts = media::json; ///< what its body may be
};

/// @returns how far a key must reach for `to`; nullopt where none is asked for.
std::optional<access_scope> scope_of(const route& to) noexcept;

/// @returns whether nothing under this path, not even that there is nothing, is told to callers without a key.
bool is_guarded(std::string_view path) noexcept;

std::span<const route> call_routes();
std::span<const route> campaign_routes();
std::span<const route> contact_routes();
std::span<const route> dnc_routes();
std::span<const route> event_routes();
std::span<const route> export_routes();
std::span<const route> gateway_routes();
std::span<const route> health_routes();
std::span<const route> key_routes();
std::span<const route> ops_routes();
std::span<const route> webhook_routes();
std::span<const route> openapi_routes();

/// @returns the tables of all the room's routes.
std::span<const std::span<const route>> all_routes();

/// A request's route, and the values of its path.
struct routed {
  const route* to = nullptr;
  std::array<std::string, 2> path_values;
};

/// @param path the target without its query, as it was sent
/// @returns the route; HEAD is served by the route of GET. 404 where no route has this path, 405 naming the methods
///   where none of them has this method, 400 where its percent-encoding is broken.
/// @param more routes beside the room's own
std::variant<routed, problem_details> find_route(verb method, std::string_view path, std::span<const route> more = {});

} // namespace redial::http
