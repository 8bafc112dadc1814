/// What of the store's records is kept in memory, because it is asked all the time: keys, numbers not to be called.
#pragma once

#include "persistence/store.hpp"

namespace redial::actors {

/// Thread-safe. Changed after the commit of what changes it, and by whoever had it committed.
class record_book {
public:
  virtual ~record_book() = default;
  /// Becomes what the store has: at the start, and after a write of which nobody could tell whether it took effect.
  /// @returns `storage_failed`; then it is as before.
  virtual result<void> load(const persistence::store& from) = 0;
};

} // namespace redial::actors
