#include "tests/simulation/call_books.hpp"

#include <algorithm>
#include <set>

namespace redial::simulation {

std::uint64_t call_books::sent(phone to) {
  const auto number = calls_.size() + 1;
  calls_.emplace(name_of(number), one{to, {}});
  return number;
}

call_books::one* call_books::find(std::string_view name) {
  const auto it = calls_.find(name);
  return it == calls_.end() ? nullptr : &it->second;
}

std::string call_books::made(std::uint64_t number, call_id id) {
  const bool known = std::any_of(calls_.begin(), calls_.end(), [id](const auto& each) { return each.second.id == id; });
  calls_.at(name_of(number)).id = id;
  return known ? "two one-off calls have one id" : std::string{};
}

void call_books::refused(std::uint64_t number, bool for_good) {
  if (for_good)
    calls_.at(name_of(number)).refused = true;
}

std::string call_books::placed(const placement& call) {
  auto* known = find(call.name);
  if (known == nullptr)
    return call.name + ": nobody has asked for it";
  if (known->to != call.to)
    return call.name + ": goes to another number";
  if (known->refused)
    return call.name + ": is placed, and was refused";
  if (std::exchange(known->placed, true))
    return call.name + ": is placed twice";
  return {};
}

std::string call_books::lost(const persistence::store& store) {
  std::string fault;
  for (const auto& campaign : store.campaigns()) {
    if (campaign->state.definition->single_call.empty())
      continue;
    const auto contact = store.load_contact(campaign->number, 0);
    if (!contact)
      return contact.error().detail;
    if (auto* known = find(contact->profile.name); known != nullptr && !known->id)
      known->id = campaign->state.definition->single_call;
  }
  for (auto& [name, each] : calls_) {
    if (each.id)
      continue;
    if (each.placed)
      fault = name + ": was placed, and is not on record";
    each.refused = true;
  }
  return fault;
}

std::string call_books::compare(const persistence::store& store) const {
  for (const auto& [name, each] : calls_) {
    if (!each.id)
      continue;
    const auto found = store.find_call(default_workspace, *each.id);
    if (!found)
      return name + ": was answered for, and is gone";
    if (found->contact.phone != each.to || found->contact.name != name)
      return name + ": is on record as another";
  }
  std::set<std::string> seen;
  for (const auto& campaign : store.campaigns()) {
    const auto& id = campaign->state.definition->single_call;
    if (id.empty())
      continue;
    const auto contact = store.load_contact(campaign->number, 0);
    if (!contact)
      return contact.error().detail;
    const auto known = calls_.find(contact->profile.name);
    if (known == calls_.end() || known->second.id != id || !seen.insert(known->first).second)
      return contact->profile.name + ": is on record, and should not be";
  }
  return {};
}

std::string call_books::settle(const persistence::store& store) const {
  for (const auto& campaign : store.campaigns()) {
    if (campaign->state.definition->single_call.empty())
      continue;
    const auto contact = store.load_contact(campaign->number, 0).value();
    const auto& status = contact.state.status;
    if (campaign->state.status != campaign_status::completed
        || (status != contact_status::done && status != contact_status::removed))
      return contact.profile.name + ": was answered for, and never made";
  }
  return {};
}

} // namespace redial::simulation
