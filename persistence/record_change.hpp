/// Records: rows that belong to no campaign (keys, numbers not to be called, webhooks, answers given), and how they
/// change. Each kind has its encoding in a file of its own; here they are bytes.
#pragma once

#include "persistence/engine.hpp"

#include <optional>
#include <string>

namespace redial::persistence {

/// One record that is put, or taken away where there is no value.
struct record_change {
  table where{};
  std::string key;
  std::optional<std::string> value;

  friend bool operator==(const record_change&, const record_change&) = default;
};

/// What a visitor says of a row.
enum class visited { next, stop, damaged };

} // namespace redial::persistence
