/// A table out of text/csv: a header row that names the columns, and rows below it.
#pragma once

#include "http/csv_parser.hpp"
#include "http/problem.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redial::http {

/// One row, valid within the call that it is handed to.
struct csv_row {
  std::uint64_t index = 0;                     ///< from 0, the header not counted
  std::uint64_t line = 0;                      ///< on which it begins, from 1
  const std::vector<std::string_view>& fields; ///< as many as there are columns, unless it is at fault
  std::string fault;                           ///< what is wrong with the row as such, as a predicate; empty: nothing
};

/// A push parser: how the text is cut into slices makes no difference. Columns may come in any order. A header that
/// lacks a name, a required column, or has a column twice, ends the table; a row that is at fault does not. Memory is
/// bounded by one row. Not thread-safe.
class csv_table {
public:
  static constexpr std::size_t max_columns = 512;

  /// Takes the name of each column in its turn. @returns what is wrong with it ("is …"), or an empty text.
  using column_taker = std::function<std::string(std::string_view name)>;
  using row_taker = std::function<void(const csv_row&)>;

  /// @param required the columns that must be there; of static storage
  csv_table(std::vector<std::string_view> required, column_taker on_column, row_taker on_row);

  void feed(std::string_view slice);
  /// The text has ended.
  void finish();

  /// Hands out no more rows.
  /// @param why what `broken` says from now on, unless it says something already
  void break_off(problem_details why) {
    if (!broken_)
      broken_ = std::move(why);
  }

  /// @returns why the text as a whole cannot be read, if so: 400 `malformed_csv`, or 422 for its header.
  const std::optional<problem_details>& broken() const noexcept { return broken_; }

private:
  void read_header(const csv_record& record);
  void read_row(const csv_record& record);

  std::vector<std::string_view> required_;
  column_taker on_column_;
  row_taker on_row_;
  csv_parser parser_;
  std::size_t columns_ = 0; ///< 0: the header has not been read
  std::uint64_t index_ = 0; ///< of the next row
  std::optional<problem_details> broken_;
};

} // namespace redial::http
