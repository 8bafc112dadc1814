#include "http/response.hpp"

#include "http/json_text.hpp"

namespace redial::http {

namespace {

void header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

std::string_view reason_of(unsigned status) noexcept {
  switch (status) {
  case 200: return "OK";
  case 201: return "Created";
  case 202: return "Accepted";
  case 204: return "No Content";
  default: return title_of(status);
  }
}

} // namespace

response json_response(unsigned status, std::string body) {
  response answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

response problem_response(const problem_details& details) {
  response answer;
  answer.status = details.status;
  answer.content_type = "application/problem+json";
  answer.body = to_json(details);
  answer.allow = details.allow;
  answer.authenticate = details.authenticate;
  answer.retry_after = details.retry_after;
  return answer;
}

response problem_response(const problem& refusal) { return problem_response(to_details(refusal)); }

namespace {

template <class T>
void number_header(std::string& out, std::string_view name, T value) {
  out += name;
  out += ": ";
  append_number(out, value);
  out += "\r\n";
}

} // namespace

void append_head(std::string& out, const response& answer, const response_frame& frame) {
  out += "HTTP/1.1 ";
  append_number(out, answer.status);
  out += ' ';
  out += reason_of(answer.status);
  out += "\r\n";
  if (answer.status != 204)
    header(out, "Content-Type", answer.content_type);
  if (answer.status == 204) {
    // Has no body, and so no length.
  } else if (!answer.stream) {
    out += "Content-Length: ";
    append_number(out, answer.text().size());
    out += "\r\n";
  } else if (!frame.http_1_0) {
    header(out, "Transfer-Encoding", "chunked");
  }
  header(out, "Date", frame.date);
  header(out, "X-Request-Id", frame.request_id);
  header(out, "Cache-Control", "no-store");
  if (!answer.location.empty())
    header(out, "Location", answer.location);
  if (!answer.allow.empty())
    header(out, "Allow", answer.allow);
  if (!answer.disposition.empty())
    header(out, "Content-Disposition", answer.disposition);
  if (answer.replayed)
    header(out, "Idempotency-Replayed", "true");
  if (answer.retry_after != 0)
    number_header(out, "Retry-After", answer.retry_after);
  if (!answer.authenticate.empty())
    header(out, "WWW-Authenticate", answer.authenticate);
  if (frame.quota) {
    number_header(out, "X-RateLimit-Limit", frame.quota->limit);
    number_header(out, "X-RateLimit-Remaining", frame.quota->remaining);
    number_header(out, "X-RateLimit-Reset", frame.quota->reset);
  }
  if (!frame.keep_alive)
    header(out, "Connection", "close");
  else if (frame.http_1_0)
    header(out, "Connection", "keep-alive");
  out += "\r\n";
}

} // namespace redial::http
