/// The order of timers, without threads: a binary heap by due time, first armed first among equals.
#pragma once

#include "timing/timer_service.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace redial::timing {

/// 48 bytes a timer, arming and taking in logarithmic time. Not thread-safe.
class timer_queue {
public:
  void push(time_point due, timer_service::callback run);

  /// @returns when the first timer is due, or nullopt if there is none.
  std::optional<time_point> next_due() const;

  /// Moves the callbacks due at `now` to the end of `out`, in the order in which they are to run, at most `limit`.
  void take_due(time_point now, std::size_t limit, std::vector<timer_service::callback>& out);

  std::size_t size() const noexcept { return heap_.size(); }
  bool empty() const noexcept { return heap_.empty(); }

private:
  struct entry {
    time_point due;
    std::uint64_t order;
    timer_service::callback run;
  };
  struct runs_later {
    bool operator()(const entry& a, const entry& b) const noexcept {
      return a.due != b.due ? a.due > b.due : a.order > b.order;
    }
  };

  std::vector<entry> heap_;
  std::uint64_t next_order_ = 0;
};

} // namespace redial::timing
