/// Refusals as callers see them: problem details (RFC 9457), one shape for every error that this server answers.
#pragma once

#include "domain/campaign.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace redial::http {

/// One thing that is wrong with a request: a place in its body (JSON pointer) or a query parameter, and why.
struct fault {
  std::string pointer;
  std::string parameter; ///< set instead of `pointer` where a query parameter is at fault
  std::string detail;
  std::uint64_t line = 0; ///< of a body that is read line by line, from 1; 0 where it is not

  friend bool operator==(const fault&, const fault&) = default;
};

/// What is told of a value that should be a phone.
inline constexpr const char* not_a_phone = "must be an E.164 number: + and 7 to 15 digits, the first not 0";

/// The faults of one request: the first ones in full, all of them counted.
class fault_list {
public:
  static constexpr std::size_t kept = 100;

  /// @param keeps how many are kept in full
  explicit fault_list(std::size_t keeps = kept) : keeps_{keeps} {}

  void add(std::string pointer, std::string detail, std::uint64_t line = 0) {
    put({std::move(pointer), {}, std::move(detail), line});
  }
  void add_parameter(std::string name, std::string detail) { put({{}, std::move(name), std::move(detail), 0}); }
  /// Takes over the faults of `other`, after its own.
  void append(fault_list other);
  /// Whether another fault would be kept; if not, its pointer need not be worked out.
  bool keeps_more() const noexcept { return first_.size() < keeps_; }
  void count_one() noexcept { ++count_; }

  bool empty() const noexcept { return count_ == 0; }
  std::uint64_t count() const noexcept { return count_; }
  const std::vector<fault>& first() const noexcept { return first_; }

private:
  void put(fault one);
  std::size_t keeps_;
  std::vector<fault> first_;
  std::uint64_t count_ = 0;
};

/// An error answer.
struct problem_details {
  unsigned status = 500;
  std::string code; ///< stable, snake_case
  std::string detail;
  fault_list faults;
  std::string allow;                             ///< the Allow header of a 405
  std::string authenticate;                      ///< the WWW-Authenticate header of a 401 or 403
  unsigned retry_after = 0;                      ///< seconds, 0 for no Retry-After
  std::optional<campaign_status> current_status; ///< with 409: where the campaign stands, and so what is legal
};

/// @returns the answer that says no more than this.
problem_details refusal(unsigned status, std::string code, std::string detail);

/// @returns 413 `body_too_large` for a body beyond `limit` bytes.
problem_details body_too_large(std::uint64_t limit);

/// @returns the title that goes with `status` ("Not Found"). Never empty.
std::string_view title_of(unsigned status) noexcept;

/// Appends the members `errors` and `error_count`, each with a comma before it.
void append_faults(std::string& out, const fault_list& faults);

/// @returns the body of the answer: type, title, status, detail, code, and what else the problem has.
std::string to_json(const problem_details& details);

/// @returns the answer to a refusal of the engine.
problem_details to_details(const problem& refusal);

/// @returns 422 `invalid_value` for a body with these faults.
problem_details invalid_body(fault_list faults);
problem_details invalid_body(std::string pointer, std::string detail);

/// @returns 400 `malformed_json`. `offset` counts bytes of the body from 0.
problem_details malformed_json(std::string detail, std::optional<std::uint64_t> offset = std::nullopt);

/// A value, or why there is none.
template <class T>
using checked = std::variant<T, problem_details>;

} // namespace redial::http
