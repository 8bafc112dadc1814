#include "persistence/store.hpp"

#include "domain/rules.hpp"
#include "persistence/format.hpp"
#include "persistence/keys.hpp"
#include "persistence/rows.hpp"
#include "persistence/store_impl.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>

namespace redial::persistence {

namespace {

/// Whether contacts that were staged, or placed behind the list, are listed by `wanted`.
bool places_contacts(const append& wanted) {
  const auto adds = [](const event& e) { return std::holds_alternative<contacts_added>(e); };
  return wanted.expected_seq == 0
         || (wanted.addition != 0 && std::any_of(wanted.events.begin(), wanted.events.end(), adds));
}

/// @returns the state in `view`, which it keeps.
shared_head state_of(const campaign_view_ptr& view) { return {view, &view->state}; }

} // namespace

problem unwritten(const std::string& why) { return {error_code::storage_failed, why, {}}; }

void put_records(std::span<const record_change> records, batch& changes) {
  for (const auto& each : records) {
    if (each.value)
      changes.put(each.where, each.key, *each.value);
    else
      changes.erase(each.where, each.key);
  }
}

store::store(std::unique_ptr<impl> self) : self_{std::move(self)} {}
store::~store() = default;

result<std::unique_ptr<store>> store::open(std::shared_ptr<engine> backend) {
  auto self = std::make_unique<impl>(std::move(backend));
  if (auto done = ensure_format(*self->backend); !done)
    return done.error();
  if (auto done = self->load_heads(); !done)
    return done.error();
  if (auto done = self->load_log(); !done)
    return done.error();
  if (auto done = self->drop_orphans(); !done)
    return done.error();
  return std::unique_ptr<store>{new store{std::move(self)}};
}

result<std::unique_ptr<store>> store::open_read_only(std::shared_ptr<engine> backend) {
  auto self = std::make_unique<impl>(std::move(backend));
  if (auto done = check_format(*self->backend); !done)
    return done.error();
  if (auto done = self->load_heads(); !done)
    return done.error();
  if (auto done = self->load_log(); !done)
    return done.error();
  return std::unique_ptr<store>{new store{std::move(self)}};
}

shared_head store::impl::head(campaign_no campaign) const {
  const std::shared_lock lock{mutex};
  const auto it = heads.find(campaign);
  return it == heads.end() ? nullptr : state_of(it->second);
}

result<shared_head> store::impl::existing(campaign_no campaign) const {
  if (auto found = head(campaign))
    return found;
  return problem{error_code::not_found, "there is no campaign " + std::to_string(campaign), {}};
}

void store::impl::reserve(campaign_no campaign) noexcept {
  auto next = next_no.load();
  while (next <= campaign && !next_no.compare_exchange_weak(next, campaign + 1)) {
  }
}

result<void> store::impl::load_heads() {
  std::map<campaign_no, campaign_view_ptr> found;
  auto scanned = scan_rows(
    *backend, table::campaign, keys::of(0), keys::beyond_all, [&](std::string_view key, std::string_view value) {
      auto view = std::make_shared<campaign_view>();
      if (key.size() != sizeof(campaign_no) || !decode(value, view->state))
        return visited::damaged;
      view->number = keys::campaign_in(key);
      found.insert_or_assign(view->number, std::move(view));
      return visited::next;
    });
  if (!scanned)
    return scanned;
  if (!found.empty())
    reserve(found.rbegin()->first);
  const std::unique_lock lock{mutex};
  heads = std::move(found);
  return {};
}

result<void> store::impl::drop_orphans() {
  const auto changes = backend->new_batch();
  bool found_any = false;
  for (const auto where : {table::phone, table::profile}) {
    // From campaign to campaign, not from row to row.
    for (auto from = keys::of(0);;) {
      std::optional<campaign_no> next;
      auto scanned = scan_rows(*backend, where, from, keys::beyond_all, [&](std::string_view key, std::string_view) {
        if (key.size() != keys::contact_size)
          return visited::damaged;
        next = keys::campaign_in(key);
        return visited::stop;
      });
      if (!scanned)
        return scanned;
      if (!next)
        break;
      const auto behind = keys::of(*next + 1);
      if (head(*next) == nullptr) {
        changes->erase_range(where, keys::of(*next), behind);
        found_any = true;
        reserve(*next);
      }
      from = behind;
    }
  }
  // Unsynced: should it be lost, the next open finds them again.
  return found_any ? backend->write(*changes, false) : result<void>{};
}

campaign_no store::next_campaign_no() { return self_->next_no.fetch_add(1); }

std::optional<problem> store::impl::refuse(const append& wanted, const campaign_state& before) const {
  const auto named = "campaign " + std::to_string(wanted.campaign) + ": ";
  if (wanted.expected_seq != before.last_seq)
    return problem{error_code::sequence_conflict,
      named + "the last event is " + std::to_string(before.last_seq) + ", not " + std::to_string(wanted.expected_seq),
      {}};
  if (wanted.events.empty())
    return problem{error_code::invalid_value, named + "nothing to append", {}};
  auto contacts = before.counters.total;
  for (std::size_t i = 0; i < wanted.events.size(); ++i) {
    const auto& e = wanted.events[i];
    const auto* created = std::get_if<campaign_created>(&e);
    if ((created != nullptr) != (before.last_seq == 0 && i == 0))
      return problem{error_code::invalid_value, named + "it has to be created first, and once", {}};
    if (created != nullptr) {
      if (staged.lost(wanted.campaign))
        return lost_upload(wanted.campaign);
      contacts = created->contacts;
      if (contacts != staged.size(wanted.campaign))
        return problem{error_code::invalid_value,
          named + "created with " + std::to_string(contacts) + " contacts, but "
            + std::to_string(staged.size(wanted.campaign)) + " are staged",
          {}};
    } else if (const auto* added = std::get_if<contacts_added>(&e)) {
      if (staged.lost(wanted.campaign))
        return lost_upload(wanted.campaign);
      contacts += added->count;
      if (added->count == 0 || wanted.addition == 0 || staged.addition(wanted.campaign) != wanted.addition
          || contacts != staged.size(wanted.campaign))
        return problem{error_code::invalid_value,
          named + "the " + std::to_string(added->count) + " contacts to be added are not those that were placed", {}};
    } else if (const auto* fact = std::get_if<contact_event>(&e)) {
      if (fact->contact >= contacts)
        return problem{error_code::invalid_value, named + "no contact " + std::to_string(fact->contact), {}};
      if ((fact->change == contact_change::attempt_ended) != fact->ended.has_value())
        return problem{error_code::invalid_value, named + "an ended attempt and its call belong together", {}};
      if ((fact->change == contact_change::attempt_not_placed) != fact->taken_back.has_value())
        return problem{
          error_code::invalid_value, named + "an attempt that is taken back and its start belong together", {}};
    }
  }
  return std::nullopt;
}

committed store::commit(std::span<const append> appends, std::span<const record_change> free_changes) {
  struct accepted {
    std::size_t index;
    campaign_view_ptr after;
    std::vector<record_change> former; ///< of a creation: its records as they were before
  };
  committed outcome;
  auto& results = outcome.appends;
  results.reserve(appends.size());
  std::vector<accepted> taken;
  taken.reserve(appends.size());
  std::set<campaign_no> seen;
  auto& logged = self_->next_commit;
  logged.number = self_->last_commit + 1;
  logged.at = self_->last_commit_at;
  logged.runs.clear();
  const auto changes = self_->backend->new_batch();
  for (std::size_t i = 0; i < appends.size(); ++i) {
    const auto& wanted = appends[i];
    if (!seen.insert(wanted.campaign).second) {
      results.emplace_back(problem{error_code::invalid_value,
        "campaign " + std::to_string(wanted.campaign) + ": more than one append in a commit", {}});
      continue;
    }
    const auto before = self_->head(wanted.campaign);
    auto next = std::make_shared<campaign_view>();
    next->number = wanted.campaign;
    auto& after = next->state;
    if (before)
      after = *before;
    if (auto refused = self_->refuse(wanted, after)) {
      results.emplace_back(std::move(*refused));
      continue;
    }
    if (places_contacts(wanted))
      self_->staged.finish(wanted.campaign, *changes);
    const auto first_seq = after.last_seq + 1;
    for (const auto& e : wanted.events)
      evolve(after, e);
    project(wanted.campaign, *after.definition, first_seq, wanted.events, self_->buffers, *changes);
    project_head(wanted.campaign, after, self_->buffers, *changes);
    logged.runs.push_back({wanted.campaign, wanted.expected_seq + 1, wanted.events.size()});
    logged.at = std::max(logged.at, after.last_at);
    put_records(wanted.also, *changes);
    results.emplace_back(next);
    taken.push_back({i, std::move(next), before ? std::vector<record_change>{} : self_->records_before(wanted.also)});
  }
  put_records(free_changes, *changes);
  if (taken.empty() && free_changes.empty())
    return outcome;
  if (!taken.empty()) {
    encode(logged, self_->log_row);
    changes->put(table::log, keys::of_commit(logged.number), self_->log_row);
  }
  const std::lock_guard committing{self_->commit_mutex};
  if (auto why = self_->trouble()) {
    for (const auto& each : taken)
      results[each.index] = unwritten(*why);
    outcome.changes = unwritten(*why);
    return outcome;
  }
  if (auto written = self_->backend->write(*changes, true); !written) {
    self_->doubt(written.error());
    for (auto& each : taken) {
      const auto& wanted = appends[each.index];
      if (wanted.expected_seq == 0)
        self_->refused_creations.push_back({wanted.campaign, std::move(each.former)});
      results[each.index] = written.error();
    }
    outcome.changes = written.error();
    return outcome;
  }
  {
    const std::unique_lock lock{self_->mutex};
    for (auto& each : taken)
      self_->heads.insert_or_assign(appends[each.index].campaign, std::move(each.after));
  }
  if (!taken.empty()) {
    self_->last_commit_at = logged.at;
    self_->last_commit = logged.number;
  }
  for (const auto& each : taken) {
    const auto& wanted = appends[each.index];
    if (places_contacts(wanted))
      self_->staged.forget(wanted.campaign);
    if (wanted.expected_seq == 0)
      self_->reserve(wanted.campaign);
  }
  return outcome;
}

result<std::optional<std::string>> store::get_record(table where, std::string_view key) const {
  return self_->backend->get(where, key);
}

result<void> store::scan_records(table where, std::string_view from, std::string_view to,
  const std::function<visited(std::string_view key, std::string_view value)>& visit) const {
  return scan_rows(*self_->backend, where, from, to, visit);
}

std::vector<std::pair<campaign_no, shared_head>> store::impl::all_heads() const {
  const std::shared_lock lock{mutex};
  std::vector<std::pair<campaign_no, shared_head>> all;
  all.reserve(heads.size());
  for (const auto& [number, view] : heads)
    all.emplace_back(number, state_of(view));
  return all;
}

std::vector<campaign_view_ptr> store::campaigns() const {
  const std::shared_lock lock{self_->mutex};
  std::vector<campaign_view_ptr> all;
  all.reserve(self_->heads.size());
  for (const auto& [number, view] : self_->heads)
    all.push_back(view);
  return all;
}

std::optional<campaign_state> store::find(campaign_no campaign) const {
  const auto found = self_->head(campaign);
  return found ? std::optional{*found} : std::nullopt;
}

std::shared_ptr<const campaign_definition> store::definition(campaign_no campaign) const {
  const auto found = self_->head(campaign);
  return found ? found->definition : nullptr;
}

result<std::optional<clock_anchor>> store::load_clock() const {
  auto row = self_->backend->get(table::meta, keys::clock);
  if (!row)
    return row.error();
  if (!*row)
    return std::optional<clock_anchor>{};
  clock_anchor anchor;
  if (!decode_clock(**row, anchor))
    return unreadable_row(table::meta, keys::clock);
  return std::optional{anchor};
}

result<void> store::save_clock(const clock_anchor& anchor) {
  std::string row;
  encode_clock(anchor, row);
  const auto changes = self_->backend->new_batch();
  changes->put(table::meta, keys::clock, row);
  if (auto why = self_->trouble())
    return unwritten(*why);
  auto written = self_->backend->write(*changes, true);
  if (!written)
    self_->doubt(written.error());
  return written;
}

std::optional<time_point> store::last_time() const {
  const std::shared_lock lock{self_->mutex};
  std::optional<time_point> last;
  for (const auto& [number, view] : self_->heads)
    last = last ? std::max(*last, view->state.last_at) : view->state.last_at;
  return last;
}

} // namespace redial::persistence
