/// Messages of the line pool, which shares lines and calls per second among the campaigns.
#pragma once

#include "actors/life_messages.hpp"

#include <caf/all.hpp>

#include <cstdint>

namespace redial::actors {

/// A campaign's standing with the line pool: what it gives back, and how many more lines it could use now.
struct lines_update {
  campaign_no campaign = 0;
  caf::actor from;
  std::uint32_t ended = 0;      ///< lines whose call is over
  std::uint32_t unused = 0;     ///< granted lines for which there was no call: their starts are given back too
  std::uint32_t adopted = 0;    ///< lines that recovery found in use
  std::uint32_t taken_back = 0; ///< lines whose attempt the gateway did not place
  std::uint32_t refused = 0;    ///< attempts that the gateway turns away at present: slow down
  milliseconds retry_after{};   ///< with refused: how long to leave it alone
  std::uint32_t wanted = 0;     ///< replaces what was wanted before
};

/// The campaign needs no lines any more; those that it holds are free.
struct lines_leave {
  campaign_no campaign = 0;
};

/// Lines for a campaign, each good for one attempt.
struct lines_grant {
  std::uint32_t lines = 0;
};

/// Shares lines and calls per second among the campaigns.
using line_pool_actor =
  caf::typed_actor<caf::reacts_to<lines_update>, caf::reacts_to<lines_leave>, caf::reacts_to<tick>>;

} // namespace redial::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::lines_grant)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::lines_leave)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::lines_update)
