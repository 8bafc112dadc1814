#include "tests/simulation/dnc_books.hpp"

#include "persistence/dnc_records.hpp"

#include <algorithm>

namespace redial::simulation {

namespace {

bool covers(const std::optional<time_point>& until, time_point at) { return !until || at < *until; }

} // namespace

bool dnc_books::busy(const std::vector<phone>& phones) const {
  return std::any_of(phones.begin(), phones.end(), [this](phone who) {
    const auto it = numbers_.find(who);
    return it != numbers_.end() && it->second.busy;
  });
}

std::uint64_t dnc_books::add_sent(std::vector<phone> phones, std::optional<time_point> until, time_point now) {
  for (const auto who : phones) {
    auto& of = numbers_[who];
    of.busy = of.ever = true;
    if (!until)
      continue;
    // From now on it may end then, whatever was known before.
    of.weakened_at = now;
    if (of.listed)
      of.listed->until = of.listed->until ? std::min(*of.listed->until, *until) : *until;
  }
  open_.emplace(++last_, change{std::move(phones), until, true});
  return last_;
}

std::uint64_t dnc_books::take_off_sent(std::vector<phone> phones, time_point now) {
  for (const auto who : phones) {
    auto& of = numbers_[who];
    of.busy = true;
    of.weakened_at = now;
    of.listed.reset();
  }
  open_.emplace(++last_, change{std::move(phones), std::nullopt, false});
  return last_;
}

void dnc_books::answered(std::uint64_t number, bool well, time_point now) {
  const auto it = open_.find(number);
  if (it == open_.end())
    return;
  for (const auto who : it->second.phones) {
    auto& of = numbers_[who];
    of.busy = false;
    if (well && it->second.adds)
      of.listed = claim{true, now, it->second.until};
  }
  open_.erase(it);
}

std::string dnc_books::lost(const persistence::store& store, time_point now) {
  std::map<std::string, std::size_t> stored;
  const auto scanned = persistence::scan_dnc(store, [&](auto, persistence::dnc_origin origin, const dnc_entry& entry) {
    if (origin == persistence::dnc_origin::given)
      ++stored[entry.reason];
  });
  if (!scanned)
    return scanned.error().detail;
  std::string fault;
  for (const auto& [number, each] : open_) {
    const auto found = stored.contains(std::to_string(number)) ? stored.at(std::to_string(number)) : 0;
    if (each.adds && covers(each.until, now) && found != 0 && found != each.phones.size())
      fault = "of an addition to the do-not-call list that was not answered, a part is stored";
    for (const auto who : each.phones)
      numbers_[who].busy = false;
  }
  open_.clear();
  return fault;
}

void dnc_books::said(phone who, time_point at, time_point now) {
  auto& of = numbers_[who];
  of.ever = true;
  if (of.busy || (of.weakened_at && *of.weakened_at >= at))
    return; // that may have come before or after it
  if (of.listed)
    of.listed->until.reset();
  else
    of.listed = claim{false, now, std::nullopt};
}

bool dnc_books::ever_listed(phone who) const {
  const auto it = numbers_.find(who);
  return it != numbers_.end() && it->second.ever;
}

std::string dnc_books::placed(phone to, time_point at) const {
  const auto it = numbers_.find(to);
  if (it != numbers_.end() && it->second.listed && it->second.listed->answered && covers(it->second.listed->until, at))
    return "called after it was answered that the number is on the do-not-call list";
  return {};
}

std::string dnc_books::posted(phone to, time_point decided_at) const {
  const auto it = numbers_.find(to);
  if (it != numbers_.end() && it->second.listed && it->second.listed->since < decided_at
      && covers(it->second.listed->until, decided_at))
    return "a call was decided on although the number was on the do-not-call list";
  return {};
}

std::string dnc_books::compare(const persistence::store& store, time_point now) const {
  for (const auto& [who, of] : numbers_) {
    if (!of.listed || !covers(of.listed->until, now))
      continue;
    const auto entry = persistence::find_dnc(store, default_workspace, who, now);
    if (!entry)
      return entry.error().detail;
    if (!*entry)
      return who.to_string() + ": was put on the do-not-call list, and is gone";
    const auto& ends = (*entry)->expires_at;
    if (ends && (!of.listed->until || *ends < *of.listed->until))
      return who.to_string() + ": was put on the do-not-call list for longer than it stands there";
  }
  return {};
}

std::string dnc_books::check_said(const persistence::store& store, phone who, time_point at, time_point now) const {
  const auto it = numbers_.find(who);
  if (it != numbers_.end() && it->second.weakened_at && *it->second.weakened_at >= at)
    return {};
  const auto entry = persistence::find_dnc(store, default_workspace, who, now);
  if (!entry)
    return entry.error().detail;
  return *entry && !(*entry)->expires_at ? std::string{}
                                         : who.to_string() + ": asked not to be called, and is not on the list";
}

} // namespace redial::simulation
