#include "http/json_value_scanner.hpp"

#include <array>

namespace redial::http {

namespace {

constexpr bool ends_scalar(char c) noexcept {
  return c == ',' || c == ']' || c == '}' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

constexpr auto make_table(std::string_view marked) {
  std::array<bool, 256> table{};
  for (char c : marked)
    table[static_cast<std::uint8_t>(c)] = true;
  return table;
}

constexpr auto marks_in_container = make_table("\"{}[]");
constexpr auto marks_in_string = make_table("\"\\");

const char* find_mark(const char* at, const char* end, const std::array<bool, 256>& marks) noexcept {
  while (at != end && !marks[static_cast<std::uint8_t>(*at)])
    ++at;
  return at;
}

} // namespace

void json_value_scanner::begin(char first) noexcept {
  depth_ = 0;
  mode_ = first == '{' || first == '[' || first == '"' ? mode::container : mode::scalar;
}

std::size_t json_value_scanner::scan(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  auto consumed = [&] { return static_cast<std::size_t>(at - text.data()); };
  while (at != end) {
    switch (mode_) {
    case mode::scalar:
      while (at != end && !ends_scalar(*at))
        ++at;
      if (at != end)
        mode_ = mode::complete;
      return consumed();
    case mode::container:
      at = find_mark(at, end, marks_in_container);
      if (at == end)
        return consumed();
      if (*at == '"') {
        mode_ = mode::string;
      } else if (*at == '{' || *at == '[') {
        if (++depth_ > max_depth_) {
          mode_ = mode::too_deep;
          return consumed();
        }
      } else if (--depth_ == 0) {
        mode_ = mode::complete;
      }
      ++at;
      break;
    case mode::string:
      at = find_mark(at, end, marks_in_string);
      if (at == end)
        return consumed();
      if (*at == '\\')
        mode_ = mode::escape;
      else
        mode_ = depth_ == 0 ? mode::complete : mode::container;
      ++at;
      break;
    case mode::escape:
      mode_ = mode::string;
      ++at;
      break;
    case mode::complete:
    case mode::too_deep: return consumed();
    }
  }
  return consumed();
}

} // namespace redial::http
