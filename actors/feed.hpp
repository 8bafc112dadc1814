/// What happens, in order, for those who tell it on: webhooks and live events. Read from the journals by way of the
/// commit log; nothing is kept a second time.
#pragma once

#include "actors/service.hpp"
#include "domain/feed_position.hpp"
#include "domain/notice.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace redial::actors {

using redial::feed_position;

/// One notice, ready to be told.
struct feed_event {
  feed_position at;
  notice_id id;
  notice_type type{};
  time_point created_at{};
  std::shared_ptr<const std::string> json; ///< the whole envelope
};
using feed_event_ptr = std::shared_ptr<const feed_event>;

/// What is to be read.
struct feed_query {
  workspace_name workspace{default_workspace};
  std::optional<campaign_no> campaign; ///< of one campaign alone (its number: `campaign_view::number`)
  notice_filter types = notice_filter::all();
  feed_position after;
  std::size_t limit = 100; ///< events at most
};

struct feed_page {
  std::vector<feed_event_ptr> events;
  feed_position upto; ///< go on behind this, also where `events` is empty
  bool more = false;  ///< go on at once: there is more, read or not (a reading ends when it has looked at enough)
};

/// Notices of one campaign by the numbers of its events, without the commit log.
struct campaign_feed_query {
  campaign_no campaign = 0;
  notice_filter types = notice_filter::all();
  std::uint64_t after_seq = 0; ///< behind this notice
  std::uint8_t after_sub = 0xff;
  std::uint64_t upto_seq = 0; ///< up to this event, that included
  std::size_t limit = 100;
};

struct campaign_feed_page {
  std::vector<feed_event_ptr> events; ///< their `at` is not filled in
  bool more = false;                  ///< up to `upto_seq` there is more
  std::uint64_t read_seq = 0;         ///< all of this event's notices, and of those before it, were looked at
};

/// Thread-safe. What belongs to another workspace is not there.
class feed_service {
public:
  virtual ~feed_service() = default;

  /// @returns the place behind everything that is committed.
  virtual feed_position now() const noexcept = 0;

  /// Reads on. In a thread of its own: it holds up nobody but those who read too. A campaign that is not in the
  /// workspace has no events.
  virtual void read(feed_query query, reply<feed_page> done) = 0;

  /// Calls `wake` once, as soon as something may be there behind `after`: at once (within this call) if it is. From any
  /// thread, the one that commits among them: it must return at once. Dropping what is returned ends the waiting; the
  /// callback may be running just then.
  [[nodiscard]] virtual std::shared_ptr<void> await(feed_position after, std::function<void()> wake) = 0;
};

/// What is made into JSON, outside of this room.
struct feed_message {
  notice_id id;
  notice what;
  std::shared_ptr<const campaign_definition> campaign;
  std::optional<campaign_state> state;    ///< with campaign.…: as it is when the message is made
  std::optional<contact_profile> contact; ///< with call.…
};
using feed_renderer = std::function<std::string(const feed_message&)>;

} // namespace redial::actors
