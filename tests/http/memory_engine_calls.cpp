// What a memory engine knows of calls.
#include "tests/http/memory_campaign.hpp"

#include <algorithm>

namespace redial::test {

void memory_engine::explain_contact(
  const actors::caller& from, const campaign_id& id, phone number, actors::reply<actors::explained_contact> done) {
  find_contact(
    from, id, number, [this, whose = from.workspace, id, done = std::move(done)](result<contact_detail> found) {
      if (!found)
        return done(found.error());
      const auto view = find(whose, id);
      done(actors::explained_contact{
        *found, explain(view->state, found->state, {std::nullopt, line_figures{0, 10, {}}}, time_.now())});
    });
}

/// Every call of a workspace or of one campaign, the latest first. The mutex is held.
std::vector<call_detail> memory_engine::calls_of(
  std::string_view workspace, const std::optional<campaign_id>& id) const {
  std::vector<call_detail> all;
  for (const auto& [each_id, each] : campaigns_) {
    const auto& definition = each->view->state.definition;
    if (definition->workspace != workspace || (id && each_id != *id))
      continue;
    for (const auto& contact : each->contacts) {
      for (const auto& call : contact.calls)
        all.push_back(detail_of(definition, contact.profile, call));
      if (contact.state.call)
        all.push_back(detail_of(definition, contact.profile, *contact.state.call, contact.state.attempts));
    }
  }
  std::sort(all.begin(), all.end(), [](const call_detail& a, const call_detail& b) {
    return a.started_at != b.started_at ? a.started_at > b.started_at : a.id < b.id;
  });
  return all;
}

void memory_engine::list_calls(const actors::caller& from, const std::optional<campaign_id>& id,
  const call_filter& filter, actors::reply<call_page> done) {
  answer(std::move(done), [this, whose = from.workspace, id, filter]() -> result<call_page> {
    if (id && !own(whose, *id))
      return no_such_campaign();
    call_page page;
    for (auto& call : calls_of(whose, id)) {
      const bool fits = (!filter.from || call.started_at >= filter.from) && (!filter.to || call.started_at <= filter.to)
                        && (filter.disposition.empty() || call.disposition == filter.disposition)
                        && (filter.language.empty() || call.campaign->language == filter.language);
      if (fits && page.total++ >= filter.offset && page.calls.size() < filter.limit)
        page.calls.push_back(std::move(call));
    }
    return page;
  });
}

void memory_engine::find_call(const actors::caller& from, call_id id, actors::reply<call_detail> done) {
  answer(std::move(done), [this, whose = from.workspace, id]() -> result<call_detail> {
    for (const auto& [each_id, each] : campaigns_) {
      const auto& definition = *each->view->state.definition;
      if (definition.workspace == whose && definition.single_call == id && !id.empty())
        return single_call_of(each->view->state, each->contacts.front());
    }
    for (auto& call : calls_of(whose, {})) {
      if (call.id == id)
        return std::move(call);
    }
    return problem{error_code::not_found, "no such call", {}};
  });
}

void memory_engine::find_phone(const actors::caller& from, phone number, std::uint64_t offset, std::size_t limit,
  actors::reply<phone_history> done) {
  answer(std::move(done), [this, whose = from.workspace, number, offset, limit]() -> result<phone_history> {
    phone_history history;
    if (const auto listed = lists_[whose].find(number); listed != lists_[whose].end())
      history.do_not_call = listed->second;
    for (const auto& [id, each] : campaigns_) {
      for (const auto& contact : each->contacts) {
        const auto& definition = each->view->state.definition;
        if (definition->workspace == whose && contact.profile.phone == number && history.total++ >= offset
            && history.entries.size() < limit)
          history.entries.push_back({definition, contact});
      }
    }
    return history;
  });
}

void memory_engine::start_call(const actors::caller& from, actors::one_off_call call,
  actors::answer_note<call_detail> note, actors::reply<call_detail> done) {
  call_detail told;
  bool listed = false;
  if (std::lock_guard lock{mutex_}; lists_[from.workspace].contains(call.contact.phone)) {
    listed = true;
  } else {
    auto made = std::make_shared<campaign>();
    auto definition = std::make_shared<campaign_definition>();
    definition->id = campaign_id::make(random_);
    definition->workspace = from.workspace;
    definition->script_id = call.script_id;
    definition->language = call.language;
    definition->created_at = time_.now();
    auto view = std::make_shared<campaign_view>();
    view->number = campaigns_.size() + 1;
    definition->single_call = call_id::make(time_.now(), view->number, 0, 1);
    const auto id = definition->id;
    evolve(view->state, campaign_created{std::move(definition), 1});
    evolve(view->state, campaign_changed{campaign_change::started, end_reason::none, time_.now()});
    made->view = std::move(view);
    made->contacts.resize(1);
    made->contacts.front().profile = std::move(call.contact);
    told = single_call_of(made->view->state, made->contacts.front());
    campaigns_.emplace(id, std::move(made));
    keep(note, told);
  }
  if (listed)
    return answer_later([done = std::move(done)] { done(problem{error_code::do_not_call, "on the list", {}}); });
  answer_later([told = std::move(told), note = std::move(note), done = std::move(done)]() mutable {
    note = {};
    done(told);
  });
}

std::string memory_engine::fields_of(phone number) const {
  std::lock_guard lock{mutex_};
  for (const auto& [id, each] : campaigns_) {
    for (const auto& contact : each->contacts) {
      if (contact.profile.phone == number)
        return contact.profile.fields;
    }
  }
  return {};
}

} // namespace redial::test
