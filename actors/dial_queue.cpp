#include "actors/dial_queue.hpp"

#include <algorithm>

namespace redial::actors {

void dial_queue::push(entry e) {
  waiting_.push_back(e);
  std::push_heap(waiting_.begin(), waiting_.end(), later);
}

void dial_queue::wait(time_point due, contact_no contact) { push({due, contact, false}); }

void dial_queue::give_back(time_point due, contact_no contact) {
  if (contact >= cursor_)
    return; // twice in line, it would be called a second time when its retry is not yet due
  push({due, contact, true});
  ++given_back_;
}

void dial_queue::ripen(time_point now, lateness_tally& late) {
  for (auto left = max_ripe; left > 0 && !waiting_.empty() && waiting_.front().due <= now; --left) {
    if (!waiting_.front().given_back)
      late.add(now - waiting_.front().due);
    ready_.push_back(waiting_.front().contact);
    given_back_ -= waiting_.front().given_back ? 1 : 0;
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
  given_back_ = 0;
}

} // namespace redial::actors
