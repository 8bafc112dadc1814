#include "actors/dial_queue.hpp"

#include <algorithm>

namespace redial::actors {

void dial_queue::wait(time_point due, contact_no contact) {
  waiting_.push_back({due, contact});
  std::push_heap(waiting_.begin(), waiting_.end(), later);
}

void dial_queue::ripen(time_point now) {
  while (!waiting_.empty() && waiting_.front().due <= now) {
    ready_.push_back(waiting_.front().contact);
    std::pop_heap(waiting_.begin(), waiting_.end(), later);
    waiting_.pop_back();
  }
}

std::optional<contact_no> dial_queue::take(const contact_table& contacts) {
  if (!ready_.empty()) {
    auto contact = ready_.front();
    ready_.pop_front();
    return contact;
  }
  while (cursor_ < contacts.size() && contacts[cursor_].status() != contact_status::pending)
    ++cursor_;
  if (cursor_ == contacts.size())
    return std::nullopt;
  return cursor_++;
}

std::optional<time_point> dial_queue::next_due() const {
  return waiting_.empty() ? std::nullopt : std::optional{waiting_.front().due};
}

void dial_queue::clear() {
  waiting_ = {};
  ready_ = {};
}

} // namespace redial::actors
