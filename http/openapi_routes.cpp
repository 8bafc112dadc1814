#include "http/openapi.hpp"
#include "http/query.hpp"
#include "http/router.hpp"

namespace redial::http {

namespace {

std::optional<response> show(route_context&, request& asked, const link_maker&) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  static const auto text = std::make_shared<const std::string>(openapi_json());
  response answer;
  answer.shared_body = text;
  return answer;
}

constexpr std::array table{
  route{verb::get, "/openapi.json", show, nullptr, 0, false, false, admission::open},
};

} // namespace

std::span<const route> openapi_routes() { return table; }

} // namespace redial::http
