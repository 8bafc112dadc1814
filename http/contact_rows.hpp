/// Contacts out of a body as it arrives, one a row, in whatever format: what the formats share.
#pragma once

#include "domain/contact.hpp"
#include "http/contact_chunks.hpp"
#include "http/json_element.hpp"
#include "http/problem.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace redial::http {

/// What a row that is no valid contact comes to.
enum class on_invalid : std::uint8_t {
  reject, ///< nothing is added; the first 100 faults are told
  skip,   ///< the others are added; the first 1,000 faults are told
};

/// A push parser: how the body is cut into slices makes no difference to the result. Memory is bounded by one row of at
/// most `max_row_bytes`, one slice's contacts, and the faults that are kept. Not thread-safe.
class contact_rows {
public:
  static constexpr std::size_t max_row_bytes = json_element::max_bytes; ///< of one contact as it stands in the body
  static constexpr std::size_t kept_when_skipping = 1000;               ///< faults

  explicit contact_rows(on_invalid policy)
    : policy_{policy}, faults_{policy == on_invalid::skip ? kept_when_skipping : fault_list::kept} {}
  virtual ~contact_rows() = default;

  /// Takes the next bytes of the body.
  virtual void feed(std::string_view slice) = 0;
  /// The body has ended.
  virtual void finish() = 0;

  /// @returns why the body as a whole cannot be read, if so.
  const std::optional<problem_details>& broken() const noexcept { return broken_; }
  /// Whether nothing will be added: rows are read on only to name their faults, and no longer handed out.
  bool faulty() const noexcept { return broken_ || (policy_ == on_invalid::reject && !faults_.empty()); }
  const fault_list& faults() const noexcept { return faults_; }
  std::uint64_t refused_rows() const noexcept { return refused_; }

  /// Whether a chunk of `contact_chunks::size` contacts can be taken.
  bool has_full_chunk() const noexcept { return chunks_.has_full(); }
  /// @returns the next contacts in their order, at most a chunk; empty if there are none.
  std::vector<contact_profile> take_chunk() { return chunks_.take(); }

protected:
  void hand_out(contact_profile contact) {
    if (!faulty())
      chunks_.put(std::move(contact));
  }
  void refuse_row() noexcept { ++refused_; }
  void break_off(problem_details why) {
    if (!broken_)
      broken_ = std::move(why);
  }
  fault_list& add_faults() noexcept { return faults_; }

private:
  on_invalid policy_;
  contact_chunks chunks_;
  fault_list faults_;
  std::uint64_t refused_ = 0;
  std::optional<problem_details> broken_;
};

/// application/json: one array of contacts.
std::unique_ptr<contact_rows> make_json_rows(on_invalid policy);
/// application/x-ndjson: one contact a line; empty lines are passed over.
std::unique_ptr<contact_rows> make_ndjson_rows(on_invalid policy);
/// text/csv: a header row with the columns `phone` and `name`, in any order; the others are custom fields, their values
/// JSON strings.
std::unique_ptr<contact_rows> make_csv_rows(on_invalid policy);

} // namespace redial::http
