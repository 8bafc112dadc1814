#include "http/csv_table.hpp"

#include <set>
#include <utility>

namespace redial::http {

namespace {

problem_details malformed_csv(std::string detail) { return refusal(400, "malformed_csv", std::move(detail)); }

/// "the columns a and b", "the column a"
std::string listed(const std::vector<std::string_view>& names) {
  std::string text = names.size() == 1 ? "the column " : "the columns ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0)
      text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

} // namespace

csv_table::csv_table(std::vector<std::string_view> required, column_taker on_column, row_taker on_row)
  : required_{std::move(required)},
    on_column_{std::move(on_column)}, on_row_{std::move(on_row)}, parser_{[this](const csv_record& record) {
      if (broken_)
        return;
      if (columns_ == 0)
        read_header(record);
      else
        read_row(record);
    }} {}

void csv_table::feed(std::string_view slice) {
  if (!broken_)
    parser_.feed(slice);
}

void csv_table::finish() {
  if (broken_)
    return;
  if (const auto line = parser_.finish(); line != 0)
    break_off(malformed_csv("The quoted field that begins on line " + std::to_string(line) + " has no end."));
  else if (columns_ == 0)
    break_off(malformed_csv("The body is empty; a header row with " + listed(required_) + " is expected."));
}

void csv_table::read_header(const csv_record& record) {
  if (!record.fault.empty())
    return break_off(malformed_csv("The header row " + std::string{record.fault} + "."));
  fault_list faults;
  const auto wrong = [&](std::string detail) { faults.add("", std::move(detail), record.line); };
  if (record.fields.size() > max_columns)
    wrong("there are more than " + std::to_string(max_columns) + " columns");
  std::set<std::string_view> names;
  for (const auto name : record.fields) {
    ++columns_;
    auto fault = on_column_(name);
    if (name.empty())
      wrong("column " + std::to_string(columns_) + " has no name");
    else if (!names.insert(name).second)
      wrong("the column " + std::string{name} + " stands there more than once");
    else if (!fault.empty())
      wrong("the column " + std::string{name} + " " + std::move(fault));
  }
  for (const auto required : required_) {
    if (!names.contains(required))
      wrong("the column " + std::string{required} + " is required");
  }
  if (!faults.empty())
    break_off(invalid_body(std::move(faults)));
}

void csv_table::read_row(const csv_record& record) {
  csv_row row{index_++, record.line, record.fields, std::string{record.fault}};
  if (row.fault.empty() && record.fields.size() != columns_)
    row.fault =
      "has " + std::to_string(record.fields.size()) + " fields, where the header has " + std::to_string(columns_);
  on_row_(row);
}

} // namespace redial::http
