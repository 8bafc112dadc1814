#include "tests/http/http_client.hpp"

#include <stdexcept>

namespace redial::test {

namespace {

http::server_options on_free_port(http::server_options options, door entrance) {
  options.port = 0;
  if (entrance == door::open) {
    options.no_auth = true;
    options.requests_per_minute = 0;
  }
  return options;
}

} // namespace

served::served(http::server_options options, door entrance)
  : time{*parse_rfc3339("2026-03-01T10:00:00Z")}, engine{time}, keys{time}, server{on_free_port(
                                                                                     std::move(options), entrance),
                                                                              engine, keys, time} {
  server.start();
}

reply_text served::ask(
  std::string_view method, std::string_view target, std::string_view body, std::string_view more_headers) {
  raw_client client{server.port()};
  client.send(request_text(method, target, body, more_headers));
  return client.receive(method == "HEAD");
}

std::string served::create(std::string_view contacts, std::string_view more_members) {
  std::string body = R"({"name":"n","script_id":"s","language":"hi-IN","contacts":)";
  body.append(contacts).append(more_members).append("}");
  const auto reply = ask("POST", "/v1/campaigns", body);
  if (reply.status != 201)
    throw std::runtime_error("not created: " + reply.body);
  return reply.json().at("id").get<std::string>();
}

} // namespace redial::test
