/// Live events as the body of an answer (Server-Sent Events), from any place in their order on.
#pragma once

#include "actors/feed.hpp"
#include "http/body_source.hpp"
#include "http/exchange.hpp"

#include <atomic>
#include <memory>

namespace redial::http {

/// The live streams of a server, and what holds for each. Outlives them.
struct live_streams {
  std::size_t most = 1000; ///< at once
  std::chrono::milliseconds heartbeat{15'000};
  std::atomic<std::size_t> open{0};
};

/// Tells events as they are committed, the older ones first, read from the store. Whoever reads slowly holds one piece
/// and one page, and is told the rest when there is room: nothing is left out.
class event_stream final : public body_source, public std::enable_shared_from_this<event_stream> {
public:
  /// @returns null where there are too many already.
  /// @param feed outlives it @param from what is to be told, and behind which place
  static std::shared_ptr<event_stream> open(
    live_streams& streams, actors::feed_service& feed, actors::feed_query from, session_link_ptr link);
  ~event_stream() override;

  pulled pull(std::string& out) override;
  bool endless() const noexcept override { return true; }
  std::chrono::milliseconds heartbeat_interval() const noexcept override { return streams_.heartbeat; }
  void beat(std::string& out) override;

private:
  enum class state : std::uint8_t {
    behind,  ///< there may be more to be read
    reading, ///< it is on its way
    waiting, ///< all was read; the next commit will say so
    failed,
  };

  event_stream(live_streams& streams, actors::feed_service& feed, actors::feed_query from, session_link_ptr link);
  void read();
  void take(result<actors::feed_page> page);
  void wait();
  template <class Work>
  auto later(Work work);
  void append_place(std::string& out);

  live_streams& streams_;
  actors::feed_service& feed_;
  const session_link_ptr link_;
  actors::feed_query query_; ///< `after`: up to where it was read
  actors::feed_position told_;
  state state_ = state::behind;
  bool begun_ = false;
  bool more_ = true;     ///< behind what was read
  std::size_t next_ = 0; ///< of `events_`
  std::vector<actors::feed_event_ptr> events_;
  std::shared_ptr<void> waiting_;
};

} // namespace redial::http
