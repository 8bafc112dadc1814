#include "http/csv_parser.hpp"

#include <catch2/catch.hpp>

using namespace redial;
using http::csv_parser;
using http::csv_record;

namespace {

struct record {
  std::uint64_t line = 0;
  std::vector<std::string> fields;
  std::string fault;
  friend bool operator==(const record&, const record&) = default;
  friend std::ostream& operator<<(std::ostream& out, const record& r) {
    out << r.line << ":";
    for (const auto& f : r.fields)
      out << "[" << f << "]";
    return out << r.fault;
  }
};

struct parsed {
  std::vector<record> records;
  std::uint64_t unclosed = 0;
};

parsed parse(std::string_view text, std::size_t slice) {
  parsed all;
  csv_parser parser{[&](const csv_record& r) {
    record one{r.line, {}, std::string{r.fault}};
    if (r.fault.empty())
      one.fields.assign(r.fields.begin(), r.fields.end());
    all.records.push_back(std::move(one));
  }};
  for (std::size_t at = 0; at < text.size(); at += slice)
    parser.feed(text.substr(at, slice));
  all.unclosed = parser.finish();
  return all;
}

/// `n` times `c`, then `tail`. (GCC 12 takes the same written with + for a write out of bounds.)
std::string filled(std::size_t n, char c, std::string_view tail) {
  std::string text(n, c);
  text += tail;
  return text;
}

using records = std::vector<record>;

} // namespace

TEST_CASE("csv: what RFC 4180 has, however the text is cut") {
  struct row {
    std::string text;
    records expected;
    std::uint64_t unclosed = 0;
  };
  const std::string quote = "has a quote inside a field that is not quoted";
  const std::string behind = "has text behind the closing quote of a field";
  const std::string lone = "has a carriage return that no line feed follows";
  const std::vector<row> table{
    {"", {}},
    {"\xEF\xBB\xBF", {}},
    {"a", {{1, {"a"}, {}}}},
    {"a,b", {{1, {"a", "b"}, {}}}},
    {"a,b\n", {{1, {"a", "b"}, {}}}},
    {"a,b\r\n", {{1, {"a", "b"}, {}}}},
    {"\xEF\xBB\xBF"
     "a,b\r\nc,d",
      {{1, {"a", "b"}, {}}, {2, {"c", "d"}, {}}}},
    {"\xEF\xBB,x", {{1, {}, "is not UTF-8"}}},
    {"\xEF\xBB", {{1, {}, "is not UTF-8"}}},
    {",\n,,\n", {{1, {"", ""}, {}}, {2, {"", "", ""}, {}}}},
    {"a\n\nb\n", {{1, {"a"}, {}}, {2, {""}, {}}, {3, {"b"}, {}}}},
    {" a , b ", {{1, {" a ", " b "}, {}}}},
    {R"("a","b")", {{1, {"a", "b"}, {}}}},
    {R"("","")", {{1, {"", ""}, {}}}},
    {R"("a""b",c)", {{1, {R"(a"b)", "c"}, {}}}},
    {R"("""")", {{1, {R"(")"}, {}}}},
    {"\"a\nb\r\nc\",d\ne", {{1, {"a\nb\r\nc", "d"}, {}}, {4, {"e"}, {}}}},
    {"\"a,b\",c", {{1, {"a,b", "c"}, {}}}},
    {"a\"b,c\nd", {{1, {}, quote}, {2, {"d"}, {}}}},
    {" \"a\",c\nd", {{1, {}, quote}, {2, {"d"}, {}}}},
    {"\"a\"b,c\nd", {{1, {}, behind}, {2, {"d"}, {}}}},
    {"\"a\" ,c\nd", {{1, {}, behind}, {2, {"d"}, {}}}},
    {"a\rb\nc", {{1, {}, lone}, {2, {"c"}, {}}}},
    {"a\r\r\nc", {{1, {}, lone}, {2, {"c"}, {}}}},
    {"a\r", {{1, {}, lone}}},
    {"\"a\"\r\nb", {{1, {"a"}, {}}, {2, {"b"}, {}}}},
    {"\"a\"\rb", {{1, {}, lone}}},
    {"\xC3\xA9,\xF0\x9F\x93\x9E", {{1, {"\xC3\xA9", "\xF0\x9F\x93\x9E"}, {}}}},
    {"\xC3,\xA9\nx", {{1, {}, "is not UTF-8"}, {2, {"x"}, {}}}},
    {std::string("a\0b,c", 5), {{1, {std::string("a\0b", 3), "c"}, {}}}},
    {"a\n\"b\nc", {{1, {"a"}, {}}}, 2},
    {"\"", {}, 1},
    {"a\nb,\"", {{1, {"a"}, {}}}, 2},
  };
  for (const auto& each : table) {
    for (std::size_t slice : {1U, 2U, 3U, 7U, 1000U}) {
      CAPTURE(each.text, slice);
      const auto got = parse(each.text, slice);
      CHECK(got.records == each.expected);
      CHECK(got.unclosed == each.unclosed);
    }
  }
}

TEST_CASE("csv: a record beyond the limit is named, not held, and ends where it ends") {
  const std::string large = "is larger than 65536 bytes";
  const auto limit = csv_parser::max_record_bytes;
  // The separators count: "x" * n, a comma, "y", a line feed.
  const auto fits = filled(limit - 3, 'x', ",y\nz\n");
  CHECK(parse(fits, 1000).records == records{{1, {std::string(limit - 3, 'x'), "y"}, {}}, {2, {"z"}, {}}});
  const auto not_quite = filled(limit - 2, 'x', ",y\nz\n");
  CHECK(parse(not_quite, 1000).records == records{{1, {}, large}, {2, {"z"}, {}}});
  const auto cell = "\"" + filled(10'000'000, '\n', "\",y\nz\n");
  CHECK(parse(cell, 65536).records == records{{1, {}, large}, {10'000'002, {"z"}, {}}});
  const auto commas = filled(1'000'000, ',', "\nz\n");
  CHECK(parse(commas, 65536).records == records{{1, {}, large}, {2, {"z"}, {}}});
}
