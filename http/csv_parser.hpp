/// Comma-separated values as RFC 4180 has them, out of text that arrives in slices.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace redial::http {

/// One record, valid within the call that it is handed to.
struct csv_record {
  std::uint64_t line = 0;                      ///< on which it begins, from 1
  const std::vector<std::string_view>& fields; ///< their quotes undone; of a faulty record not to be relied upon
  std::string_view fault;                      ///< what is wrong with it, as a predicate ("has …"); empty: nothing
};

/// Strict where a lenient reader would guess: a quote belongs at the two ends of a field or is doubled, a carriage
/// return belongs before a line feed, text is UTF-8. Lines may end with LF or CRLF, the last one may have no end; a
/// byte order mark is passed over. A faulty record is named, and the next one begins after its line. How the text is
/// cut into slices makes no difference. Memory is bounded by `max_record_bytes`, time is linear. Not thread-safe.
///
/// Written here because what Debian has (libcsv) strips blanks, passes over empty lines and takes a lone carriage
/// return for the end of a record.
class csv_parser {
public:
  static constexpr std::size_t max_record_bytes = 64 * 1024; ///< separators included; a longer one is not held

  using taker = std::function<void(const csv_record&)>;
  explicit csv_parser(taker take) : take_{std::move(take)} {}

  void feed(std::string_view slice);

  /// The text has ended. @returns the line on which a quoted field began that has no end, or 0: only then the last
  /// record has been handed over.
  std::uint64_t finish();

private:
  enum class place : std::uint8_t { field_start, plain, quoted, quote_in_quoted, after_cr };

  std::string_view skip_mark(std::string_view slice);
  void parse(std::string_view slice);
  std::size_t step(std::string_view rest);
  std::size_t step_plain(std::string_view rest);
  std::size_t step_quoted(std::string_view rest);
  void separator(char c);
  void end_field();
  void end_record();
  void append(std::string_view text);
  bool count(std::size_t bytes);
  void fault(std::string_view what) {
    if (fault_.empty())
      fault_ = what;
  }

  taker take_;
  place place_ = place::field_start;
  std::uint64_t line_ = 1;
  std::uint64_t record_line_ = 1;
  std::uint64_t quote_line_ = 1;
  std::size_t mark_ = 0;  ///< bytes of a byte order mark seen so far; 3: there is none to come
  bool any_ = false;      ///< the record has begun
  std::size_t bytes_ = 0; ///< of the record
  std::string text_;      ///< of its fields, one after the other
  std::vector<std::size_t> ends_;
  std::vector<std::string_view> fields_;
  std::string_view fault_; ///< of static storage
};

} // namespace redial::http
