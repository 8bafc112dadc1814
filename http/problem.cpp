#include "http/problem.hpp"

#include "domain/rules.hpp"
#include "http/json_text.hpp"

namespace redial::http {

namespace {

constexpr unsigned retry_soon = 1; // seconds: queues drain fast, and so does a start

unsigned status_of(error_code code) noexcept {
  switch (code) {
  case error_code::malformed: return 400;
  case error_code::unauthorized: return 401;
  case error_code::invalid_value: return 422;
  case error_code::illegal_transition:
  case error_code::campaign_ended:
  case error_code::limit_reached:
  case error_code::do_not_call: return 409;
  case error_code::not_found: return 404;
  case error_code::overloaded:
  case error_code::unavailable:
  case error_code::storage_failed: return 503;
  case error_code::not_dialing:
  case error_code::not_due:
  case error_code::no_such_call:
  case error_code::sequence_conflict: break;
  }
  return 500;
}

void append_fault(std::string& out, const fault& one) {
  out += one.parameter.empty() ? R"({"pointer":)" : R"({"parameter":)";
  append_json_string(out, one.parameter.empty() ? one.pointer : one.parameter);
  out += R"(,"detail":)";
  append_json_string(out, one.detail);
  if (one.line != 0) {
    out += R"(,"line":)";
    append_number(out, one.line);
  }
  out += '}';
}

std::string counted(std::uint64_t count) {
  return count == 1 ? "One value is not valid: see errors."
                    : std::to_string(count) + " values are not valid: see errors.";
}

} // namespace

void fault_list::put(fault one) {
  ++count_;
  if (keeps_more())
    first_.push_back(std::move(one));
}

void fault_list::append(fault_list other) {
  for (auto& one : other.first_) {
    if (keeps_more())
      first_.push_back(std::move(one));
  }
  count_ += other.count_;
}

problem_details refusal(unsigned status, std::string code, std::string detail) {
  problem_details details;
  details.status = status;
  details.code = std::move(code);
  details.detail = std::move(detail);
  return details;
}

problem_details body_too_large(std::uint64_t limit) {
  return refusal(
    413, "body_too_large", "The body is larger than the " + std::to_string(limit) + " bytes allowed here.");
}

std::string_view title_of(unsigned status) noexcept {
  switch (status) {
  case 400: return "Bad Request";
  case 401: return "Unauthorized";
  case 403: return "Forbidden";
  case 404: return "Not Found";
  case 405: return "Method Not Allowed";
  case 408: return "Request Timeout";
  case 409: return "Conflict";
  case 413: return "Content Too Large";
  case 415: return "Unsupported Media Type";
  case 417: return "Expectation Failed";
  case 422: return "Unprocessable Content";
  case 429: return "Too Many Requests";
  case 431: return "Request Header Fields Too Large";
  case 501: return "Not Implemented";
  case 503: return "Service Unavailable";
  default: break;
  }
  return status < 500 ? "Error" : "Internal Server Error";
}

void append_faults(std::string& out, const fault_list& faults) {
  out += R"(,"errors":[)";
  for (const char* separator = ""; const auto& one : faults.first()) {
    out += separator;
    append_fault(out, one);
    separator = ",";
  }
  out += R"(],"error_count":)";
  append_number(out, faults.count());
}

std::string to_json(const problem_details& details) {
  std::string out = R"({"type":"urn:redial:problem:)" + details.code + R"(","title":)";
  append_json_string(out, title_of(details.status));
  out += R"(,"status":)";
  append_number(out, details.status);
  out += R"(,"detail":)";
  append_json_string(out, details.detail);
  out += R"(,"code":)";
  append_json_string(out, details.code);
  if (details.current_status) {
    out += R"(,"current_status":)";
    append_json_string(out, to_string(*details.current_status));
    out += R"(,"legal_actions":[)";
    for (const char* separator = ""; auto action : legal_actions(*details.current_status)) {
      out += separator;
      append_json_string(out, to_string(action));
      separator = ",";
    }
    out += ']';
  }
  if (!details.faults.empty())
    append_faults(out, details.faults);
  out += '}';
  return out;
}

problem_details to_details(const problem& refusal) {
  problem_details details;
  details.status = status_of(refusal.code);
  if (details.status == 500) {
    // The rest of these codes is between the rooms of the engine: a caller has no use for them.
    details.code = "internal_error";
    details.detail = "The request could not be carried out.";
    return details;
  }
  details.code = code_name(refusal.code);
  details.detail = refusal.detail;
  if (details.status == 503)
    details.retry_after = retry_soon;
  if (!refusal.pointer.empty())
    details.faults.add(refusal.pointer, refusal.detail);
  return details;
}

problem_details invalid_body(fault_list faults) {
  problem_details details;
  details.status = 422;
  details.code = "invalid_value";
  details.detail = counted(faults.count());
  details.faults = std::move(faults);
  return details;
}

problem_details invalid_body(std::string pointer, std::string detail) {
  fault_list faults;
  faults.add(std::move(pointer), std::move(detail));
  return invalid_body(std::move(faults));
}

problem_details malformed_json(std::string detail, std::optional<std::uint64_t> offset) {
  auto details = refusal(400, "malformed_json", std::move(detail));
  if (offset)
    details.detail += " (at byte " + std::to_string(*offset) + ")";
  return details;
}

} // namespace redial::http
