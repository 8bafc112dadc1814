#include "tests/simulation/list_book.hpp"

#include <algorithm>
#include <set>

namespace redial::simulation {

namespace {

/// A list as it is stored.
struct stored_list {
  explicit stored_list(const std::vector<contact_profile>& contacts) {
    for (const auto& contact : contacts) {
      phones.insert(contact.phone);
      ++by_name[contact.name];
    }
  }
  bool has_all(const std::vector<phone>& who) const {
    return std::all_of(who.begin(), who.end(), [this](phone each) { return phones.contains(each); });
  }

  std::set<phone> phones;
  std::map<std::string, std::size_t> by_name;
};

bool contains(const std::vector<phone>& all, phone who) { return std::find(all.begin(), all.end(), who) != all.end(); }

} // namespace

bool list_book::has(phone who) const { return contains(sure_, who); }

bool list_book::may_have(phone who) const {
  return has(who) || std::any_of(additions_.begin(), additions_.end(), [who](const auto& each) {
    return each.second.came_to == outcome::open && contains(each.second.who, who);
  });
}

void list_book::sent(std::uint64_t number, std::vector<phone> who, bool ended) {
  addition one{std::move(who), ended};
  one.fresh = static_cast<std::uint64_t>(
    std::count_if(one.who.begin(), one.who.end(), [this](phone each) { return !has(each); }));
  for (auto& [other, of] : additions_) {
    if (of.came_to == outcome::open)
      of.alone = one.alone = false;
  }
  additions_.emplace(number, std::move(one));
}

void list_book::settle(addition& one) {
  one.came_to = outcome::listed;
  for (const auto who : one.who) {
    if (!has(who))
      sure_.push_back(who);
  }
}

std::string list_book::listed(std::uint64_t number, std::uint64_t added, std::uint64_t duplicates) {
  auto& one = additions_.at(number);
  settle(one);
  if (one.ended)
    return "contacts were added after the answer that it has ended";
  // Of two additions at once, the one that is answered later may have been carried out first.
  if (added + duplicates != one.who.size() || added > one.fresh || (one.alone && added != one.fresh))
    return name_of(number) + ": of " + std::to_string(one.who.size()) + " contacts, " + std::to_string(one.fresh)
           + " of them new, " + std::to_string(added) + " are said to be added";
  return {};
}

void list_book::refused(std::uint64_t number, bool for_good) {
  if (for_good)
    additions_.at(number).came_to = outcome::refused;
}

std::string list_book::lost(const std::vector<contact_profile>& stored) {
  const stored_list list{stored};
  std::string fault;
  for (auto& [number, one] : additions_) {
    if (one.came_to != outcome::open)
      continue;
    one.came_to = outcome::refused;
    if (!list.by_name.contains(name_of(number)))
      continue;
    if (!list.has_all(one.who))
      fault = "of " + name_of(number) + ", which was not answered, a part is on the list";
    settle(one);
  }
  return fault;
}

std::string list_book::compare(const std::vector<contact_profile>& stored) const {
  const stored_list list{stored};
  if (list.phones.size() != stored.size())
    return "a phone stands on its list twice";
  if (!list.has_all(sure_))
    return "its list has lost contacts";
  if (stored.size() != sure_.size())
    return "its list has contacts that nobody has put there";
  auto strangers = stored.size();
  if (const auto first = list.by_name.find(std::string{first_name}); first != list.by_name.end())
    strangers -= first->second;
  for (const auto& [number, one] : additions_) {
    const auto found = list.by_name.find(name_of(number));
    if (found == list.by_name.end())
      continue;
    strangers -= found->second;
    if (one.came_to == outcome::refused)
      return name_of(number) + " was refused, and is on the list";
  }
  return strangers == 0 ? std::string{} : "its list has contacts under names that nobody has given them";
}

} // namespace redial::simulation
