/// For tests of what must be pure.
#pragma once

#include <optional>

namespace redial::sample {

/// Asks a rule twice. @returns its answer, or nullopt where the second answer is another one.
template <class Rule>
auto ask_twice(Rule rule) -> std::optional<decltype(rule())> {
  auto first = rule();
  auto second = rule();
  if (first.has_value() != second.has_value())
    return std::nullopt;
  if (first.has_value() ? !(*first == *second) : !(first.error() == second.error()))
    return std::nullopt;
  return first;
}

} // namespace redial::sample
