#include "telephony/presence.hpp"

namespace redial::telephony {

thread_local const presence* presence::innermost = nullptr;

presence::presence(door& of) noexcept : door_{of}, outer_{innermost} {
  innermost = this;
  door_.inside_.fetch_add(1);
}

presence::~presence() {
  innermost = outer_;
  door_.inside_.fetch_sub(1);
  if (door_.closed_)
    door_.inside_.notify_all();
}

std::size_t presence::of_this_thread(const door& of) noexcept {
  std::size_t count = 0;
  for (const auto* p = innermost; p; p = p->outer_)
    count += &p->door_ == &of ? 1 : 0;
  return count;
}

void door::close() noexcept {
  closed_ = true;
  const auto own = presence::of_this_thread(*this);
  for (auto inside = inside_.load(); inside > own; inside = inside_.load())
    inside_.wait(inside);
}

} // namespace redial::telephony
