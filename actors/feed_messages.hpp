/// Questions about what happened: the feed reader's.
#pragma once

#include "actors/feed.hpp"
#include "actors/reply_once.hpp"

#include <caf/all.hpp>

#include <variant>

namespace redial::actors {

struct feed_read {
  feed_query query;
  reply_once<feed_page> done;
};

struct campaign_feed_read {
  campaign_feed_query query;
  reply_once<campaign_feed_page> done;
};

/// Where in the feed is the place behind which everything since an instant, or since a notice, that included, stands?
struct feed_locate {
  workspace_name workspace;
  std::variant<time_point, notice_id> what;
  reply_once<feed_position> done;
};

/// Reads what is told to the outside.
using feed_actor =
  caf::typed_actor<caf::reacts_to<feed_read>, caf::reacts_to<campaign_feed_read>, caf::reacts_to<feed_locate>>;

} // namespace redial::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::campaign_feed_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::feed_locate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(redial::actors::feed_read)
