#include "http/router.hpp"

namespace redial::http {

namespace {

constexpr std::uint64_t callback_limit = 1024 * 1024;

/// Whoever it is has signed what it says: it has no key. Served also while the engine stops: calls in progress are
/// still to be told of.
std::optional<response> events(route_context& context, request& asked, const link_maker& link) {
  if (!context.take_callback)
    return problem_response(problem{error_code::not_found, "Calls do not go through an HTTP provider here.", {}});
  context.take_callback(asked.signature, asked.body, [answer = responder{link()}](result<void> taken) {
    answer([taken = std::move(taken)] {
      return taken ? json_response(200, R"({"status":"ok"})") : problem_response(taken.error());
    });
  });
  return std::nullopt;
}

constexpr std::array table{
  route{verb::post, "/v1/gateway/events", events, nullptr, callback_limit, false, false, admission::open},
};

} // namespace

std::span<const route> gateway_routes() { return table; }

} // namespace redial::http
