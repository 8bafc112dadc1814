#include "http/csv_text.hpp"

#include <algorithm>
#include <array>

namespace redial::http {

namespace {

constexpr std::array<std::string_view, 11> formula_beginnings{
  "=", "+", "-", "@", "\t", "\r", "\n", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

void append_cell(std::string& out, std::string_view prefix, std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) {
    out += prefix;
    out += text;
    return;
  }
  out += '"';
  out += prefix;
  for (;;) {
    const auto quote = text.find('"');
    out += text.substr(0, quote);
    if (quote == std::string_view::npos)
      break;
    out += "\"\"";
    text.remove_prefix(quote + 1);
  }
  out += '"';
}

} // namespace

void append_csv_cell(std::string& out, std::string_view text) { append_cell(out, {}, text); }

void append_foreign_csv_cell(std::string& out, std::string_view text) {
  const bool formula = std::any_of(formula_beginnings.begin(), formula_beginnings.end(),
    [&](std::string_view beginning) { return text.starts_with(beginning); });
  append_cell(out, formula ? "'" : "", text);
}

} // namespace redial::http
