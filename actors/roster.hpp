/// The roster, by the names that the actors use.
#pragma once

#include "metrics/roster.hpp"

namespace redial::actors {

using metrics::actor_activity;
using metrics::actor_kind;
using metrics::actor_record;
using metrics::actor_record_ptr;
using metrics::all_actor_kinds;
using metrics::roster;
using metrics::roster_filter;

} // namespace redial::actors
