#include "actors/key_book.hpp"

#include "crypto/digest.hpp"
#include "persistence/key_records.hpp"
#include "persistence/keys.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

namespace redial::actors {

namespace {

key_ptr revoked(const api_key& key, time_point now) {
  auto changed = std::make_shared<api_key>(key);
  changed->revoked_at = now;
  return changed;
}

} // namespace

std::vector<persistence::record_change> to_records(std::span<const key_change> changes) {
  std::vector<persistence::record_change> records;
  for (const auto& each : changes)
    records.push_back(each.key ? persistence::put_key(each.digest, *each.key) : persistence::erase_key(each.digest));
  return records;
}

std::size_t key_book::hash::operator()(const key_digest& digest) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, digest.data(), sizeof value);
  return value;
}

bool key_book::same::operator()(const key_digest& a, const key_digest& b) const noexcept { return crypto::equal(a, b); }

result<void> key_book::load(const persistence::store& from) {
  book found;
  auto scanned = from.scan_records(persistence::table::key, {}, persistence::keys::beyond_all_records,
    [&](std::string_view key, std::string_view value) {
      auto stored = persistence::decode_key(key, value);
      if (!stored)
        return persistence::visited::damaged;
      found.emplace(stored->digest, std::make_shared<const api_key>(std::move(stored->key)));
      return persistence::visited::next;
    });
  if (!scanned)
    return scanned;
  const std::unique_lock lock{mutex_};
  keys_ = std::move(found);
  ++version_;
  return {};
}

void key_book::apply(std::span<const key_change> changes) {
  if (changes.empty())
    return;
  const std::unique_lock lock{mutex_};
  for (const auto& each : changes) {
    if (each.key)
      keys_.insert_or_assign(each.digest, each.key);
    else
      keys_.erase(each.digest);
  }
  ++version_;
}

key_ptr key_book::find(std::string_view text) const {
  if (!is_key_text(text))
    return nullptr;
  const auto digest = crypto::sha256(text);
  const std::shared_lock lock{mutex_};
  const auto found = keys_.find(digest);
  return found == keys_.end() || found->second->revoked_at ? nullptr : found->second;
}

std::vector<key_ptr> key_book::list(const std::optional<workspace_name>& workspace) const {
  std::vector<key_ptr> found;
  {
    const std::shared_lock lock{mutex_};
    for (const auto& [digest, key] : keys_) {
      if (!workspace || key->workspace == *workspace)
        found.push_back(key);
    }
  }
  std::sort(found.begin(), found.end(), [](const key_ptr& a, const key_ptr& b) {
    return a->created_at != b->created_at ? a->created_at > b->created_at : a->id < b->id;
  });
  return found;
}

result<key_plan> key_book::plan_creation(
  const workspace_name& workspace, access_scope scope, std::string name, time_point now, random_source& random) const {
  if (!is_workspace_name(workspace))
    return problem{error_code::invalid_value, "a workspace's name is 1 to 64 of a-z, 0-9, - and _", "/workspace"};
  if (!is_key_name(name))
    return problem{
      error_code::invalid_value, "must have at most 255 characters, none of them a control character", "/name"};
  key_plan plan;
  {
    const std::shared_lock lock{mutex_};
    std::size_t count = 0;
    const book::value_type* oldest = nullptr;
    for (const auto& entry : keys_) {
      if (entry.second->workspace != workspace)
        continue;
      ++count;
      const auto& at = entry.second->revoked_at;
      // One that the environment gave is remembered, so that it does not come back by a restart.
      if (at && !entry.second->seeded && (oldest == nullptr || *at < *oldest->second->revoked_at))
        oldest = &entry;
    }
    if (count >= max_keys && oldest == nullptr)
      return problem{error_code::invalid_value,
        "the workspace has " + std::to_string(count) + " keys, as many as it may have: revoke one first", {}};
    if (count >= max_keys)
      plan.changes.push_back({oldest->first, nullptr});
  }
  plan.text = make_key_text(random);
  plan.key = std::make_shared<const api_key>(
    api_key{key_id::make(random), workspace, scope, std::move(name), now, std::nullopt, false});
  plan.changes.push_back({crypto::sha256(plan.text), plan.key});
  return plan;
}

result<key_plan> key_book::plan_revocation(const workspace_name& workspace, const key_id& id, time_point now) const {
  const std::shared_lock lock{mutex_};
  for (const auto& [digest, key] : keys_) {
    if (key->id != id || key->workspace != workspace)
      continue;
    if (key->revoked_at)
      return key_plan{{}, key, {}};
    auto changed = revoked(*key, now);
    return key_plan{{{digest, changed}}, changed, {}};
  }
  return problem{error_code::not_found, "There is no key with this id.", {}};
}

result<key_plan> key_book::plan_seed(std::string_view text, time_point now, random_source& random) const {
  if (!is_key_text(text))
    return problem{error_code::invalid_value, "must be 32 to 256 of the characters A-Z, a-z, 0-9 and -._~+/=", {}};
  const auto digest = crypto::sha256(text);
  const std::shared_lock lock{mutex_};
  key_plan plan;
  if (const auto found = keys_.find(digest); found != keys_.end()) {
    const auto& key = *found->second;
    if (key.revoked_at)
      return problem{
        error_code::unauthorized, "has been revoked as " + key.id.to_string() + ", and opens nothing any more", {}};
    if (key.scope != access_scope::admin || key.workspace != default_workspace)
      return problem{error_code::unauthorized,
        "is " + key.id.to_string() + ", which is no admin key of the workspace \"default\", and stays what it is", {}};
    plan.key = found->second;
  } else {
    plan.key = std::make_shared<const api_key>(api_key{key_id::make(random), workspace_name{default_workspace},
      access_scope::admin, "REDIAL_ADMIN_KEY", now, std::nullopt, true});
    plan.changes.push_back({digest, plan.key});
  }
  for (const auto& [other, key] : keys_) {
    if (key->seeded && !key->revoked_at && key->id != plan.key->id)
      plan.changes.push_back({other, revoked(*key, now)});
  }
  return plan;
}

} // namespace redial::actors
