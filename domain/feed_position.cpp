#include "domain/feed_position.hpp"

#include <charconv>

namespace redial {

namespace {

/// Reads a number up to `stop` or the end. @returns what follows the stop.
template <class T>
bool take_number(std::string_view& text, T& out) noexcept {
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out);
  if (read.ec != std::errc{} || (read.ptr != end && *read.ptr != '.'))
    return false;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return true;
}

} // namespace

std::string feed_position::to_string() const {
  auto text = std::to_string(commit);
  if (index != end)
    text += "." + std::to_string(index) + "." + std::to_string(sub);
  return text;
}

std::optional<feed_position> feed_position::parse(std::string_view text) noexcept {
  feed_position at;
  if (!take_number(text, at.commit))
    return std::nullopt;
  if (text.empty())
    return at;
  text.remove_prefix(1);
  if (!take_number(text, at.index) || text.empty() || at.index == end)
    return std::nullopt;
  text.remove_prefix(1);
  if (!take_number(text, at.sub) || !text.empty())
    return std::nullopt;
  return at;
}

} // namespace redial
