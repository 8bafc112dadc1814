/// Messages that every actor may get, and those by which campaigns come to life and end.
#pragma once

#include "actors/ops_service.hpp"
#include "actors/reply_once.hpp"
#include "actors/service.hpp"
#include "domain/contact_table.hpp"

#include <caf/all.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace redial::actors {

/// From the timer service to whoever armed it: look at the clock.
struct tick {};

/// To an actor that shall end in good order, behind all that was sent to it before.
struct retire {};

/// A campaign is in the store and may begin to live.
struct campaign_born {
  campaign_view_ptr view;
  std::shared_ptr<contact_table> contacts; ///< handed over: the receiver is the only owner
  std::uint64_t duplicates_skipped = 0;
  reply_once<created_campaign> done;
};

/// From a campaign actor once it is ready to serve, or has found that it cannot.
struct campaign_ready {
  campaign_no campaign = 0;
};

/// From a campaign that has ended with nothing left to do.
struct campaign_finished {
  campaign_id id;
};

/// To the registry at shutdown, and from it to every campaign: dial nobody any more, finish what is in progress.
struct drain {
  reply_once<void> done;
};

/// From a campaign that has nothing in progress and nothing uncommitted.
struct campaign_drained {
  campaign_no campaign = 0;
};

/// To the registry: restart this campaign's actor from the store.
struct respawn_campaign {
  campaign_id id;
};

/// To the registry at start: bring every live campaign of the store to life, then answer.
struct recover {
  reply_once<void> done;
};

/// Asks a campaign's actor what it is doing.
struct inspect_command {
  campaign_id id;
  std::uint64_t offset = 0; ///< among its live contacts, by their number
  std::size_t limit = 0;
  reply_once<campaign_insight> done;
};

} // namespace redial::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::campaign_born)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::campaign_drained)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::campaign_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::campaign_ready)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::drain)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::inspect_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::recover)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::respawn_campaign)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::retire)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::tick)
