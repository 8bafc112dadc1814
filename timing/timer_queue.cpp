#include "timing/timer_queue.hpp"

#include <algorithm>
#include <utility>

namespace redial::timing {

void timer_queue::push(time_point due, timer_service::callback run) {
  heap_.push_back(entry{due, next_order_++, std::move(run)});
  std::push_heap(heap_.begin(), heap_.end(), runs_later{});
}

std::optional<time_point> timer_queue::next_due() const {
  if (heap_.empty())
    return std::nullopt;
  return heap_.front().due;
}

void timer_queue::take_due(time_point now, std::size_t limit, std::vector<timer_service::callback>& out) {
  for (; limit > 0 && !heap_.empty() && heap_.front().due <= now; --limit) {
    std::pop_heap(heap_.begin(), heap_.end(), runs_later{});
    out.push_back(std::move(heap_.back().run));
    heap_.pop_back();
  }
  // A burst of a million timers must not hold its memory for ever after.
  constexpr std::size_t worth_shrinking = 65'536;
  if (heap_.capacity() > worth_shrinking && heap_.size() < heap_.capacity() / 4) {
    std::vector<entry> smaller;
    smaller.reserve(heap_.capacity() / 2);
    std::move(heap_.begin(), heap_.end(), std::back_inserter(smaller));
    heap_ = std::move(smaller);
  }
}

} // namespace redial::timing
