/// Messages of those who have something written: the store writer's, and the sweep's that erases old answers.
#pragma once

#include "actors/life_messages.hpp"
#include "actors/reply_once.hpp"
#include "actors/service.hpp"
#include "persistence/store.hpp"

#include <caf/all.hpp>

#include <memory>
#include <vector>

namespace redial::actors {

/// Events to be committed; answered with `append_done`. At most one under way for each campaign. The append belongs to
/// the writer until it is answered.
struct append_request {
  std::shared_ptr<persistence::append> append;
  caf::actor from;
  /// Of the answers among its records: the keys are kept until it is known what became of it, also if `from` dies.
  std::vector<key_hold> holds{};
};

struct append_done {
  std::shared_ptr<persistence::append> append;
  std::shared_ptr<const result<campaign_view_ptr>> outcome;
};

/// Contacts of a campaign that is being created; answered with `stage_done`. Without contacts: drop what was staged.
struct stage_request {
  campaign_no campaign = 0;
  contact_no first = 0;
  std::shared_ptr<const std::vector<contact_profile>> contacts;
  caf::actor from;
  campaign_no addition = 0; ///< not 0: the campaign exists, place the contacts behind its list
};

/// All contacts are staged, and shall be readable; answered with `stage_done`.
struct stage_close {
  campaign_no campaign = 0;
  caf::actor from;
};

struct stage_done {
  std::shared_ptr<const result<void>> outcome;
};

/// Answered with itself when everything sent to the writer before has been committed or refused.
struct writer_fence {
  campaign_id campaign;
  caf::actor from;
};

/// Changes of records, answered when they are on stable storage, or were refused together.
struct change_request {
  std::shared_ptr<const std::vector<persistence::record_change>> changes;
  reply_once<void> done;
};

/// The writer's message to itself, behind all that has queued up: commit it.
struct flush_now {};

/// The answer sweep's message to itself: a slice is done.
struct sweep_next {
  bool more = false;
};

/// The only writer of the store.
using writer_actor = caf::typed_actor<caf::reacts_to<append_request>, caf::reacts_to<change_request>,
  caf::reacts_to<stage_request>, caf::reacts_to<stage_close>, caf::reacts_to<writer_fence>, caf::reacts_to<flush_now>>;

/// Erases answers that nobody can ask for any more.
using sweep_actor = caf::typed_actor<caf::reacts_to<tick>, caf::reacts_to<sweep_next>>;

} // namespace redial::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::append_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::append_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::change_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::flush_now)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::stage_close)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::stage_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::stage_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::sweep_next)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::writer_fence)
