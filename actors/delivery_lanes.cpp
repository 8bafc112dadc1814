#include "actors/delivery_lanes.hpp"

#include <algorithm>

namespace redial::actors {

namespace {

notice_place place_of(const feed_event_ptr& e) { return {e->id.seq, e->id.sub}; }

/// @returns the last place before `place`.
notice_place before(const notice_place& place) {
  return place.sub > 0 ? notice_place{place.seq, static_cast<std::uint8_t>(place.sub - 1)}
                       : notice_place{place.seq - 1, 0xff};
}

} // namespace

void delivery_lanes::push(lane& l, const feed_event_ptr& e) {
  l.queue.push_back(e);
  if (l.attempts == 0)
    ++buffered_;
}

/// Keeps the first `size` messages of a lane in memory.
void delivery_lanes::resize(lane& l, std::size_t size) {
  if (l.queue.size() <= size)
    return;
  if (l.attempts == 0)
    buffered_ -= l.queue.size() - size;
  l.queue.resize(size);
  l.gap = true;
}

void delivery_lanes::put(const feed_event_ptr& e) {
  const auto place = place_of(e);
  const auto [it, fresh] = lanes_.try_emplace(e->id.campaign);
  auto& l = it->second;
  if (fresh) {
    l.done = before(place);
    l.upto = place;
    l.epoch = ++epochs_;
    return push(l, e);
  }
  if (place > l.upto) {
    l.upto = place;
    if (!l.gap && l.attempts == 0 && l.queue.size() < limits_.lane)
      push(l, e);
    else
      l.gap = true;
  } else if (place <= l.done) {
    l.done = before(place);
    resize(l, 0);
    l.gap = true;
    l.loading = false;
    l.epoch = ++epochs_;
    if (l.attempts != 0) {
      l.attempts = 0;
      l.next_at = {};
    }
  }
}

std::optional<feed_event_ptr> delivery_lanes::take(time_point now) {
  const auto take_from = [&](lane_map::iterator it) -> std::optional<feed_event_ptr> {
    last_taken_ = it->first;
    it->second.sending = it->second.queue.front();
    ++under_way_;
    return it->second.sending;
  };
  for (const bool fresh : {true, false}) {
    const auto wanted = [&](const lane_map::value_type& each) {
      return (each.second.attempts == 0) == fresh && may_send(each.second, now);
    };
    const auto middle = lanes_.upper_bound(last_taken_);
    if (const auto it = std::find_if(middle, lanes_.end(), wanted); it != lanes_.end())
      return take_from(it);
    if (const auto it = std::find_if(lanes_.begin(), middle, wanted); it != middle)
      return take_from(it);
  }
  return std::nullopt;
}

void delivery_lanes::finished(campaign_no campaign) {
  const auto it = lanes_.find(campaign);
  if (it == lanes_.end() || !it->second.sending)
    return;
  auto& l = it->second;
  const auto sent = std::exchange(l.sending, nullptr);
  --under_way_;
  // Otherwise it has been taken out meanwhile, to be told once more.
  if (!l.queue.empty() && l.queue.front() == sent) {
    if (l.attempts == 0)
      --buffered_;
    else
      buffered_ += l.queue.size() - 1; // from now on they count
    l.queue.pop_front();
    l.attempts = 0;
    l.next_at = {};
    l.done = place_of(sent);
  }
  end_if_idle(it);
}

void delivery_lanes::failed(campaign_no campaign, time_point next_at) {
  const auto it = lanes_.find(campaign);
  if (it == lanes_.end() || !it->second.sending)
    return;
  auto& l = it->second;
  const auto sent = std::exchange(l.sending, nullptr);
  --under_way_;
  if (l.queue.empty() || l.queue.front() != sent)
    return;
  resize(l, 1);
  if (l.attempts++ == 0)
    --buffered_;
  l.next_at = next_at;
}

std::uint32_t delivery_lanes::attempts(campaign_no campaign) const {
  const auto it = lanes_.find(campaign);
  return it == lanes_.end() ? 0 : it->second.attempts;
}

std::optional<lane_load> delivery_lanes::next_load(time_point now) {
  if (buffered_ >= limits_.buffered)
    return std::nullopt;
  for (auto& [campaign, l] : lanes_) {
    if (!l.gap || l.loading || l.sending || !l.queue.empty() || (l.attempts != 0 && l.next_at > now))
      continue;
    l.loading = true;
    return lane_load{campaign, l.done, l.upto.seq, l.epoch};
  }
  return std::nullopt;
}

void delivery_lanes::loaded(const lane_load& asked, const campaign_feed_page& page) {
  const auto it = lanes_.find(asked.campaign);
  if (it == lanes_.end() || it->second.epoch != asked.epoch)
    return;
  auto& l = it->second;
  l.loading = false;
  bool cut = page.more || l.upto.seq > asked.upto_seq;
  for (const auto& e : page.events) {
    if (place_of(e) > l.upto)
      break; // not yet read in the log: from there it will come
    if (l.queue.size() < (l.attempts == 0 ? limits_.lane : 1))
      push(l, e);
    else
      cut = true;
  }
  if (l.queue.empty())
    l.done = std::max(l.done, std::min(l.upto, notice_place{page.read_seq, 0xff}));
  l.gap = cut && (l.queue.empty() ? l.done : place_of(l.queue.back())) < l.upto;
  end_if_idle(it);
}

void delivery_lanes::not_loaded(const lane_load& asked) {
  const auto it = lanes_.find(asked.campaign);
  if (it != lanes_.end() && it->second.epoch == asked.epoch)
    it->second.loading = false;
}

void delivery_lanes::end_if_idle(lane_map::iterator it) {
  const auto& l = it->second;
  if (l.queue.empty() && !l.gap && !l.sending)
    lanes_.erase(it);
}

std::optional<time_point> delivery_lanes::next_due() const {
  std::optional<time_point> due;
  for (const auto& [campaign, l] : lanes_) {
    if (l.attempts != 0 && !l.sending && !l.loading)
      due = due ? std::min(*due, l.next_at) : l.next_at;
  }
  return due;
}

std::vector<persistence::webhook_lane_row> delivery_lanes::rows() const {
  std::vector<persistence::webhook_lane_row> all;
  all.reserve(lanes_.size());
  for (const auto& [campaign, l] : lanes_)
    all.push_back({campaign, l.done.seq, l.done.sub, l.upto.seq, l.upto.sub, l.attempts,
      l.attempts != 0 ? std::optional{l.next_at} : std::nullopt});
  return all;
}

void delivery_lanes::restore(const std::vector<persistence::webhook_lane_row>& rows) {
  clear();
  for (const auto& row : rows) {
    auto& l = lanes_[row.campaign];
    l.done = {row.done_seq, row.done_sub};
    l.upto = {row.upto_seq, row.upto_sub};
    l.gap = true;
    l.epoch = ++epochs_;
    l.attempts = row.attempts;
    l.next_at = row.next_at.value_or(time_point{});
  }
}

void delivery_lanes::clear() {
  lanes_.clear();
  buffered_ = 0;
  under_way_ = 0;
}

} // namespace redial::actors
