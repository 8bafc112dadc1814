// Finding and listing calls.
#include "persistence/call_stream.hpp"
#include "persistence/keys.hpp"
#include "persistence/profile_reader.hpp"
#include "persistence/rows.hpp"
#include "persistence/store_impl.hpp"

#include <algorithm>
#include <queue>

namespace redial::persistence {

namespace {

constexpr std::string_view other_label = "other";

/// The same for every id, so that nothing can be told from it.
problem no_such_call() { return {error_code::not_found, "There is no call with this id.", {}}; }

/// Whether a campaign can have calls that fit.
bool may_have(const campaign_state& campaign, std::string_view workspace, const call_filter& filter) {
  return campaign.definition->workspace == workspace && campaign.counters.attempted > 0
         && (filter.language.empty() || campaign.definition->language == filter.language)
         && (!filter.from || *filter.from <= campaign.last_at)
         && (!filter.to || !filter.from || *filter.from <= *filter.to);
}

/// @returns how many calls of a campaign have this disposition, or, without one, how many there are; nullopt where its
/// counters do not tell.
std::optional<std::uint64_t> counted(const campaign_state& campaign, std::string_view label) {
  if (label.empty())
    return campaign.counters.attempted;
  // Some contacts were not reachable although no call ended so: their retry was cancelled. And "other" is a label of
  // its own as well as all those that the campaign does not keep apart.
  if (label == disposition::not_reachable || label == other_label)
    return std::nullopt;
  const auto it = campaign.dispositions.find(label);
  if (it != campaign.dispositions.end())
    return it->second;
  return campaign.dispositions.size() < campaign_state::max_disposition_labels ? std::optional<std::uint64_t>{0}
                                                                               : std::nullopt;
}

/// One campaign's part in a list.
struct source {
  campaign_no campaign = 0;
  shared_head head;
  call_stream calls;
  indexed_call front; ///< before the stream was asked: the latest instant that a call of it can have begun
  bool open = false;
};

/// Merges the campaigns' calls. A campaign is asked for its first call only when all later ones are taken: of most
/// campaigns of a workspace nothing is read.
class merger {
public:
  void add(source from) { push(std::move(from)); }

  /// @returns the campaign of the next call, with it in front; nullptr at the end. Valid until `next` is called again.
  result<const source*> next() {
    if (taken_) {
      taken_->calls.pop();
      if (auto back = put_back(); !back)
        return back.error();
    }
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end(), later_last);
      taken_.emplace(std::move(heap_.back()));
      heap_.pop_back();
      if (taken_->open)
        return &*taken_;
      taken_->open = true;
      if (auto back = put_back(); !back)
        return back.error();
    }
    return static_cast<const source*>(nullptr);
  }

private:
  static bool later_last(const source& a, const source& b) noexcept {
    if (a.front.started_at != b.front.started_at)
      return a.front.started_at < b.front.started_at;
    // One that was not asked yet may have a call at this very instant, and an earlier place than another's.
    if (a.open != b.open)
      return a.open;
    if (a.campaign != b.campaign)
      return a.campaign > b.campaign;
    return false;
  }

  void push(source from) {
    heap_.push_back(std::move(from));
    std::push_heap(heap_.begin(), heap_.end(), later_last);
  }

  /// Puts the campaign that was taken back to where its next call belongs, if it has one.
  result<void> put_back() {
    auto from = std::move(*taken_);
    taken_.reset();
    auto front = from.calls.front();
    if (!front)
      return front.error();
    if (*front) {
      from.front = **front;
      push(std::move(from));
    }
    return {};
  }

  std::vector<source> heap_;
  std::optional<source> taken_;
};

/// @returns how many index rows lie in a range.
result<std::uint64_t> count_rows(const reader& data, const index_range& range) {
  std::uint64_t rows = 0;
  auto scanned = data.scan(range.where, range.first, range.behind, [&](std::string_view, std::string_view) {
    ++rows;
    return true;
  });
  if (!scanned)
    return scanned.error();
  return rows;
}

/// @returns how many calls of a campaign fit.
result<std::uint64_t> count_calls(
  const reader& data, campaign_no campaign, const campaign_state& head, const call_filter& filter) {
  const auto range = range_of_calls(campaign, filter.disposition, filter.from, filter.to);
  const auto all = counted(head, filter.disposition);
  if (!all)
    return count_rows(data, range);
  if (*all == 0 || (!filter.from && !filter.to))
    return *all;
  // Dates between which all of its calls lie ask for nothing either.
  bool covered = !filter.to || *filter.to >= head.last_at;
  if (covered && filter.from) {
    const auto whole = range_of_calls(campaign, filter.disposition, {}, {});
    const auto oldest = data.last_at_most(range.where, whole.behind, whole.first);
    if (!oldest)
      return oldest.error();
    const auto call = *oldest ? read_index_key(range.where, (*oldest)->first) : std::nullopt;
    covered = call && call->started_at >= *filter.from;
  }
  if (covered)
    return *all;
  return count_rows(data, range);
}

