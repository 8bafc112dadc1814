/// Query parameters: decoding, and reading them so that none is misspelt or given twice in silence.
#pragma once

#include "domain/time.hpp"
#include "http/problem.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redial::http {

/// Decodes %XX. With `plus_is_space`, "+" becomes a space as in HTML forms.
/// @returns nullopt where a "%" is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

struct query_parameter {
  std::string name;
  std::string value;
};

/// Reads the parameters of one request; what is wrong with them is gathered, and asked for at the end by `finish`.
class query_reader {
public:
  /// @param query what follows the "?" of the target, possibly empty.
  explicit query_reader(std::string_view query);

  /// @returns the value of a parameter that may be given once.
  std::optional<std::string_view> text(std::string_view name);
  /// @returns every value of a parameter that may be repeated.
  std::vector<std::string_view> all(std::string_view name);
  /// @returns a decimal number from `low` to `high`, or `otherwise` if the parameter is absent or at fault.
  std::uint64_t number(std::string_view name, std::uint64_t low, std::uint64_t high, std::uint64_t otherwise);

  /// @returns an instant given as a date-time, or as a date: then its first millisecond, or, with `whole_day`, the last
  /// one of the day.
  std::optional<time_point> instant(std::string_view name, bool whole_day);

  void refuse(std::string_view name, std::string detail);

  /// @returns 400 `invalid_parameter` naming each parameter at fault, those that nobody asked for included.
  std::optional<problem_details> finish();

private:
  std::vector<query_parameter> parameters_;
  std::vector<bool> taken_;
  fault_list faults_;
};

} // namespace redial::http
