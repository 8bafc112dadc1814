// CSV: read whole, cut into pieces, and by a simpler parser that holds all of it, it must come to the same.
#include "fuzz/contact_rows.hpp"
#include "http/csv_parser.hpp"

#include <optional>

using namespace redial;
using namespace redial::fuzz;

namespace {

using records = std::vector<std::vector<std::string>>;

/// RFC 4180 once more, character by character. @returns nullopt where anything is wrong with the text.
std::optional<records> simple_parse(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF"))
    text.remove_prefix(3);
  records all;
  std::size_t at = 0;
  while (at < text.size()) {
    auto& record = all.emplace_back();
    for (bool more = true; more;) {
      auto& field = record.emplace_back();
      if (at < text.size() && text[at] == '"') {
        for (++at;; ++at) {
          if (at == text.size())
            return std::nullopt;
          if (text[at] != '"') {
            field += text[at];
          } else if (at + 1 < text.size() && text[at + 1] == '"') {
            field += '"';
            ++at;
          } else {
            ++at;
            break;
          }
        }
      } else {
        while (at < text.size() && text[at] != ',' && text[at] != '\n' && text[at] != '\r') {
          if (text[at] == '"')
            return std::nullopt;
          field += text[at++];
        }
      }
      more = at < text.size() && text[at] == ',';
      if (more)
        ++at;
    }
    if (at == text.size())
      break;
    if (text[at] == '\r' && ++at == text.size())
      return std::nullopt;
    if (text[at] != '\n')
      return std::nullopt;
    ++at;
  }
  return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto read = read_every_way(http::make_csv_rows, text);
  records seen;
  bool faults = false;
  bool other_faults = false; // than those of the grammar
  http::csv_parser parser{[&](const http::csv_record& record) {
    faults = faults || !record.fault.empty();
    other_faults = other_faults || record.fault == "is not UTF-8" || record.fault.starts_with("is larger");
    seen.emplace_back(record.fields.begin(), record.fields.end());
  }};
  parser.feed(text);
  const bool closed = parser.finish() == 0;
  const auto simple = simple_parse(text);
  if (other_faults)
    return 0;
  require(simple.has_value() == (closed && !faults), "what RFC 4180 does not have is taken, or what it has refused");
  if (simple) {
    require(*simple == seen, "a field is another");
    require(read.rows->broken() || simple->size() == read.contacts.size() + read.rows->refused_rows() + 1,
      "rows were lost or made");
  }
  return 0;
}
