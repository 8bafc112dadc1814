/// What is known of the last so many calls.
#pragma once

#include "domain/ids.hpp"

#include <unordered_map>
#include <utility>
#include <vector>

namespace redial::telephony {

/// A map from call id to `T` that holds `capacity` calls: one more, and the first that came is forgotten. Grows with
/// use. Not thread-safe.
template <class T>
class recent_ids {
public:
  explicit recent_ids(std::size_t capacity) : capacity_{capacity} {}

  /// Keeps `value` for `id`, unless there is one already.
  void put(call_id id, T value) {
    if (!known_.try_emplace(id, std::move(value)).second)
      return;
    if (order_.size() < capacity_) {
      order_.push_back(id);
      return;
    }
    known_.erase(std::exchange(order_[oldest_], id));
    oldest_ = (oldest_ + 1) % capacity_;
  }

  /// @returns what is kept for `id`, until the next `put`, or null.
  const T* find(call_id id) const {
    const auto found = known_.find(id);
    return found == known_.end() ? nullptr : &found->second;
  }

private:
  std::size_t capacity_;
  std::unordered_map<call_id, T> known_;
  std::vector<call_id> order_; // a ring once full
  std::size_t oldest_ = 0;
};

} // namespace redial::telephony
