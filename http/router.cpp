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

std::variant<routed, problem_details> decode_values(const route& to, const std::array<std::string_view, 2>& values) {
  routed found{&to, {}};
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

} // namespace

std::span<const std::span<const route>> all_routes() {
  static const std::array tables{call_routes(), campaign_routes(), contact_routes(), dnc_routes(), event_routes(),
    export_routes(), gateway_routes(), health_routes(), key_routes(), openapi_routes(), ops_routes(), webhook_routes()};
  return tables;
}

std::optional<access_scope> scope_of(const route& to) noexcept {
  switch (to.takes) {
  case admission::open: return std::nullopt;
  case admission::read: return access_scope::read;
  case admission::write: return access_scope::write;
  case admission::admin:
  case admission::operate: return access_scope::admin;
  case admission::by_method: break;
  }
  return to.method == verb::get ? access_scope::read : access_scope::write;
}

bool is_guarded(std::string_view path) noexcept {
  for (const std::string_view root : {"/v1", "/ops", "/metrics"}) {
    if (path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/'))
      return true;
  }
  return false;
}

std::variant<routed, problem_details> find_route(verb method, std::string_view path, std::span<const route> more) {
  const auto wanted = method == verb::head ? verb::get : method;
  std::string allow;
  std::array<std::string_view, 2> values;
  const auto look_in = [&](std::span<const route> table) -> const route* {
    for (const auto& each : table) {
      if (!matches(each.path, path, values))
        continue;
      if (each.method == wanted)
        return &each;
      add_allowed(allow, each.method);
    }
    return nullptr;
  };
  const route* to = nullptr;
  for (auto table : all_routes()) {
    if (to == nullptr)
      to = look_in(table);
  }
  if (to == nullptr)
    to = look_in(more);
  if (to != nullptr)
    return decode_values(*to, values);
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
