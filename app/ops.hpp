/// `redial ops top`: a terminal's view into the redial that serves, for whoever owns the data.
#pragma once

#include "actors/ops_service.hpp"
#include "app/control.hpp"
#include "config/settings.hpp"
#include "domain/time.hpp"

#include <cstdint>

namespace redial::app {

struct top_order {
  double interval = 1;      ///< seconds between two screens
  std::uint64_t frames = 0; ///< so many screens; 0: until interrupted
};

/// Draws screens on stdout: on a terminal each in place of the former one, elsewhere one after the other. Asks over the
/// control socket, so that it needs no key. @returns the exit status.
int ops_top(const config::storage_settings& storage, const top_order& order);

/// Answers the question `ops` in the redial that serves. @param ops and @param time outlive it.
control_handler ops_of(actors::ops_service& ops, const clock& time);

} // namespace redial::app
