/// Knows which attempts have been decided and not yet handed to the gateway.
#pragma once

#include <cstdint>
#include <deque>

namespace redial::actors {

/// `pause`, `stop` and removals may be answered only when no attempt decided before them can still reach the gateway.
/// Attempts are counted in generations: closing one tells which attempts came before, whatever starts afterwards.
class start_fence {
public:
  /// An attempt has been decided. @returns its generation, to be given back to `placed`.
  std::uint64_t start() {
    ++unplaced_.back();
    return newest();
  }

  /// An attempt of `generation` has reached the gateway, or never will.
  void placed(std::uint64_t generation) {
    --unplaced_[generation - oldest_];
    while (unplaced_.size() > 1 && unplaced_.front() == 0) {
      unplaced_.pop_front();
      ++oldest_;
    }
  }

  /// Ends the present generation. @returns the one to ask `cleared` about: all attempts so far belong to it or to older
  /// ones.
  std::uint64_t close() {
    const auto generation = newest();
    if (unplaced_.back() == 0)
      return generation - 1; // nothing to close: whatever is on its way is older
    unplaced_.push_back(0);
    return generation;
  }

  /// @returns whether every attempt of `generation` and of those before has been placed.
  bool cleared(std::uint64_t generation) const {
    return generation < oldest_ || (unplaced_.size() == 1 && unplaced_.front() == 0);
  }

private:
  std::uint64_t newest() const { return oldest_ + unplaced_.size() - 1; }

  std::deque<std::uint64_t> unplaced_{0}; // one count a generation, the oldest first
  std::uint64_t oldest_ = 1;
};

} // namespace redial::actors
