#include "actors/dnc_book.hpp"

#include "domain/do_not_call.hpp"
#include "persistence/dnc_records.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace redial::actors {

bool dnc_list::forbids(phone number, time_point now) const {
  if (size() == 0)
    return false;
  const auto& part = of(number);
  const std::shared_lock lock{part.mutex};
  if (part.lasting.find(number) != nullptr)
    return true;
  const auto* ends = part.expiring.find(number);
  return ends != nullptr && in_force(ends->until, now);
}

bool dnc_list::holds(phone number) const {
  const auto& part = of(number);
  const std::shared_lock lock{part.mutex};
  return part.lasting.find(number) != nullptr || part.expiring.find(number) != nullptr;
}

void dnc_list::put(phone number, std::optional<time_point> expires_at) {
  auto& part = of(number);
  const std::unique_lock lock{part.mutex};
  const auto before = part.lasting.size() + part.expiring.size();
  if (expires_at) {
    part.lasting.erase(number);
    part.expiring.put({number.packed(), *expires_at});
  } else {
    part.expiring.erase(number);
    part.lasting.put({number.packed()});
  }
  size_.fetch_add(part.lasting.size() + part.expiring.size() - before, std::memory_order_relaxed);
}

void dnc_list::erase(phone number) {
  auto& part = of(number);
  const std::unique_lock lock{part.mutex};
  const bool lasting = part.lasting.erase(number);
  if (part.expiring.erase(number) || lasting)
    size_.fetch_sub(1, std::memory_order_relaxed);
}

void dnc_list::expire(phone number, time_point expires_at) {
  auto& part = of(number);
  const std::unique_lock lock{part.mutex};
  const auto* found = part.expiring.find(number);
  if (found != nullptr && found->until == expires_at && part.expiring.erase(number))
    size_.fetch_sub(1, std::memory_order_relaxed);
}

void dnc_list::become(dnc_list&& other) {
  for (std::size_t i = 0; i < shard_count; ++i) {
    const std::unique_lock lock{shards_[i].mutex};
    std::swap(shards_[i].lasting, other.shards_[i].lasting);
    std::swap(shards_[i].expiring, other.shards_[i].expiring);
  }
  size_.store(other.size(), std::memory_order_relaxed);
}

std::size_t dnc_list::count(time_point now) const {
  std::size_t found = 0;
  for (const auto& part : shards_) {
    const std::shared_lock lock{part.mutex};
    found += part.lasting.size();
    part.expiring.for_each([&](const expiring_slot& slot) { found += in_force(slot.until, now) ? 1 : 0; });
  }
  return found;
}

std::optional<time_point> dnc_list::next_expiry() const {
  std::optional<time_point> next;
  for (const auto& part : shards_) {
    const std::shared_lock lock{part.mutex};
    part.expiring.for_each([&](const expiring_slot& slot) { next = next ? std::min(*next, slot.until) : slot.until; });
  }
  return next;
}

std::vector<expiring_slot> dnc_list::expired(time_point now, std::size_t most) const {
  std::vector<expiring_slot> found;
  for (const auto& part : shards_) {
    const std::shared_lock lock{part.mutex};
    part.expiring.for_each([&](const expiring_slot& slot) {
      if (!in_force(slot.until, now) && found.size() < most)
        found.push_back(slot);
    });
  }
  return found;
}

std::size_t dnc_list::memory() const {
  std::size_t bytes = sizeof(dnc_list);
  for (const auto& part : shards_) {
    const std::shared_lock lock{part.mutex};
    bytes += part.lasting.memory() + part.expiring.memory();
  }
  return bytes;
}

result<void> dnc_book::load(const persistence::store& from) {
  std::map<workspace_name, dnc_list, std::less<>> fresh;
  auto scanned = persistence::scan_dnc(
    from, [&](std::string_view workspace, persistence::dnc_origin origin, const dnc_entry& entry) {
      auto& list = fresh.try_emplace(workspace_name{workspace}).first->second;
      // What was said comes after what was given, and is for good: so the later of the two counts.
      list.put(entry.phone, origin == persistence::dnc_origin::said ? std::nullopt : entry.expires_at);
    });
  if (!scanned)
    return scanned;
  for (const auto& [workspace, list] : all()) {
    if (!fresh.contains(workspace))
      list->become({});
  }
  for (auto& [workspace, list] : fresh)
    of(workspace)->become(std::move(list));
  return {};
}

std::shared_ptr<dnc_list> dnc_book::of(std::string_view workspace) {
  {
    const std::shared_lock lock{mutex_};
    if (auto it = lists_.find(workspace); it != lists_.end())
      return it->second;
  }
  const std::unique_lock lock{mutex_};
  auto& list = lists_[workspace_name{workspace}];
  if (!list)
    list = std::make_shared<dnc_list>();
  return list;
}

std::vector<std::pair<workspace_name, std::shared_ptr<dnc_list>>> dnc_book::all() const {
  const std::shared_lock lock{mutex_};
  return {lists_.begin(), lists_.end()};
}

} // namespace redial::actors
