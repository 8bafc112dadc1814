/// The step from format 1 to 2: calls that were made before there were indexes of them.
#pragma once

#include "domain/result.hpp"
#include "persistence/engine.hpp"

namespace redial::persistence {

/// Writes the rows of `call_start` and `call_label` for every call of `data`, those in progress included, some at a
/// time and unsynced; the last of them are left in `changes`. Run again after a crash, it writes the same rows.
result<void> index_calls(engine& data, batch& changes);

} // namespace redial::persistence
