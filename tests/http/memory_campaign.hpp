/// One campaign of a memory engine; included by its sources alone.
#pragma once

#include "domain/rules.hpp"
#include "tests/http/memory_engine.hpp"

#include <memory>
#include <vector>

namespace redial::test {

struct memory_engine::campaign {
  campaign_view_ptr view;
  std::vector<contact_detail> contacts;

  template <class Event>
  void apply(const Event& what) {
    auto next = std::make_shared<campaign_view>(*view);
    evolve(next->state, what);
    view = std::move(next);
  }
};

} // namespace redial::test
