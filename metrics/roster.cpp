#include "metrics/roster.hpp"

#include <algorithm>
#include <array>

namespace redial::metrics {

namespace {

constexpr std::array<std::string_view, actor_kinds> kind_names{"registry", "campaign", "store_writer", "line_pool",
  "front", "reader", "feed_reader", "webhook_desk", "courier", "upload", "addition", "exporter", "one_off",
  "answer_sweep", "dnc_keeper"};

} // namespace

std::string_view to_string(actor_kind kind) noexcept { return kind_names[static_cast<std::size_t>(kind)]; }

std::optional<actor_kind> parse_actor_kind(std::string_view text) noexcept {
  const auto found = std::find(kind_names.begin(), kind_names.end(), text);
  if (found == kind_names.end())
    return std::nullopt;
  return static_cast<actor_kind>(found - kind_names.begin());
}

std::optional<actor_kind> parent_of(actor_kind kind) noexcept {
  switch (kind) {
  case actor_kind::campaign: return actor_kind::registry;
  case actor_kind::courier: return actor_kind::webhook_desk;
  default: return std::nullopt;
  }
}

std::string_view to_string(actor_activity activity) noexcept {
  switch (activity) {
  case actor_activity::idle: return "idle";
  case actor_activity::ready: return "ready";
  case actor_activity::busy: return "busy";
  case actor_activity::slow: break;
  }
  return "slow";
}

void actor_record::end_turn(std::int64_t began) noexcept {
  busy_.fetch_add(ticks() - began, std::memory_order_relaxed);
  // The next turn may have begun already, in another thread.
  since_.compare_exchange_strong(began, 0, std::memory_order_relaxed);
}

void actor_record::note_failure(std::string why, bool own) {
  const std::lock_guard lock{mutex_};
  failure_ = std::move(why);
  own_failure_ = own;
}

bool actor_record::own_failure() const {
  const std::lock_guard lock{mutex_};
  return own_failure_;
}

std::string actor_record::failure() const {
  const std::lock_guard lock{mutex_};
  return failure_;
}

std::uint64_t actor_record::mailbox() const noexcept {
  const auto handled = handled_.load(std::memory_order_relaxed);
  const auto received = received_.load(std::memory_order_relaxed);
  return received > handled ? received - handled : 0;
}

std::chrono::nanoseconds actor_record::busy() const noexcept {
  auto total = busy_.load(std::memory_order_relaxed);
  if (const auto since = since_.load(std::memory_order_relaxed); since != 0)
    total += std::max<std::int64_t>(ticks() - since, 0);
  return std::chrono::nanoseconds{total};
}

actor_activity actor_record::activity() const noexcept {
  const auto turn = since_.load(std::memory_order_relaxed);
  if (turn == 0)
    return mailbox() == 0 ? actor_activity::idle : actor_activity::ready;
  const auto at = std::max(turn, took_up_.load(std::memory_order_relaxed));
  return std::chrono::nanoseconds{ticks() - at} > slow_after ? actor_activity::slow : actor_activity::busy;
}

roster::place::place(roster& in, actor_record_ptr record) : in_{&in} {
  const std::lock_guard lock{in.mutex_};
  number_ = in.next_++;
  in.live_.emplace(number_, std::move(record));
}

void roster::place::give_up() noexcept {
  if (!in_)
    return;
  actor_record_ptr last;
  const std::lock_guard lock{in_->mutex_};
  if (const auto it = in_->live_.find(number_); it != in_->live_.end()) {
    last = std::move(it->second);
    in_->live_.erase(it);
    auto& gone = in_->gone_[static_cast<std::size_t>(last->kind())];
    gone.handled += last->handled();
    gone.busy += last->busy();
  }
  in_ = nullptr;
}

roster_page roster::list(const roster_filter& filter) const {
  roster_page page;
  const std::lock_guard lock{mutex_};
  for (const auto& [number, each] : live_) {
    if ((filter.kind && each->kind() != *filter.kind) || (filter.activity && each->activity() != *filter.activity))
      continue;
    if (page.total++ >= filter.offset && page.actors.size() < filter.limit)
      page.actors.push_back(each);
  }
  return page;
}

actor_record_ptr roster::find(actor_kind kind, std::string_view id) const {
  const std::lock_guard lock{mutex_};
  for (const auto& [number, each] : live_) {
    if (each->kind() == kind && each->id() == id)
      return each;
  }
  return nullptr;
}

roster::totals roster::sum(actor_kind kind) const {
  totals all;
  const std::lock_guard lock{mutex_};
  const auto& gone = gone_[static_cast<std::size_t>(kind)];
  all.handled = gone.handled;
  all.busy = gone.busy;
  for (const auto& [number, each] : live_) {
    if (each->kind() != kind)
      continue;
    ++all.live;
    const auto mail = each->mailbox();
    all.mailbox += mail;
    all.longest_mailbox = std::max(all.longest_mailbox, mail);
    all.handled += each->handled();
    all.busy += each->busy();
    all.slow += each->activity() == actor_activity::slow ? 1 : 0;
    const auto load = each->load();
    all.load.ready += load.ready;
    all.load.waiting += load.waiting;
    all.load.live += load.live;
  }
  return all;
}

void roster::note(std::string_view campaign, casualty what) {
  const std::lock_guard lock{mutex_};
  casualties_.insert_or_assign(std::string{campaign}, std::move(what));
}

void roster::forget(std::string_view campaign) {
  const std::lock_guard lock{mutex_};
  if (const auto it = casualties_.find(campaign); it != casualties_.end())
    casualties_.erase(it);
}

std::optional<roster::casualty> roster::casualty_of(std::string_view campaign) const {
  const std::lock_guard lock{mutex_};
  const auto it = casualties_.find(campaign);
  return it == casualties_.end() ? std::nullopt : std::optional{it->second};
}

} // namespace redial::metrics
