#include "http/json_body.hpp"
#include "http/json_page.hpp"
#include "http/keyed_exchange.hpp"
#include "http/query.hpp"
#include "http/router.hpp"

#include <span>

// A key manages the keys of its own workspace only: the request's workspace is the only one there is here.

namespace redial::http {

namespace {

constexpr std::uint64_t key_body_limit = 16 * 1024;
constexpr std::uint64_t max_offset = ~std::uint64_t{0} >> 1U;

response no_such_key() { return problem_response(problem{error_code::not_found, "There is no key with this id.", {}}); }

void append_members(std::string& out, const api_key& key) {
  out += R"({"id":)";
  append_json_string(out, key.id.view());
  out += R"(,"name":)";
  append_json_string(out, key.name);
  out += R"(,"workspace":)";
  append_json_string(out, key.workspace);
  out += R"(,"scope":)";
  append_json_string(out, to_string(key.scope));
  out += R"(,"created_at":)";
  append_time(out, key.created_at);
  out += R"(,"revoked":)";
  out += key.revoked_at ? "true" : "false";
  out += R"(,"revoked_at":)";
  append_time(out, key.revoked_at);
}

void append_key(std::string& out, const api_key& key) {
  append_members(out, key);
  out += '}';
}

/// @param text of the key, or null where the answer is to be stored: it is given once.
response creation_answer(const api_key& key, const std::string* text) {
  std::string body;
  append_members(body, key);
  body += R"(,"key":)";
  if (text != nullptr)
    append_json_string(body, *text);
  else
    body += "null";
  body += '}';
  auto answer = json_response(201, std::move(body));
  answer.location = "/v1/keys/" + key.id.to_string();
  return answer;
}

response key_answer(const api_key& key) {
  std::string body;
  append_key(body, key);
  return json_response(200, std::move(body));
}

std::optional<response> list(route_context& context, request& asked, const link_maker&) {
  query_reader query{asked.query};
  const auto limit = query.number("limit", 1, 100, 20);
  const auto offset = query.number("offset", 0, max_offset, 0);
  if (auto wrong = query.finish())
    return problem_response(*wrong);
  const auto keys = context.keys.list(asked.workspace);
  const auto first = std::min<std::uint64_t>(offset, keys.size());
  const auto shown = std::span{keys}.subspan(first, std::min<std::uint64_t>(limit, keys.size() - first));
  return json_response(200,
    encode_page(shown, keys.size(), offset, limit, [](std::string& out, const auto& each) { append_key(out, *each); }));
}

std::optional<response> show(route_context& context, request& asked, const link_maker&) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  for (const auto& key : context.keys.list(asked.workspace)) {
    if (key->id.view() == asked.path_values[0])
      return key_answer(*key);
  }
  return no_such_key();
}

struct wanted_key {
  access_scope scope{};
  std::string name;
};

/// What is wrong may be none of the members: that the workspace has no room for another key.
response refused_creation(const problem& why) {
  auto details = to_details(why);
  if (details.status == 422 && details.faults.empty())
    details.faults.add("", why.detail);
  return problem_response(details);
}

/// {"scope": …, "name": …}, the name optional.
checked<wanted_key> read_wanted(std::string_view body) {
  auto parsed = parse_object(body);
  if (auto* wrong = std::get_if<problem_details>(&parsed))
    return std::move(*wrong);
  const auto& given = std::get<nlohmann::json>(parsed);
  fault_list faults;
  std::optional<access_scope> scope;
  wanted_key wanted;
  for (const auto& [name, value] : given.items()) {
    if (name == "scope") {
      if (value.is_string())
        scope = parse_access_scope(value.get_ref<const std::string&>());
      if (!scope)
        faults.add("/scope", "must be read, write or admin");
    } else if (name == "name") {
      if (value.is_string() && is_key_name(value.get_ref<const std::string&>()))
        wanted.name = value.get<std::string>();
      else
        faults.add("/name", "must be a string of at most 255 characters, none of them a control character");
    } else {
      faults.add("/" + pointer_token(name), "is not a member of this body");
    }
  }
  require_members(given, {"scope"}, faults);
  if (!faults.empty())
    return invalid_body(std::move(faults));
  wanted.scope = *scope;
  return wanted;
}

std::optional<response> create(route_context& context, request& asked, const link_maker& link) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  auto wanted = read_wanted(asked.body);
  if (auto* wrong = std::get_if<problem_details>(&wanted))
    return problem_response(*wrong);
  auto& key = std::get<wanted_key>(wanted);
  auto note = note_of<actors::created_key>(std::exchange(asked.keyed, {}),
    [](const actors::created_key& made) { return creation_answer(*made.key, nullptr); });
  context.keys.create(asked.caller(), key.scope, std::move(key.name), std::move(note),
    [answer = responder{link()}](result<actors::created_key> made) {
      answer([made = std::move(made)] {
        return made ? creation_answer(*made->key, &made->text) : refused_creation(made.error());
      });
    });
  return std::nullopt;
}

/// Whoever revokes the key that the request bears gets this answer, and no other with it.
std::optional<response> revoke(route_context& context, request& asked, const link_maker& link) {
  if (auto wrong = query_reader{asked.query}.finish())
    return problem_response(*wrong);
  const auto id = key_id::parse(asked.path_values[0]);
  if (!id)
    return no_such_key();
  context.keys.revoke(asked.caller(), *id, [answer = responder{link()}](result<actors::key_ptr> revoked) {
    answer(
      [revoked = std::move(revoked)] { return revoked ? key_answer(**revoked) : problem_response(revoked.error()); });
  });
  return std::nullopt;
}

constexpr std::array table{
  route{verb::get, "/v1/keys", list, nullptr, 0, true, false, admission::admin},
  route{verb::post, "/v1/keys", create, nullptr, key_body_limit, true, true, admission::admin},
  route{verb::get, "/v1/keys/{}", show, nullptr, 0, true, false, admission::admin},
  route{verb::delete_, "/v1/keys/{}", revoke, nullptr, key_body_limit, true, false, admission::admin},
};

} // namespace

std::span<const route> key_routes() { return table; }

} // namespace redial::http
