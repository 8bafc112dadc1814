/// Who asks something of the engine, and how it is told.
#pragma once

#include "domain/result.hpp"
#include "domain/workspace.hpp"

#include <functional>
#include <string>

namespace redial::actors {

/// For whom something is done.
struct caller {
  workspace_name workspace{default_workspace};
  std::string trace{}; ///< request id, for the log
};

/// Told the outcome of a command, once, from any thread, also from within the call that issued it. Must return at once.
template <class T>
using reply = std::function<void(result<T>)>;

} // namespace redial::actors