/// Reads what there is to tell of one call that an index has.
result<call_detail> read_call(
  const reader& data, campaign_no campaign, const campaign_state& head, const indexed_call& which) {
  auto profile = profile_reader{data, campaign}.read(which.contact);
  if (!profile)
    return profile.error();
  const auto call_key = keys::of_call(campaign, which.contact, which.attempt);
  const auto row = data.get(table::call, call_key);
  if (!row)
    return row.error();
  if (*row) {
    ended_call ended;
    if (!decode(**row, ended))
      return unreadable_row(table::call, call_key);
    return detail_of(head.definition, std::move(*profile), ended);
  }
  const auto contact_key = keys::of_contact(campaign, which.contact);
  const auto contact_row = data.get(table::contact, contact_key);
  if (!contact_row)
    return contact_row.error();
  contact_state state;
  if (*contact_row && !decode(**contact_row, state))
    return unreadable_row(table::contact, contact_key);
  if (!state.call || state.attempts != which.attempt)
    return missing_row(table::call, call_key);
  return detail_of(head.definition, std::move(*profile), *state.call, state.attempts);
}

} // namespace

result<call_page> store::list_calls(
  std::string_view workspace, std::optional<campaign_no> campaign, const call_filter& filter) const {
  std::vector<std::pair<campaign_no, shared_head>> asked;
  std::unique_lock committing{self_->commit_mutex}; // what the heads count is what the rows show
  if (!campaign)
    asked = self_->all_heads();
  else if (auto head = self_->head(*campaign))
    asked.emplace_back(*campaign, std::move(head));
  const auto instant = self_->backend->snapshot();
  committing.unlock();
  if (!instant)
    return instant.error();
  const auto& data = **instant;

  call_page page;
  merger merged;
  for (auto& [number, head] : asked) {
    if (!may_have(*head, workspace, filter))
      continue;
    const auto fitting = count_calls(data, number, *head, filter);
    if (!fitting)
      return fitting.error();
    if (*fitting == 0)
      continue;
    page.total += *fitting;
    const auto latest = filter.to ? std::min(*filter.to, head->last_at) : head->last_at;
    merged.add({number, std::move(head), {data, range_of_calls(number, filter.disposition, filter.from, filter.to)},
      {latest, 0, 0}});
  }
  if (filter.offset >= page.total)
    return page;
  for (std::uint64_t at = 0; page.calls.size() < filter.limit; ++at) {
    const auto from = merged.next();
    if (!from)
      return from.error();
    if (*from == nullptr)
      break;
    if (at < filter.offset)
      continue;
    auto told = read_call(data, (*from)->campaign, *(*from)->head, (*from)->front);
    if (!told)
      return told.error();
    page.calls.push_back(std::move(*told));
  }
  return page;
}

result<phone_history> store::find_phone(
  std::string_view workspace, phone number, std::uint64_t offset, std::size_t limit) const {
  auto heads = self_->all_heads();
  std::erase_if(heads, [&](const auto& each) { return each.second->definition->workspace != workspace; });
  std::sort(heads.begin(), heads.end(), [](const auto& a, const auto& b) {
    const auto& x = *a.second->definition;
    const auto& y = *b.second->definition;
    return x.created_at != y.created_at ? x.created_at > y.created_at : x.id < y.id;
  });
  phone_history history;
  for (const auto& [campaign, head] : heads) {
    const auto contact = find_contact(campaign, number);
    if (!contact)
      return contact.error();
    if (!*contact)
      continue;
    if (history.total++ < offset || history.entries.size() == limit)
      continue;
    auto detail = load_contact(campaign, **contact);
    if (!detail)
      return detail.error();
    history.entries.push_back({head->definition, std::move(*detail)});
  }
  return history;
}

result<call_detail> store::find_call(std::string_view workspace, call_id id) const {
  const auto head = self_->head(id.campaign());
  if (!head || head->definition->workspace != workspace || id.contact() >= head->counters.total)
    return no_such_call();
  const bool single = !head->definition->single_call.empty();
  if (single && id != head->definition->single_call)
    return no_such_call();
  const auto contact = load_contact(id.campaign(), id.contact());
  if (!contact)
    return contact.error();
  if (single)
    return single_call_of(*head, *contact);
  if (contact->state.call && contact->state.call->id == id)
    return detail_of(head->definition, contact->profile, *contact->state.call, contact->state.attempts);
  const auto it =
    std::find_if(contact->calls.begin(), contact->calls.end(), [&](const ended_call& call) { return call.id == id; });
  if (it == contact->calls.end())
    return no_such_call();
  return detail_of(head->definition, contact->profile, *it);
}

} // namespace redial::persistence
