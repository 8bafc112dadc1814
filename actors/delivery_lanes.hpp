/// The messages that one webhook is owed, a lane for each campaign: in order within a lane, and no lane waits for
/// another.
#pragma once

#include "actors/feed.hpp"
#include "persistence/webhook_records.hpp"

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace redial::actors {

/// Which notice of a campaign.
struct notice_place {
  std::uint64_t seq = 0;
  std::uint8_t sub = 0;
  friend constexpr auto operator<=>(const notice_place&, const notice_place&) = default;
};

/// What one lane is to be filled with from the campaign's journal.
struct lane_load {
  campaign_no campaign = 0;
  notice_place after;
  std::uint64_t upto_seq = 0;
  std::uint64_t epoch = 0; ///< goes with what was read
};

/// Bounded: a lane keeps a few messages in memory, one where the first of them was refused, and reads the rest again
/// from the journal when their turn comes; there are `lane_limits::lanes` lanes at most, and nobody puts more in while
/// `full`. Not thread-safe.
class delivery_lanes {
public:
  struct lane_limits {
    std::size_t lanes = 256;
    std::size_t buffered = 128; ///< messages, over all lanes of which nothing was refused
    std::size_t lane = 16;      ///< messages a lane
  };

  explicit delivery_lanes(lane_limits limits) : limits_{limits} {}

  /// Whether nothing more may be put in for now.
  bool full() const noexcept { return lanes_.size() >= limits_.lanes || buffered_ >= limits_.buffered; }
  bool empty() const noexcept { return lanes_.empty(); }
  std::size_t size() const noexcept { return lanes_.size(); }
  /// @returns how many messages they hold.
  std::size_t buffered() const noexcept { return buffered_; }

  /// The next message in the order of the commit log. One that is owed already is not owed twice; one that was
  /// delivered before (a replay) is owed again, and with it all that followed in its campaign.
  void put(const feed_event_ptr& e);

  /// @returns the lane whose turn it is and the message that is to be sent; it is under way until `finished`, `failed`
  /// or `dropped`. Lanes of which nothing was refused go first.
  std::optional<feed_event_ptr> take(time_point now);
  /// The message of `campaign` that is under way is done with, delivered or given up.
  void finished(campaign_no campaign);
  /// It was not taken, and is to be sent again at `next_at`.
  void failed(campaign_no campaign, time_point next_at);
  /// @returns how often the first message of a lane was refused so far.
  std::uint32_t attempts(campaign_no campaign) const;
  std::size_t under_way() const noexcept { return under_way_; }

  /// @returns a lane that is to be filled, once.
  std::optional<lane_load> next_load(time_point now);
  /// What `next_load` asked for.
  void loaded(const lane_load& asked, const campaign_feed_page& page);
  /// It could not be read; to be asked for again.
  void not_loaded(const lane_load& asked);

  /// @returns when the first message that was refused is due again.
  std::optional<time_point> next_due() const;

  std::vector<persistence::webhook_lane_row> rows() const;
  void restore(const std::vector<persistence::webhook_lane_row>& rows);
  void clear();

private:
  struct lane {
    notice_place done;
    notice_place upto;
    std::deque<feed_event_ptr> queue; ///< what follows `done`
    bool gap = false;                 ///< and not all of it, up to `upto`
    bool loading = false;
    std::uint64_t epoch = 0;
    feed_event_ptr sending;
    std::uint32_t attempts = 0; ///< at the first
    time_point next_at{};       ///< where there were any
  };
  using lane_map = std::map<campaign_no, lane>;

  bool may_send(const lane& l, time_point now) const {
    return !l.sending && !l.queue.empty() && (l.attempts == 0 || l.next_at <= now);
  }
  void resize(lane& l, std::size_t size);
  void push(lane& l, const feed_event_ptr& e);
  void end_if_idle(lane_map::iterator it);

  lane_limits limits_;
  lane_map lanes_;
  std::size_t buffered_ = 0;
  std::size_t under_way_ = 0;
  campaign_no last_taken_ = 0;
  std::uint64_t epochs_ = 0;
};

} // namespace redial::actors
