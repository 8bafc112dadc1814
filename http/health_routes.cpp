#include "http/json_text.hpp"
#include "http/query.hpp"
#include "http/router.hpp"

namespace redial::http {

namespace {

std::optional<response> health(route_context&, request&, const link_maker&) {
  return json_response(200, R"({"status":"ok"})");
}

std::optional<response> ready(route_context& context, request&, const link_maker&) {
  if (auto why = context.engine.not_ready())
    return problem_response(problem{error_code::unavailable, "Not ready: " + *why + ".", {}});
  return json_response(200, R"({"status":"ready"})");
}

constexpr std::array table{
  route{verb::get, "/healthz", health, nullptr, 0, false, false, admission::open},
  route{verb::get, "/readyz", ready, nullptr, 0, false, false, admission::open},
};

} // namespace

std::span<const route> health_routes() { return table; }

} // namespace redial::http
