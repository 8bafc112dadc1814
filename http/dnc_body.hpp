/// The body of POST /v1/dnc: `{"phone": "+91…", "reason": …, "source": …, "expires_at": …}`, or
/// `{"entries": [{…}, …]}`.
#pragma once

#include "domain/do_not_call.hpp"
#include "http/problem.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace redial::http {

/// One entry as text, member by member: what JSON and CSV have in common.
class dnc_entry_reader {
public:
  /// @param now entries must not have expired by then
  explicit dnc_entry_reader(time_point now) : now_{now} {}

  enum class member : std::uint8_t { phone, reason, source, expires_at };
  /// @returns the member of this name.
  static std::optional<member> member_named(std::string_view name) noexcept;

  /// Begins another entry.
  void begin() { entry_ = {}; }
  /// @returns what is wrong with the value, or an empty text.
  std::string set(member which, std::string_view value);
  const dnc_entry& entry() const noexcept { return entry_; }

private:
  time_point now_;
  dnc_entry entry_;
};

/// Reads the entries. @returns them in the order given, or 422 naming everything that is wrong, or 400 if it is not
/// JSON.
checked<std::vector<dnc_entry>> read_dnc_entries(std::string_view body, time_point now);

} // namespace redial::http
