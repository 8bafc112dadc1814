/// What a restored copy of the data has to forget before anyone may dial from it.
#pragma once

#include "domain/event.hpp"

#include <span>
#include <vector>

namespace redial {

/// A contact whose call was in progress when the copy was made.
struct contact_in_flight {
  contact_no number = 0;
  contact_state state;
};

/// What restoring a campaign comes to.
struct restore_decision {
  std::vector<event> events; ///< in order; empty where nothing has to change
  std::uint64_t unknown = 0; ///< attempts of which nobody can tell what became
  std::uint64_t ended = 0;   ///< calls that were over, and whose disposition will not come any more
  bool paused = false;       ///< the campaign would have dialed on; a one-off call is stopped instead
};

/// A copy does not know which calls were placed after it was made. So a campaign that would dial by itself, now or at
/// its start time, is paused: its resumption is an operator's decision. A one-off call, which nobody could resume, is
/// stopped: whoever wanted it asks for it again. Attempts in flight end as `unknown`, which
/// counts and is not dialed again by itself; a call that was over ends with the disposition it has, or
/// `no_disposition`. Pure. @param open every contact of the campaign that is in progress. @param now counts as the
/// campaign's last event where it lies before it.
restore_decision decide_restore(
  const campaign_state& campaign, std::span<const contact_in_flight> open, time_point now);

} // namespace redial
