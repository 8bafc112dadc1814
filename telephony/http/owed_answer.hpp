/// The answer that a provider waits for to a callback.
#pragma once

#include "domain/result.hpp"

#include <atomic>
#include <functional>
#include <utility>

namespace redial::telephony {

/// Given once, whoever comes first: the receipt of the news, the time that it may take, or the end of the process.
/// Thread-safe.
class owed_answer {
public:
  explicit owed_answer(std::function<void(result<void>)> done) : done_{std::move(done)} {}

  bool given() const noexcept { return given_.load(); }

  void give(result<void> answer) {
    if (!given_.exchange(true))
      std::exchange(done_, nullptr)(std::move(answer));
  }

private:
  std::function<void(result<void>)> done_;
  std::atomic<bool> given_{false};
};

} // namespace redial::telephony
