#include "actors/delivery_log.hpp"

#include "persistence/webhook_records.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace redial::actors {

using persistence::delivery_key_of;

result<void> delivery_log::load(const persistence::store& from, std::uint64_t next) {
  all_.clear();
  open_.clear();
  next_ = std::max<std::uint64_t>(next, 1);
  auto scanned = from.scan_records(persistence::table::delivery, delivery_key_of(of_, 0),
    delivery_key_of(of_, std::numeric_limits<std::uint64_t>::max()), [&](std::string_view key, std::string_view value) {
      delivery row;
      if (!persistence::decode_delivery(key, value, row))
        return persistence::visited::damaged;
      next_ = std::max(next_, row.number + 1);
      if (row.outcome == delivery_outcome::pending)
        open_[row.event] = row.number;
      all_.insert_or_assign(row.number, std::move(row));
      return persistence::visited::next;
    });
  forget_oldest();
  return scanned;
}

delivery& delivery_log::open(const notice_id& event, notice_type type) {
  if (const auto known = open_.find(event); known != open_.end())
    return all_.at(known->second);
  const auto number = next_++;
  auto& made = all_[number];
  made.number = number;
  made.event = event;
  made.type = type;
  open_[event] = number;
  unsaved_.insert(number);
  forget_oldest();
  return made;
}

delivery* delivery_log::find(std::uint64_t number) {
  const auto known = all_.find(number);
  return known == all_.end() ? nullptr : &known->second;
}

void delivery_log::changed(const delivery& what) {
  unsaved_.insert(what.number);
  if (what.outcome == delivery_outcome::pending)
    return;
  if (const auto known = open_.find(what.event); known != open_.end() && known->second == what.number)
    open_.erase(known);
  forget_oldest();
}

void delivery_log::give_up_all(const std::string& why) {
  for (const auto& [event, number] : open_) {
    auto& each = all_.at(number);
    each.outcome = delivery_outcome::failed;
    each.next_attempt_at.reset();
    if (each.attempts == 0)
      each.error = why;
    unsaved_.insert(number);
  }
  open_.clear();
  forget_oldest();
}

void delivery_log::forget_oldest() {
  for (auto it = all_.begin(); all_.size() > most_ && it != all_.end();) {
    if (it->second.outcome == delivery_outcome::pending) {
      ++it; // as many as there are lanes at most
      continue;
    }
    unsaved_.insert(it->first);
    it = all_.erase(it);
  }
}

std::vector<delivery> delivery_log::newest(std::uint64_t offset, std::size_t limit) const {
  std::vector<delivery> page;
  if (offset >= all_.size())
    return page;
  auto it = std::next(all_.rbegin(), static_cast<std::ptrdiff_t>(offset));
  for (; it != all_.rend() && page.size() < limit; ++it)
    page.push_back(it->second);
  return page;
}

void delivery_log::save(std::vector<persistence::record_change>& changes) {
  saving_.merge(std::exchange(unsaved_, {}));
  for (const auto number : saving_) {
    auto& change = changes.emplace_back();
    change.where = persistence::table::delivery;
    change.key = delivery_key_of(of_, number);
    if (const auto known = all_.find(number); known != all_.end())
      persistence::encode(known->second, change.value.emplace());
  }
}

void delivery_log::stored() { saving_.clear(); }

void delivery_log::not_stored() { unsaved_.merge(std::exchange(saving_, {})); }

void delivery_log::erase(std::vector<persistence::record_change>& changes) const {
  std::set<std::uint64_t> numbers = unsaved_;
  numbers.insert(saving_.begin(), saving_.end());
  for (const auto& [number, each] : all_)
    numbers.insert(number);
  for (const auto number : numbers)
    changes.push_back({persistence::table::delivery, delivery_key_of(of_, number), std::nullopt});
}

} // namespace redial::actors
