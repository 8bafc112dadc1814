#include "http/view_cache.hpp"

#include "http/encode.hpp"

namespace redial::http {

std::shared_ptr<const std::string> view_cache::text(const campaign_view_ptr& view) {
  auto& slot = entries_[std::hash<campaign_id>{}(view->state.definition->id) % slots];
  if (slot.view != view) {
    std::string text;
    text.reserve(768);
    append_campaign(text, view->state);
    slot.text = std::make_shared<const std::string>(std::move(text));
    slot.view = view;
  }
  return slot.text;
}

} // namespace redial::http
