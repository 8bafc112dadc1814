#include "actors/board.hpp"

#include <mutex>

namespace redial::actors {

void board::publish(campaign_view_ptr view) {
  const auto& definition = *view->state.definition;
  {
    std::shared_lock lock{mutex_};
    if (auto it = by_id_.find(definition.id); it != by_id_.end()) {
      auto shown = it->second.view.load();
      while (shown->state.last_seq <= view->state.last_seq && !it->second.view.compare_exchange_weak(shown, view)) {
      }
      return;
    }
  }
  std::unique_lock lock{mutex_};
  const auto [slot, fresh] = by_id_.try_emplace(definition.id);
  if (fresh && definition.single_call.empty())
    by_age_[definition.workspace].emplace(newest_first{definition.created_at, definition.id}, &slot->second);
  slot->second.view.store(std::move(view));
}

campaign_view_ptr board::find(const campaign_id& id) const {
  std::shared_lock lock{mutex_};
  auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second.view.load();
}

campaign_page board::list(const campaign_filter& filter) const {
  campaign_page page;
  std::shared_lock lock{mutex_};
  const auto own = by_age_.find(filter.workspace);
  if (own == by_age_.end())
    return page;
  const auto& list = own->second;
  auto it = filter.to ? list.lower_bound(newest_first{*filter.to, {}}) : list.begin();
  for (; it != list.end(); ++it) {
    if (filter.from && it->first.created_at < *filter.from)
      break;
    auto view = it->second->view.load();
    if (filter.status && view->state.status != *filter.status)
      continue;
    if (page.total >= filter.offset && page.campaigns.size() < filter.limit)
      page.campaigns.push_back(std::move(view));
    ++page.total;
  }
  return page;
}

std::size_t board::size() const {
  std::shared_lock lock{mutex_};
  return by_id_.size();
}

std::vector<campaign_view_ptr> board::all() const {
  std::vector<campaign_view_ptr> views;
  const std::shared_lock lock{mutex_};
  views.reserve(by_id_.size());
  for (const auto& [id, each] : by_id_)
    views.push_back(each.view.load());
  return views;
}

} // namespace redial::actors
