/// Finds where one JSON value ends in text that arrives in slices, without parsing it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace redial::http {

constexpr bool is_json_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// @returns whether a JSON value can begin with `c`.
constexpr bool begins_json_value(char c) noexcept {
  return c == '{' || c == '[' || c == '"' || c == '-' || (c >= '0' && c <= '9') || c == 't' || c == 'f' || c == 'n';
}

/// Follows strings, escapes and nesting of one value. What it lets through need not be well-formed: that is for a
/// parser to say, once the whole value is there. Constant memory. Not thread-safe.
class json_value_scanner {
public:
  /// @param max_depth how many containers may be open at once
  explicit json_value_scanner(unsigned max_depth) : max_depth_{max_depth} {}

  /// Prepares for a value that begins with `first`, which is then the first byte to be scanned.
  void begin(char first) noexcept;

  /// @returns how many bytes at the front of `text` belong to the value; ask `complete` and `too_deep` afterwards.
  std::size_t scan(std::string_view text) noexcept;

  /// Whether the value has ended. The byte that ends a number or a literal does not belong to it.
  bool complete() const noexcept { return mode_ == mode::complete; }
  bool too_deep() const noexcept { return mode_ == mode::too_deep; }

private:
  enum class mode : std::uint8_t { scalar, container, string, escape, complete, too_deep };
  mode mode_ = mode::complete;
  unsigned depth_ = 0;
  unsigned max_depth_;
};

} // namespace redial::http
