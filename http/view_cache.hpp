/// Answers to GET /v1/campaigns/{id} that are still true.
#pragma once

#include "actors/service.hpp"

#include <memory>
#include <string>
#include <vector>

namespace redial::http {

/// Keeps the text of the campaigns asked for last. A view is immutable and every change makes a new one, so an entry is
/// true exactly as long as the engine hands out the same view. One slot for each hash: no list to keep in order.
/// Bounded by `slots` campaigns. Not thread-safe; each io thread has its own.
class view_cache {
public:
  static constexpr std::size_t slots = 1024;

  /// @returns the JSON text of `view`.
  std::shared_ptr<const std::string> text(const campaign_view_ptr& view);

private:
  struct entry {
    campaign_view_ptr view; ///< held, so that no other view can have its address
    std::shared_ptr<const std::string> text;
  };
  std::vector<entry> entries_{slots};
};

} // namespace redial::http
