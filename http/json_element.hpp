/// One JSON value out of a body that arrives in slices, whole, for a parser that reads it in place.
#pragma once

#include "http/json_value_scanner.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace redial::http {

/// Gathers a value at a time. One that lies in one slice, with room behind it, is not copied; one of more than
/// `max_bytes` is passed over. Memory is bounded by `max_bytes`. Not thread-safe.
class json_element {
public:
  static constexpr std::size_t max_bytes = 64 * 1024;

  json_element();

  /// Prepares for a value that begins with `first`, which is then the first byte to be taken.
  void begin(char first) noexcept;

  /// @param rest what has arrived of the body, from the value's next byte on: it may go on behind the value
  /// @returns how many bytes at the front of `rest` belong to it; ask what follows afterwards
  std::size_t take(std::string_view rest);

  bool too_deep() const noexcept { return scanner_.too_deep(); }
  bool complete() const noexcept { return scanner_.complete(); }
  bool too_large() const noexcept { return too_large_; }

  /// @returns the value, once it is complete, unless it is too large; `contact_reader::padding` bytes behind it can be
  /// read. Good for as long as the slice is there, and until the next `begin`.
  std::string_view text() const noexcept { return text_; }

private:
  json_value_scanner scanner_;
  std::string held_; ///< what earlier slices brought
  std::string_view text_;
  bool too_large_ = false;
};

} // namespace redial::http
