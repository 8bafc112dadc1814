#include "persistence/keys.hpp"
#include "persistence/profile_reader.hpp"
#include "persistence/rows.hpp"
#include "persistence/store_impl.hpp"

#include <algorithm>

namespace redial::persistence {

namespace {

problem no_such_contact(contact_no number) {
  return {error_code::not_found, "there is no contact " + std::to_string(number), {}};
}

std::uint64_t counted(const campaign_counters& counters, std::optional<contact_status> status) noexcept {
  if (!status)
    return counters.total;
  switch (*status) {
  case contact_status::pending: return counters.pending;
  case contact_status::in_progress: return counters.in_progress;
  case contact_status::waiting_retry: return counters.waiting_retry;
  case contact_status::done: return counters.done;
  case contact_status::removed: break;
  }
  return counters.removed;
}

/// Takes the contacts of one page out of all that match, in order.
class page_cut {
public:
  page_cut(std::uint64_t offset, std::size_t limit, std::vector<contact_detail>& into)
    : skip_{offset}, limit_{limit}, into_{into} {}

  bool full() const noexcept { return into_.size() >= limit_; }

  void take(contact_no number, const contact_state& state) {
    if (skip_ > 0) {
      --skip_;
    } else if (!full()) {
      auto& contact = into_.emplace_back();
      contact.number = number;
      contact.state = state;
    }
  }

