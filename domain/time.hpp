/// Instants and their text forms. One resolution everywhere: milliseconds, UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace redial {

using milliseconds = std::chrono::milliseconds;
using time_point = std::chrono::time_point<std::chrono::system_clock, milliseconds>;

/// The clock that every rule and timer is given. Its wall time may run faster than real time (`speed`), which only the
/// simulator allows. Implementations are thread-safe.
class clock {
public:
  virtual ~clock() = default;
  /// @returns the present instant, milliseconds since the Unix epoch, UTC.
  virtual time_point now() const noexcept = 0;
  /// @returns how many times faster than real time this clock runs; 1 outside simulations.
  virtual double speed() const noexcept = 0;
};

/// Ties an accelerated clock to the system's: at `system` it showed `shown`, and ran at `speed`. Stored, so that its
/// time goes on while the process is down, and a wait of an hour is as short across a restart as without one.
struct clock_anchor {
  double speed = 1;
  time_point system{};
  time_point shown{};

  friend bool operator==(const clock_anchor&, const clock_anchor&) = default;
};

/// Parses an RFC 3339 date-time ("2024-01-31T09:00:00+05:30", "…Z", fraction optional and cut to milliseconds).
/// An offset is required; a leap second (":60") is read as the following second. @returns nullopt on anything else.
std::optional<time_point> parse_rfc3339(std::string_view text);

/// Parses a full date "YYYY-MM-DD" (ISO 8601). @returns its midnight in UTC, or nullopt.
std::optional<time_point> parse_date(std::string_view text);

/// @returns `at` as RFC 3339 in UTC with milliseconds, for instance "2024-01-31T03:30:00.000Z".
std::string format_rfc3339(time_point at);

/// @returns whether `name` is a zone of the system's IANA time zone database. Reads the database on first use;
/// throws std::runtime_error if the system has none.
bool is_known_timezone(std::string_view name);

} // namespace redial
