/// Walking over rows that are to be decoded.
#pragma once

#include "persistence/codec.hpp"
#include "persistence/engine.hpp"
#include "persistence/record_change.hpp"

#include <optional>
#include <string_view>

namespace redial::persistence {

/// Scans as `reader::scan` does, until `visit(key, value)` says stop. @returns `storage_failed` naming table and key
/// where it says damaged.
template <class Visit>
result<void> scan_rows(const reader& data, table where, std::string_view from, std::string_view to, Visit&& visit) {
  std::optional<problem> damage;
  auto scanned = data.scan(where, from, to, [&](std::string_view key, std::string_view value) {
    const auto said = visit(key, value);
    if (said == visited::damaged)
      damage = unreadable_row(where, key);
    return said == visited::next;
  });
  if (scanned && damage)
    return std::move(*damage);
  return scanned;
}

} // namespace redial::persistence