  /// Takes contacts `from` to `to - 1`, all as they were created.
  void take_untouched(std::uint64_t from, std::uint64_t to) {
    const auto skipped = std::min(skip_, to - from);
    skip_ -= skipped;
    for (from += skipped; from < to && !full(); ++from)
      into_.emplace_back().number = static_cast<contact_no>(from);
  }

private:
  std::uint64_t skip_;
  std::size_t limit_;
  std::vector<contact_detail>& into_;
};

/// Walks over contacts `first` to `end - 1` of a campaign, those with a row and those between them, until the page is
/// full.
result<void> walk(const reader& data, campaign_no campaign, std::uint64_t first, std::uint64_t end,
  std::optional<contact_status> status, page_cut& page) {
  auto next = first;
  contact_state state;
  const bool untouched_match = !status || *status == contact_status::pending;
  auto walked = scan_rows(data, table::contact, keys::of_contact(campaign, static_cast<contact_no>(first)),
    keys::of(campaign + 1), [&](std::string_view key, std::string_view value) {
      if (key.size() != keys::contact_size)
        return visited::damaged;
      const auto number = keys::contact_in(key);
      if (number >= end)
        return visited::stop;
      if (!decode(value, state))
        return visited::damaged;
      if (untouched_match)
        page.take_untouched(next, number);
      if (!status || state.status == *status)
        page.take(number, state);
      next = std::uint64_t{number} + 1;
      return page.full() ? visited::stop : visited::next;
    });
  if (walked && untouched_match && next < end)
    page.take_untouched(next, end);
  return walked;
}

} // namespace

/// Fills in the calls that `contact.state` knows of. The state has been read before: a call that ended in between is
/// left out, so that the contact is told as it was at one instant.
result<void> store::impl::read_calls(campaign_no campaign, contact_detail& contact) const {
  const auto open = contact.state.status == contact_status::in_progress ? 1 : 0;
  if (contact.state.attempts <= open)
    return {};
  const auto last = static_cast<std::uint8_t>(contact.state.attempts - open);
  const auto number = contact.number;
  return scan_rows(*backend, table::call, keys::of_call(campaign, number, 0),
    keys::of_call(campaign, number, static_cast<std::uint8_t>(last + 1)),
    [&](std::string_view key, std::string_view value) {
      auto& call = contact.calls.emplace_back();
      return key.size() == keys::call_size && decode(value, call) && call.attempt == keys::attempt_in(key)
               ? visited::next
               : visited::damaged;
    });
}

result<loaded_contacts> store::load_contacts(campaign_no campaign) const {
  const auto head = self_->existing(campaign);
  if (!head)
    return head.error();
  const auto total = (*head)->counters.total;
  const auto& data = *self_->backend;
  loaded_contacts loaded;
  std::vector<phone> phones;
  auto scanned = scan_rows(
    data, table::phone, keys::of(campaign), keys::of(campaign + 1), [&](std::string_view key, std::string_view value) {
      if (loaded.table.size() == total)
        return visited::stop; // what follows was placed by an addition that has not come to its end
      if (key.size() != keys::contact_size || keys::contact_in(key) != loaded.table.size()
          || !decode_phones(value, phones))
        return visited::damaged;
      phones.resize(std::min<std::size_t>(phones.size(), total - loaded.table.size()));
      for (const auto number : phones)
        loaded.table.append(number);
      return visited::next;
    });
  if (!scanned)
    return scanned.error();
  if (loaded.table.size() != total)
    return missing_row(table::phone, keys::of_contact(campaign, loaded.table.size()));
  loaded.table.settle();

  contact_state state;
  scanned = scan_rows(data, table::contact, keys::of(campaign), keys::of(campaign + 1),
    [&](std::string_view key, std::string_view value) {
      if (key.size() != keys::contact_size || !decode(value, state))
        return visited::damaged;
      const auto number = keys::contact_in(key);
      if (number >= loaded.table.size())
        return visited::damaged;
      loaded.table[number].set(state);
      if (state.status == contact_status::waiting_retry) {
        if (!state.due)
          return visited::damaged;
        loaded.waiting.push_back({*state.due, number});
      } else if (state.status == contact_status::in_progress) {
        if (!state.call)
          return visited::damaged;
        loaded.open.push_back({number, state});
      }
      return visited::next;
    });
  if (!scanned)
    return scanned.error();
  return loaded;
}

result<std::vector<contact_profile>> store::load_profiles(
  campaign_no campaign, contact_no first, contact_no count) const {
  const auto head = self_->existing(campaign);
  if (!head)
    return head.error();
  const auto end = std::min((*head)->counters.total, std::uint64_t{first} + count);
  std::vector<contact_profile> found;
  if (first < end)
    found.reserve(end - first);
  profile_reader reader{*self_->backend, campaign};
  for (std::uint64_t number = first; number < end; ++number) {
    auto profile = reader.read(static_cast<contact_no>(number));
    if (!profile)
      return profile.error();
    found.push_back(std::move(*profile));
  }
  return found;
}

result<contact_detail> store::load_contact(campaign_no campaign, contact_no number) const {
  const auto head = self_->existing(campaign);
  if (!head)
    return head.error();
  if (number >= (*head)->counters.total)
    return no_such_contact(number);
  contact_detail found;
  found.number = number;
  const auto key = keys::of_contact(campaign, number);
  const auto row = self_->backend->get(table::contact, key);
  if (!row)
    return row.error();
  if (*row && !decode(**row, found.state))
    return unreadable_row(table::contact, key);
  if (auto calls = self_->read_calls(campaign, found); !calls)
    return calls.error();
  auto profile = profile_reader{*self_->backend, campaign}.read(number);
  if (!profile)
    return profile.error();
  found.profile = std::move(*profile);
  return found;
}

result<std::optional<contact_no>> store::find_contact(campaign_no campaign, phone number) const {
  const auto head = self_->existing(campaign);
  if (!head)
    return head.error();
  const auto total = (*head)->counters.total;
  std::optional<contact_no> found;
  std::vector<phone> phones;
  auto scanned = scan_rows(*self_->backend, table::phone, keys::of(campaign), keys::of(campaign + 1),
    [&](std::string_view key, std::string_view value) {
      if (key.size() != keys::contact_size)
        return visited::damaged;
      const std::uint64_t first = keys::contact_in(key);
      if (first >= total)
        return visited::stop; // placed by an addition that has not come to its end
      if (!decode_phones(value, phones))
        return visited::damaged;
      const auto it = std::find(phones.begin(), phones.end(), number);
      if (it == phones.end())
        return visited::next;
      if (const auto at = first + static_cast<std::uint64_t>(it - phones.begin()); at < total)
        found = static_cast<contact_no>(at);
      return visited::stop;
    });
  if (!scanned)
    return scanned.error();
  return found;
}

result<contact_page> store::list_contacts(
  campaign_no campaign, std::optional<contact_status> status, std::uint64_t offset, std::size_t limit) const {
  const auto head = self_->existing(campaign);
  if (!head)
    return head.error();
  const auto& counters = (*head)->counters;
  contact_page page;
  page.total = counted(counters, status);
  if (offset >= page.total || limit == 0)
    return page;
  page_cut cut{status ? offset : 0, limit, page.contacts};
  // Of all contacts the page is a stretch of the list; of those in one status it has to be counted off.
  const auto first = status ? 0 : offset;
  if (auto walked = walk(*self_->backend, campaign, first, counters.total, status, cut); !walked)
    return walked.error();
  profile_reader reader{*self_->backend, campaign};
  for (auto& contact : page.contacts) {
    auto profile = reader.read(contact.number);
    if (!profile)
      return profile.error();
    contact.profile = std::move(*profile);
    if (auto calls = self_->read_calls(campaign, contact); !calls)
      return calls.error();
  }
  return page;
}

result<void> store::read_events(campaign_no campaign, std::uint64_t after_seq,
  const std::function<bool(std::uint64_t seq, const event&)>& visit) const {
  const auto head = self_->existing(campaign);
  if (!head)
    return head.error();
  if (after_seq >= (*head)->last_seq)
    return {};
  const auto& data = *self_->backend;
  const auto wanted = keys::of_events(campaign, after_seq + 1);
  // The row that holds the event may begin with an earlier one.
  const auto row = data.last_at_most(table::journal, wanted, keys::of(campaign));
  if (!row)
    return row.error();
  if (!*row)
    return missing_row(table::journal, wanted);
  std::optional<std::uint64_t> next;
  std::vector<event> events;
  return scan_rows(
    data, table::journal, (*row)->first, keys::of(campaign + 1), [&](std::string_view key, std::string_view value) {
      if (key.size() != keys::events_size || !decode_journal(value, events))
        return visited::damaged;
      auto seq = keys::seq_in(key);
      if (next && seq != *next)
        return visited::damaged;
      next = seq + events.size();
      for (const auto& e : events) {
        if (seq > after_seq && !visit(seq, e))
          return visited::stop;
        ++seq;
      }
      return visited::next;
    });
}

} // namespace redial::persistence
