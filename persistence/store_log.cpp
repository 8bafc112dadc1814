#include "persistence/keys.hpp"
#include "persistence/rows.hpp"
#include "persistence/store_impl.hpp"

#include <algorithm>

namespace redial::persistence {

result<void> store::impl::load_log() {
  auto last = last_commit_in(*backend);
  if (!last)
    return last.error();
  last_commit_at = last->at;
  last_commit = last->number;
  return {};
}

std::uint64_t store::last_commit() const noexcept { return self_->last_commit; }

result<void> store::read_commits(std::uint64_t first, const std::function<bool(const commit_entry&)>& visit) const {
  const auto last = last_commit();
  if (first > last)
    return {};
  commit_entry entry;
  entry.number = std::max<std::uint64_t>(first, 1) - 1;
  auto scanned = scan_rows(*self_->backend, table::log, keys::of_commit(entry.number + 1), keys::of_commit(last + 1),
    [&](std::string_view key, std::string_view value) {
      if (key.size() != sizeof(std::uint64_t) || keys::read<std::uint64_t>(key, 0) != entry.number + 1
          || !decode(value, entry))
        return visited::damaged;
      ++entry.number;
      return visit(entry) ? visited::next : visited::stop;
    });
  return scanned;
}

result<std::uint64_t> store::first_commit_since(time_point at) const {
  // The instants never go back from row to row.
  std::uint64_t low = 1;
  std::uint64_t high = last_commit() + 1;
  commit_entry entry;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto key = keys::of_commit(middle);
    const auto row = self_->backend->get(table::log, key);
    if (!row)
      return row.error();
    if (!*row)
      return missing_row(table::log, key);
    if (!decode(**row, entry))
      return unreadable_row(table::log, key);
    if (entry.at < at)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

result<journal_row> store::read_journal_row(campaign_no campaign, std::uint64_t seq) const {
  const auto head = self_->existing(campaign);
  if (!head)
    return head.error();
  if (seq == 0 || seq > (*head)->last_seq)
    return problem{
      error_code::not_found, "campaign " + std::to_string(campaign) + " has no event " + std::to_string(seq), {}};
  const auto wanted = keys::of_events(campaign, seq);
  const auto row = self_->backend->last_at_most(table::journal, wanted, keys::of(campaign));
  if (!row)
    return row.error();
  if (!*row)
    return missing_row(table::journal, wanted);
  const auto& [key, value] = **row;
  journal_row found;
  if (key.size() != keys::events_size || !decode_journal(value, found.events))
    return unreadable_row(table::journal, key);
  found.first_seq = keys::seq_in(key);
  if (seq >= found.first_seq + found.events.size())
    return missing_row(table::journal, wanted);
  return found;
}

} // namespace redial::persistence
