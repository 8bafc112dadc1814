#include "persistence/keys.hpp"
#include "persistence/rows.hpp"
#include "persistence/store_impl.hpp"

#include <algorithm>

namespace redial::persistence {

namespace {

bool same(const campaign_state& a, const campaign_state& b) {
  // A campaign's journal only grows: its state follows from how far it goes.
  return a.last_seq == b.last_seq && a.definition->id == b.definition->id;
}

} // namespace

void store::impl::doubt(const problem& why) {
  const std::lock_guard lock{doubt_mutex};
  if (!doubted)
    doubted = why.detail;
}

std::optional<std::string> store::impl::trouble() const {
  if (auto why = backend->health())
    return why;
  const std::lock_guard lock{doubt_mutex};
  return doubted;
}

std::optional<std::string> store::health() const { return self_->trouble(); }

void store::watch(std::function<void()> trouble) { self_->backend->watch(std::move(trouble)); }

std::vector<record_change> store::impl::records_before(std::span<const record_change> also) const {
  std::vector<record_change> former;
  former.reserve(also.size());
  for (const auto& each : also) {
    auto stored = backend->get(each.where, each.key);
    former.push_back({each.where, each.key, stored ? std::move(*stored) : std::nullopt});
  }
  return former;
}

result<void> store::impl::leave_refused_out_of_log(batch& changes) const {
  auto last = last_commit_in(*backend);
  if (!last)
    return last.error();
  const auto gone = std::erase_if(last->runs, [&](const event_run& run) {
    return run.first_seq == 1
           && std::any_of(refused_creations.begin(), refused_creations.end(),
             [&](const refused_creation& refused) { return refused.campaign == run.campaign; });
  });
  if (gone == 0)
    return {};
  const auto key = keys::of_commit(last->number);
  if (last->runs.empty()) {
    changes.erase(table::log, key);
  } else {
    std::string row;
    encode(*last, row);
    changes.put(table::log, key, row);
  }
  return {};
}

result<void> store::impl::take_back_refused() {
  const auto changes = backend->new_batch();
  bool any = false;
  for (const auto& [campaign, former] : refused_creations) {
    if (head(campaign) == nullptr)
      continue;
    // Its creator was told that it does not exist, and may have created it once more: two of it would dial twice.
    for (const auto where : {table::campaign, table::journal, table::phone, table::profile, table::contact, table::call,
           table::call_start, table::call_label})
      changes->erase_range(where, keys::of(campaign), keys::of(campaign + 1));
    put_records(former, *changes);
    any = true;
  }
  if (any) {
    if (auto done = leave_refused_out_of_log(*changes); !done)
      return done;
    if (auto written = backend->write(*changes, true); !written)
      return written;
    const std::unique_lock lock{mutex};
    for (const auto& refused : refused_creations)
      heads.erase(refused.campaign);
  }
  refused_creations.clear();
  return {};
}

result<std::vector<campaign_view_ptr>> store::recover() {
  if (!self_->trouble())
    return std::vector<campaign_view_ptr>{};
  const std::lock_guard committing{self_->commit_mutex};
  // Should any step fail, the doubt remains, and all of them are taken again.
  self_->doubt({error_code::storage_failed, self_->trouble().value_or("the store failed"), {}});
  if (auto done = self_->backend->recover(); !done)
    return done.error();
  const auto probe = self_->backend->new_batch();
  if (auto done = self_->backend->write(*probe, true); !done)
    return done.error();
  if (!self_->before_doubt) {
    const std::shared_lock lock{self_->mutex};
    self_->before_doubt = self_->heads;
  }
  const auto& before = *self_->before_doubt;
  if (auto done = self_->load_heads(); !done)
    return done.error();
  if (auto done = self_->take_back_refused(); !done)
    return done.error();
  if (auto done = self_->load_log(); !done)
    return done.error();
  self_->staged.lose_all();
  if (auto done = self_->drop_orphans(); !done)
    return done.error();
  std::vector<campaign_view_ptr> changed;
  {
    const std::shared_lock lock{self_->mutex};
    for (const auto& [number, view] : self_->heads) {
      const auto former = before.find(number);
      if (former == before.end() || !same(former->second->state, view->state))
        changed.push_back(view);
    }
  }
  self_->before_doubt.reset();
  const std::lock_guard lock{self_->doubt_mutex};
  self_->doubted.reset();
  return changed;
}

} // namespace redial::persistence
