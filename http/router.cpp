#include "http/router.hpp"

#include "http/query.hpp"

#include <array>

namespace redial::http {

namespace {

problem_details no_such_route() {
  problem_details details;
  details.status = 404;
  details.code = "not_found";
  details.detail = "There is nothing under this path.";
  return details;
}

/// Takes the next segment, without its slash, off the front of `path`.
std::string_view take_segment(std::string_view& path) noexcept {
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// Whether `path` has the form `pattern`; if so, `values` holds what stands for each {}.
bool matches(std::string_view pattern, std::string_view path, std::array<std::string_view, 2>& values) noexcept {
  std::size_t count = 0;
  while (!pattern.empty() && !path.empty()) {
    if (path.front() != '/')
      return false;
    const auto wanted = take_segment(pattern);
    const auto given = take_segment(path);
    if (wanted == "{}") {
      if (given.empty())
        return false;
      values[count++] = given;
    } else if (wanted != given) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

void add_allowed(std::string& allow, verb method) {
  if (!allow.empty())
    allow += ", ";
  allow += boost::beast::http::to_string(method);
  if (method == verb::get)
    allow += ", HEAD";
}

} // namespace

std::variant<routed, problem_details> find_route(verb method, std::string_view path, std::span<const route> more) {
  const auto wanted = method == verb::head ? verb::get : method;
  std::string allow;
  for (auto table : {campaign_routes(), contact_routes(), export_routes(), gateway_routes(), health_routes(), openapi_routes(), more}) {
    for (const auto& each : table) {
      std::array<std::string_view, 2> values;
      if (!matches(each.path, path, values))
        continue;
      if (each.method != wanted) {
        add_allowed(allow, each.method);
        continue;
      }
      routed found{&each, {}};
      for (std::size_t i = 0; i < values.size(); ++i) {
        auto decoded = percent_decode(values[i], false);
        if (!decoded) {
          auto details = no_such_route();
          details.status = 400;
          details.code = "malformed_target";
          details.detail = "The path has a % that two hexadecimal digits do not follow.";
          return details;
        }
        found.path_values[i] = std::move(*decoded);
      }
      return found;
    }
  }
  auto details = no_such_route();
  if (!allow.empty()) {
    details.status = 405;
    details.code = "method_not_allowed";
    details.detail = "This path does not have the method; it has " + allow + ".";
    details.allow = std::move(allow);
  }
  return details;
}

} // namespace redial::http
