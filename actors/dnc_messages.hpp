/// Messages of the do-not-call lists: the keeper's, and those by which calls to a number come to an end everywhere.
#pragma once

#include "actors/answer_note.hpp"
#include "actors/life_messages.hpp"
#include "actors/reply_once.hpp"
#include "actors/service.hpp"

#include <caf/all.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace redial::actors {

/// Puts numbers on a workspace's list. Answered once committed and once no call to any of them, decided before, is
/// still on its way to the gateway.
struct dnc_add_command {
  caller from;
  std::shared_ptr<const std::vector<dnc_entry>> entries;
  std::shared_ptr<answer_note<dnc_added>> note; ///< emptied just before the answer
  std::shared_ptr<void> counted;                ///< holds the entries' share of those under way
  reply_once<dnc_added> done;
};

/// Takes numbers off it. Answered once committed.
struct dnc_remove_command {
  caller from;
  std::shared_ptr<const std::vector<phone>> phones;
  std::shared_ptr<void> counted;
  reply_once<dnc_removed> done;
};

/// To the keeper itself: the change under way is committed, or refused.
struct dnc_changed {
  std::shared_ptr<const result<void>> outcome;
};

/// To the registry: these numbers (sorted; null: whatever number) are on the workspace's list now. Answered when no
/// call to any of them is on its way to the gateway any more, in any campaign of the workspace.
struct clear_command {
  workspace_name workspace;
  std::shared_ptr<const std::vector<phone>> phones;
  reply_once<void> done;
};

/// From the registry to each campaign: the same, of this campaign.
struct listed_notice {
  std::shared_ptr<const std::vector<phone>> phones;
  reply_once<void> done;
};

/// To the registry itself: a campaign has answered the notice of `round`, or has died on it.
struct notice_answered {
  std::uint64_t round = 0;
  campaign_id campaign;
  bool cleared = false;
};

/// To the registry itself: time is up for `round`.
struct round_overdue {
  std::uint64_t round = 0;
};

/// Changes the do-not-call lists, one command at a time.
using dnc_keeper_actor = caf::typed_actor<caf::reacts_to<dnc_add_command>, caf::reacts_to<dnc_remove_command>,
  caf::reacts_to<dnc_changed>, caf::reacts_to<tick>>;

} // namespace redial::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::clear_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::dnc_add_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::dnc_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::dnc_remove_command)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::listed_notice)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::notice_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::round_overdue)
