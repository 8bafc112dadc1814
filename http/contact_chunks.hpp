/// Contacts on their way out of a body, in its order.
#pragma once

#include "domain/contact.hpp"

#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

namespace redial::http {

/// What a parser puts in one by one is taken out in chunks. Not thread-safe.
class contact_chunks {
public:
  static constexpr std::size_t size = 2048; ///< contacts of a chunk

  void put(contact_profile contact) {
    if (chunks_.empty() || chunks_.back().size() == size) {
      chunks_.emplace_back();
      // Most bodies do not fill their first one.
      chunks_.back().reserve(std::exchange(began_, true) ? size : 0);
    }
    chunks_.back().push_back(std::move(contact));
  }

  /// Whether a whole chunk can be taken.
  bool has_full() const noexcept { return !chunks_.empty() && chunks_.front().size() == size; }

  /// @returns the next contacts, at most `size`; empty if there are none.
  std::vector<contact_profile> take() {
    if (chunks_.empty())
      return {};
    auto chunk = std::move(chunks_.front());
    chunks_.pop_front();
    return chunk;
  }

private:
  std::deque<std::vector<contact_profile>> chunks_; ///< all full but the last
  bool began_ = false;
};

} // namespace redial::http
