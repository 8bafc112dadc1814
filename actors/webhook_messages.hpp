/// Every message and every typed interface of the webhooks.
///
///   webhook front ──▶ desk ──spawns──▶ courier ──▶ sender ──▶ receivers
///                                       │    ▲
///                        store writer ◀─┘    └── feed reader
#pragma once

#include "actors/delivery_lanes.hpp"
#include "actors/feed_messages.hpp"
#include "actors/store_messages.hpp"
#include "actors/webhooks.hpp"
#include "persistence/webhook_records.hpp"
#include "webhooks/sender.hpp"

#include <memory>
#include <string>

namespace redial::actors {

struct webhook_create {
  caller from;
  new_webhook wanted;
  answer_note<webhook> note;
  reply_once<webhook> done;
};

/// To the desk itself: the row of a new webhook is in the store, or not.
struct webhook_stored {
  std::shared_ptr<const persistence::webhook_row> row;
  std::shared_ptr<const result<void>> outcome;
  reply_once<webhook> done;
};

struct webhook_list_query {
  workspace_name workspace;
  std::uint64_t offset = 0;
  std::size_t limit = 0;
  reply_once<webhook_page> done;
};

struct webhook_find_query {
  workspace_name workspace;
  webhook_id id;
  reply_once<webhook> done;
};

struct webhook_remove {
  caller from;
  webhook_id id;
  reply_once<void> done;
};

/// To the desk itself: the webhook's rows are gone from the store, or not.
struct webhook_removed {
  std::string key;
  std::shared_ptr<const result<void>> outcome;
  reply_once<void> done;
};

/// To the desk, and on to the webhook's courier.
struct deliveries_query {
  workspace_name workspace;
  webhook_id id;
  std::uint64_t offset = 0;
  std::size_t limit = 0;
  reply_once<delivery_page> done;
};

struct webhook_replay {
  caller from;
  webhook_id id;
  replay_start start;
  reply_once<webhook> done;
};

/// To the desk itself: where a replay begins.
struct webhook_located {
  std::string key;
  std::shared_ptr<const result<feed_position>> place;
  reply_once<webhook> done;
};

/// From a courier: something about its webhook is no longer what it was.
struct webhook_changed {
  std::shared_ptr<const webhook> hook;
};

/// To the desk itself: start a courier that died again.
struct webhook_respawn {
  std::string key;
};

/// To a courier: what it asked the feed for. Of another epoch than its present one it is void.
struct courier_page {
  std::uint64_t epoch = 0;
  std::shared_ptr<const result<feed_page>> page;
};

/// The same for one lane; without a page: ask again.
struct courier_lane_page {
  lane_load asked;
  std::shared_ptr<const result<campaign_feed_page>> page;
};

/// What came of one attempt to deliver.
struct courier_answered {
  std::uint64_t serial = 0;
  std::shared_ptr<const webhooks::answer> said;
};

struct courier_saved {
  std::shared_ptr<const result<void>> outcome;
};

/// Something may be there behind where it has read to.
struct feed_woke {};

/// Deliver again from here on.
struct courier_replay {
  feed_position from;
  reply_once<webhook> done;
};

/// Take everything of the webhook out of the store, and end.
struct courier_remove {
  reply_once<void> done;
};

/// Begin no further attempt; write down where you are, and end.
struct courier_drain {
  reply_once<void> done;
};

/// Knows the webhooks of all workspaces.
using webhook_desk_actor =
  caf::typed_actor<caf::reacts_to<webhook_create>, caf::reacts_to<webhook_stored>, caf::reacts_to<webhook_list_query>,
    caf::reacts_to<webhook_find_query>, caf::reacts_to<webhook_remove>, caf::reacts_to<webhook_removed>,
    caf::reacts_to<deliveries_query>, caf::reacts_to<webhook_replay>, caf::reacts_to<webhook_located>,
    caf::reacts_to<webhook_changed>, caf::reacts_to<webhook_respawn>, caf::reacts_to<drain>>;

/// Delivers to one webhook.
using courier_actor =
  caf::typed_actor<caf::reacts_to<courier_page>, caf::reacts_to<courier_lane_page>, caf::reacts_to<courier_answered>,
    caf::reacts_to<courier_saved>, caf::reacts_to<feed_woke>, caf::reacts_to<tick>, caf::reacts_to<courier_replay>,
    caf::reacts_to<courier_remove>, caf::reacts_to<courier_drain>, caf::reacts_to<deliveries_query>>;

} // namespace redial::actors

#define REDIAL_LOCAL_MESSAGE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::name)
REDIAL_LOCAL_MESSAGE(courier_answered)
REDIAL_LOCAL_MESSAGE(courier_drain)
REDIAL_LOCAL_MESSAGE(courier_lane_page)
REDIAL_LOCAL_MESSAGE(courier_page)
REDIAL_LOCAL_MESSAGE(courier_remove)
REDIAL_LOCAL_MESSAGE(courier_replay)
REDIAL_LOCAL_MESSAGE(courier_saved)
REDIAL_LOCAL_MESSAGE(deliveries_query)
REDIAL_LOCAL_MESSAGE(feed_woke)
REDIAL_LOCAL_MESSAGE(webhook_changed)
REDIAL_LOCAL_MESSAGE(webhook_create)
REDIAL_LOCAL_MESSAGE(webhook_find_query)
REDIAL_LOCAL_MESSAGE(webhook_list_query)
REDIAL_LOCAL_MESSAGE(webhook_located)
REDIAL_LOCAL_MESSAGE(webhook_remove)
REDIAL_LOCAL_MESSAGE(webhook_removed)
REDIAL_LOCAL_MESSAGE(webhook_replay)
REDIAL_LOCAL_MESSAGE(webhook_respawn)
REDIAL_LOCAL_MESSAGE(webhook_stored)
#undef REDIAL_LOCAL_MESSAGE
