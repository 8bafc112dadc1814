/// What the engine's actors share: clock, timers, gateway, store and settings. Made once where the rooms are wired.
#pragma once

#include "actors/answer_desk.hpp"
#include "actors/board.hpp"
#include "actors/delivery_lanes.hpp"
#include "actors/dnc_book.hpp"
#include "actors/engine_metrics.hpp"
#include "actors/feed_bell.hpp"
#include "actors/line_allocator.hpp"
#include "actors/record_book.hpp"
#include "actors/restart_policy.hpp"
#include "actors/roster.hpp"
#include "domain/explain.hpp"
#include "domain/ids.hpp"
#include "domain/time.hpp"
#include "persistence/store.hpp"
#include "telephony/call_gateway.hpp"
#include "timing/timer_service.hpp"
#include "webhooks/sender.hpp"

#include <spdlog/logger.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace redial::actors {

/// How messages go to webhooks. Times are the engine's; a receiver lives in real time (`in_real_time`).
struct webhook_settings {
  retry_policy retry;
  delivery_lanes::lane_limits lanes;
  std::size_t parallel = 8;           ///< attempts under way at a time, of one webhook
  std::size_t most = 100;             ///< webhooks of a workspace
  std::size_t most_deliveries = 1000; ///< that are kept on record, of one webhook
  milliseconds longest_pause{60'000}; ///< for which a receiver that fails is left alone
  milliseconds read_pause{20};        ///< between two readings of what is new
  milliseconds save{1000};            ///< until what was delivered is on disk
  milliseconds save_idle{60'000};     ///< the same, where only others' events were passed by
  milliseconds drain{2000};           ///< how long a stop waits for answers that are on their way

  /// @returns the same in the time of a clock that runs `speed` times as fast.
  webhook_settings in_real_time(double speed) const;
};

struct engine_settings {
  line_limits lines;
  /// A contact whose next attempt is at most this far off (engine time) keeps its actor and its own timer.
  milliseconds passivate_after{5000};
  /// So many contacts may wait with an actor of their own, over all campaigns; the others are passivated.
  std::size_t max_waiting_actors = 20'000;
  /// How long a disposition may come after the end of its call.
  milliseconds result_timeout{120'000};
  /// A pause, stop or removal waits so long for calls that are on their way to the gateway; then the caller is told
  /// that it is in force, and that nobody knows yet whether these will still be placed.
  milliseconds answer_within{20'000};
  std::size_t max_commands = 10'000;        ///< commands of callers under way at once
  std::size_t max_uploads = 4;              ///< campaigns being uploaded at once
  std::size_t max_exports = 2;              ///< campaigns being exported at once
  std::size_t max_dnc_entries = 10'000'000; ///< that callers may put on one workspace's do-not-call list
  std::size_t max_lists = 1000;             ///< lists of calls that wait to be read
  std::size_t max_scans = 32;               ///< questions that wait for a look through all lists of a workspace
  webhook_settings webhooks;
  /// When campaigns whose actor died are started again, and when that is given up and they are paused.
  restart_limits restarts;
  /// An operator who asks a campaign's actor is told after so long that it is slow.
  milliseconds inspect_within{500};
  /// Blocking work runs in threads of its own; tests run it in the scheduler's, under virtual time.
  bool detach_blocking = true;
};

/// How the line pool stood when it last did anything. Thread-safe.
class lines_board {
public:
  void publish(const line_figures& figures) {
    const std::lock_guard lock{mutex_};
    shown_ = figures;
  }
  line_figures read() const {
    const std::lock_guard lock{mutex_};
    return shown_;
  }

private:
  mutable std::mutex mutex_;
  line_figures shown_;
};

struct engine_context {
  const clock& time;
  timing::timer_service& timers;
  telephony::call_gateway& gateway;
  persistence::store& store;
  random_source& random;
  spdlog::logger& log;
  engine_settings settings;

  actors::board board{};
  roster who{};
  engine_metrics counted{};
  std::atomic<std::size_t> waiting_actors{0};
  std::atomic<std::size_t> pending_commands{0};
  std::atomic<std::size_t> live_uploads{0};
  std::atomic<std::size_t> live_exports{0};

  std::atomic<std::size_t> pending_dnc_entries{0};

  dnc_book dnc{};
  /// Every book there is; not empty members of the engine's own. Filled before the engine starts.
  std::vector<record_book*> books{&dnc};
  answer_desk answers{};

  feed_bell bell{};                   ///< rung after each commit of events
  feed_renderer render{};             ///< makes what the feed tells; set before the engine starts
  webhooks::sender* sender = nullptr; ///< null: no webhooks
  /// One of the actors that there is only one of has died, without whom nothing goes on: ends the process, as there is
  /// no more to save than what is in the store. Called from the thread that it died in; empty: nothing happens.
  std::function<void(std::string_view who)> fatal{};

  lines_board lines{};
  std::atomic<std::size_t> pending_lists{0};
  std::atomic<std::size_t> pending_scans{0};

  /// Has every book read what the store has. @returns `storage_failed`; then the engine must not start.
  result<void> load_books() {
    for (auto* book : books) {
      if (auto loaded = book->load(store); !loaded)
        return loaded;
    }
    return {};
  }
};

} // namespace redial::actors
