/// Lists as answers show them: a page of items, and which part of the whole it is.
#pragma once

#include "http/json_text.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace redial::http {

/// Appends `[…],"total":…,"limit":…,"offset":…}`: all behind the name of the member that has the items.
/// @param append appends one item
template <class Items, class Append>
void append_page(std::string& out, const Items& items, std::uint64_t total, std::uint64_t offset, std::size_t limit,
  const Append& append) {
  out += '[';
  for (const char* separator = ""; const auto& each : items) {
    out += separator;
    append(out, each);
    separator = ",";
  }
  out += ']';
  begin_member(out, "total");
  append_number(out, total);
  begin_member(out, "limit");
  append_number(out, limit);
  begin_member(out, "offset");
  append_number(out, offset);
  out += '}';
}

/// @returns the page as an object of its own.
template <class Items, class Append>
std::string encode_page(
  const Items& items, std::uint64_t total, std::uint64_t offset, std::size_t limit, const Append& append) {
  std::string out = R"({"data":)";
  append_page(out, items, total, offset, limit, append);
  return out;
}

} // namespace redial::http
