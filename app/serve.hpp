/// `redial serve`: the rooms wired together, from start to stop.
#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string>

namespace redial::app {

/// Opens the store, brings the campaigns back to life, serves HTTP until SIGTERM or SIGINT, and stops in good order: no
/// new connection, requests finished, nobody dialed any more, calls in progress waited for (`shutdown.drain_s`), all
/// committed. Signals must have been blocked (`block_signals`).
/// @param admin_key of the environment, if it gives one
/// @returns the exit status: 0 after an orderly stop, 1 where it could not start (the reason is on stderr).
int serve(const config::settings& settings, const std::optional<std::string>& admin_key);

} // namespace redial::app
