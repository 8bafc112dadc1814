/// What operations see of the engine while it runs. Nothing here waits for an actor but `inspect`, and that not for
/// long.
#pragma once

#include "actors/line_allocator.hpp"
#include "actors/roster.hpp"
#include "actors/service.hpp"
#include "persistence/engine_figures.hpp"

#include <prometheus/metric_family.h>

#include <optional>
#include <string_view>
#include <vector>

namespace redial::actors {

/// Where a contact that has an actor stands.
enum class contact_phase : std::uint8_t {
  committing, ///< its attempt is decided, and not on disk yet
  placing,    ///< handed to the gateway, which has not said that it placed the call
  ringing,    ///< nobody has answered yet
  in_conversation,
  awaiting_result, ///< the call is over, its disposition is to come
  waiting_retry,   ///< keeps its actor and its own timer, as the wait is short
};
constexpr std::string_view to_string(contact_phase phase) noexcept {
  switch (phase) {
  case contact_phase::committing: return "committing";
  case contact_phase::placing: return "placing";
  case contact_phase::ringing: return "ringing";
  case contact_phase::in_conversation: return "in_conversation";
  case contact_phase::awaiting_result: return "awaiting_result";
  case contact_phase::waiting_retry: break;
  }
  return "waiting_retry";
}

struct contact_insight {
  contact_no number = 0;
  redial::phone phone;
  contact_phase phase{};
  std::uint8_t attempt = 0;
  call_id call;                      ///< 0 where it waits for a retry
  std::optional<time_point> since{}; ///< when the attempt began, was answered, or ended, as its phase says
  std::optional<time_point> timer{}; ///< when something happens without news
};

/// What a campaign's actor says of itself.
struct campaign_insight {
  campaign_state state; ///< as decided: the store follows
  std::uint64_t committed_seq = 0;
  std::uint64_t undecided_writes = 0; ///< events that wait for the writer
  bool append_under_way = false;
  std::uint64_t answers_owed = 0; ///< commands whose answer waits for a commit or for the gateway
  std::uint64_t additions_waiting = 0;
  std::uint64_t lines_held = 0;
  std::uint64_t lines_wanted = 0;     ///< asked of the line pool, and not granted yet
  std::uint64_t ready = 0;            ///< retries that are due
  std::uint64_t passivated = 0;       ///< contacts that wait without an actor
  std::optional<time_point> next_due; ///< of those
  std::optional<time_point> timer;    ///< the campaign's own
  bool draining = false;
  std::uint64_t live = 0;                ///< contacts with an actor
  std::vector<contact_insight> contacts; ///< the page asked for
};

/// A queue or a count that has a bound.
struct bounded_count {
  std::string_view what;
  std::uint64_t count = 0;
  std::uint64_t most = 0;
};

struct store_figures {
  persistence::engine_figures engine;
  std::optional<std::string> trouble; ///< why nothing is written now
  std::uint64_t last_commit = 0;      ///< its number
  prometheus::ClientMetric::Histogram commit_events;
  prometheus::ClientMetric::Histogram commit_seconds;
  std::optional<time_point> last_backup; ///< of this process, by the clock of the system
};

/// Thread-safe.
class ops_service {
public:
  virtual ~ops_service() = default;

  /// @returns who lives, and what became of those that died.
  virtual const roster& who() const noexcept = 0;

  /// @returns the campaign as last committed, of whatever workspace; null where there is none.
  virtual campaign_view_ptr campaign(const campaign_id& id) const = 0;

  /// @returns all campaigns as last committed, in no order.
  virtual std::vector<campaign_view_ptr> campaigns() const = 0;

  /// Asks the campaign's actor. Answers `unavailable` where it has none, or where it does not answer within half a
  /// second: it is slow then, and the roster tells what it is at.
  virtual void inspect(
    const campaign_id& id, std::uint64_t offset, std::size_t limit, reply<campaign_insight> done) = 0;

  /// @returns how the lines stood when the pool last did anything.
  virtual line_figures lines() const = 0;
  /// @returns what the operator allows.
  virtual line_limits limits() const = 0;

  /// @returns what callers have under way, and how much of it there may be.
  virtual std::vector<bounded_count> under_way() const = 0;

  /// @returns how the store is doing. Takes some milliseconds.
  virtual store_figures store() const = 0;

  /// @returns all figures of the engine for Prometheus. Takes some milliseconds.
  virtual std::vector<prometheus::MetricFamily> metrics() const = 0;
};

} // namespace redial::actors
