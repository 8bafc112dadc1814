/// What a rule returns when it may refuse: a value, or a problem that says why.
#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace redial {

/// Stable reasons for a refusal. `code_name` gives the snake_case form that API answers and logs bear.
enum class error_code : std::uint8_t {
  invalid_value,      ///< well-formed, but outside the rule of its member
  illegal_transition, ///< the campaign's status does not allow this action
  campaign_ended,     ///< completed or stopped: nothing about it can change any more
  not_dialing,        ///< the campaign may not dial at this instant
  not_due,            ///< this contact is not to be dialed (now, or ever)
  no_such_call,       ///< the contact has no open call of that id
  not_found,          ///< no such campaign or contact
  overloaded,         ///< a bounded queue is full; try again later
  unavailable,        ///< starting, stopping, or the store refuses writes
  storage_failed,     ///< the store said no; nothing was changed
  sequence_conflict,  ///< the store holds another history than the writer believed
  unauthorized,       ///< not signed, or not by whom it should be
  malformed,          ///< not what the protocol speaks
  limit_reached,      ///< a bound that its owner set on what is kept
  do_not_call,        ///< the number is on the workspace's do-not-call list
};

/// @returns the snake_case name of `code`, for instance "illegal_transition". Never empty, thread-safe.
std::string_view code_name(error_code code) noexcept;

/// Why something was refused. `pointer` is a JSON pointer (RFC 6901) to the offending member, or empty.
struct problem {
  error_code code{};
  std::string detail;
  std::string pointer;

  friend bool operator==(const problem&, const problem&) = default;
};

/// Called by `result<T>::value()` on a problem: a programming error at the caller, thrown as std::logic_error.
[[noreturn]] void throw_exception_from_error(const problem& what, const boost::source_location& where);

template <class T>
using result = boost::system::result<T, problem>;

} // namespace redial
