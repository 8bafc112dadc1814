#include "actors/line_allocator.hpp"

#include <algorithm>
#include <cmath>

namespace redial::actors {

namespace {

constexpr milliseconds widen_every{1000};

} // namespace

line_allocator::line_allocator(line_limits limits, time_point now)
  : limits_{limits}, window_{limits.max_concurrent_calls}, tokens_{burst()}, refilled_at_{now} {}

double line_allocator::burst() const noexcept { return std::max(1.0, limits_.calls_per_second / 10); }

void line_allocator::update(campaign_no campaign, standing& s, std::uint32_t held, std::uint32_t wanted) {
  if (s.wanted > 0)
    queue_.erase({s.held, campaign});
  wanted_ = wanted_ - s.wanted + wanted;
  s.held = held;
  s.wanted = wanted;
  if (wanted > 0)
    queue_.insert({held, campaign});
}

void line_allocator::want(campaign_no campaign, std::uint32_t lines) {
  auto& s = standings_[campaign];
  update(campaign, s, s.held, lines);
}

void line_allocator::release(campaign_no campaign, std::uint32_t lines) {
  auto it = standings_.find(campaign);
  if (it == standings_.end())
    return;
  lines = std::min(lines, it->second.held);
  in_use_ -= lines;
  update(campaign, it->second, it->second.held - lines, it->second.wanted);
}

void line_allocator::give_back(campaign_no campaign, std::uint32_t lines) {
  release(campaign, lines);
  if (limited())
    tokens_ = std::min(burst(), tokens_ + lines);
}

void line_allocator::adopt(campaign_no campaign, std::uint32_t lines) {
  auto& s = standings_[campaign];
  in_use_ += lines;
  update(campaign, s, s.held + lines, s.wanted);
}

void line_allocator::leave(campaign_no campaign) {
  auto it = standings_.find(campaign);
  if (it == standings_.end())
    return;
  in_use_ -= it->second.held;
  update(campaign, it->second, 0, 0);
  standings_.erase(it);
}

void line_allocator::refill(time_point now) {
  if (limited() && now > refilled_at_) {
    const std::chrono::duration<double> passed = now - refilled_at_;
    tokens_ = std::min(burst(), tokens_ + passed.count() * limits_.calls_per_second);
  }
  refilled_at_ = now;
}

std::vector<line_allocator::grant> line_allocator::allocate(time_point now) {
  refill(now);
  std::vector<grant> grants;
  std::unordered_map<campaign_no, std::size_t> index;
  widen(now);
  if (now < held_until_)
    return grants;
  while (!queue_.empty() && free_lines() > 0 && (!limited() || tokens_ >= 1)) {
    const auto [held, campaign] = *queue_.begin();
    auto& s = standings_[campaign];
    // As many as bring it level with the next, or, where all are level, an even share: at least one.
    auto lines = std::min(s.wanted, free_lines());
    if (queue_.size() > 1) {
      const auto ahead = std::next(queue_.begin())->first - held;
      const auto share = free_lines() / static_cast<std::uint32_t>(queue_.size());
      lines = std::min(lines, std::max({ahead, share, 1U}));
    }
    if (limited())
      lines = std::min(lines, static_cast<std::uint32_t>(std::min(tokens_, 4e9)));
    in_use_ += lines;
    if (limited())
      tokens_ -= lines;
    update(campaign, s, held + lines, s.wanted - lines);
    auto [it, fresh] = index.try_emplace(campaign, grants.size());
    if (fresh)
      grants.push_back({campaign, lines});
    else
      grants[it->second].lines += lines;
  }
  return grants;
}

void line_allocator::slow_down(std::uint32_t attempts, time_point now, milliseconds retry_after) {
  const auto taken = std::min(window_, in_use_);
  window_ = taken > attempts ? taken - attempts : 1;
  held_until_ = std::max(held_until_, now + retry_after);
  widened_at_ = held_until_;
}

void line_allocator::widen(time_point now) {
  for (; window_ < limits_.max_concurrent_calls && widened_at_ + widen_every <= now; widened_at_ += widen_every)
    window_ = std::min(limits_.max_concurrent_calls, window_ + std::max(1U, window_ / 10));
}

std::optional<time_point> line_allocator::next_start(time_point now) const {
  if (queue_.empty() || in_use_ >= limits_.max_concurrent_calls)
    return std::nullopt;
  std::optional<time_point> next;
  const auto not_before = [&next](time_point instant) { next = next ? std::max(*next, instant) : instant; };
  if (now < held_until_)
    not_before(held_until_);
  if (free_lines() == 0)
    not_before(std::max(now, widened_at_ + widen_every));
  if (limited()) {
    const auto wait = std::ceil(std::max(0.0, 1 - tokens_) / limits_.calls_per_second * 1000);
    not_before(now + milliseconds{std::max<std::int64_t>(1, static_cast<std::int64_t>(wait))});
  }
  return next;
}

} // namespace redial::actors
