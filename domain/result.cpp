#include "domain/result.hpp"

#include <stdexcept>

namespace redial {

std::string_view code_name(error_code code) noexcept {
  switch (code) {
  case error_code::invalid_value: return "invalid_value";
  case error_code::illegal_transition: return "illegal_transition";
  case error_code::campaign_ended: return "campaign_ended";
  case error_code::not_dialing: return "not_dialing";
  case error_code::not_due: return "not_due";
  case error_code::no_such_call: return "no_such_call";
  case error_code::not_found: return "not_found";
  case error_code::overloaded: return "overloaded";
  case error_code::unavailable: return "unavailable";
  case error_code::unauthorized: return "unauthorized";
  case error_code::malformed: return "malformed";
  case error_code::storage_failed: return "storage_failed";
  case error_code::sequence_conflict: return "sequence_conflict";
  case error_code::limit_reached: return "limit_reached";
  case error_code::do_not_call: return "do_not_call";
  }
  return "unknown";
}

void throw_exception_from_error(const problem& what, const boost::source_location&) {
  throw std::logic_error("result without a value: " + what.detail);
}

} // namespace redial
