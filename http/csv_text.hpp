/// Cells of CSV as RFC 4180 has them.
#pragma once

#include <string>
#include <string_view>

namespace redial::http {

/// Appends a cell that cannot be mistaken, quoted where it has to be.
void append_csv_cell(std::string& out, std::string_view text);

/// Appends a cell with text that somebody else has written. What a spreadsheet would take for a formula (OWASP, "CSV
/// injection") gets an apostrophe in front: it begins with = + - @, also in their full-width forms, a tab or a line
/// break.
void append_foreign_csv_cell(std::string& out, std::string_view text);

} // namespace redial::http
