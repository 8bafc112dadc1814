/// The JSON that redial and a provider exchange (docs/gateway-protocol.md).
#pragma once

#include "domain/result.hpp"
#include "telephony/call_gateway.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redial::telephony {

/// What of the settings goes into every call.
struct call_terms {
  std::string callback_url;
  std::string from; ///< empty: left out
  milliseconds ring_timeout{};
  milliseconds max_duration{};
};

/// @returns the body of `POST /calls`. Fields are passed on byte for byte; text that is not UTF-8 is repaired.
std::string place_body(const call_request& request, const call_terms& terms);

/// What a provider says happened to a call. Members that an event does not bear are empty.
struct provider_event {
  enum class kind : std::uint8_t {
    progress,  ///< initiated, ringing, amd: a call exists
    answered,  ///< a person answered
    completed, ///< the call is over: `outcome`, perhaps `disposition`
    result,    ///< what the conversation came to: `disposition`
    other,     ///< an event that this version of redial does not know
  };
  kind what = kind::other;
  call_id attempt;
  time_point at{};
  call_outcome outcome{};
  std::string disposition;
};

/// Reads the body of a callback. Members that redial does not use are not looked at. `at` later than `now` becomes
/// `now`.
/// @returns `malformed` where it is not a JSON object, `invalid_value` with a pointer to the member that is at fault.
result<provider_event> read_callback(std::string_view body, time_point now);

/// Reads the answer 2xx to `POST /calls`. @returns the provider's call id, or why it is none, as `read_callback` does.
result<std::string> read_placed(std::string_view body);

/// The answer 200 to a look-up.
struct looked_up {
  std::string call_id; ///< the provider's
  bool ended = false;
  std::vector<provider_event> events; ///< in the order given
  std::size_t unreadable = 0;         ///< events that were left out, as they could not be understood
};

/// Reads the answer 200 to a look-up for `asked`. An event that cannot be understood is left out: a call must not be
/// held for ever by one wrong member.
/// @returns `malformed` or `invalid_value` where the answer itself cannot be understood, or is that of another call.
result<looked_up> read_looked_up(std::string_view body, call_id asked, time_point now);

/// @returns `text` as one segment of a URL's path: all but letters, digits, '-', '.', '_' and '~' escaped.
std::string path_segment(std::string_view text);

/// @returns whether `body`, of an answer 404 to a look-up, is the word of the provider itself on `asked`: a JSON object
/// with that `attempt_id`. Whoever else answers 404 (a proxy, another program behind a changed URL) does not know it.
bool disowns(std::string_view body, call_id asked);

/// @returns the sentence of an error answer: its "detail", "error" or "message", else its text; one line, at most 200
/// bytes.
std::string error_detail(std::string_view body);

} // namespace redial::telephony
