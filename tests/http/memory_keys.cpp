#include "tests/http/memory_keys.hpp"

namespace redial::test {

namespace {

actors::key_ptr revoked(const api_key& key, time_point now) {
  auto changed = std::make_shared<api_key>(key);
  changed->revoked_at = now;
  return changed;
}

} // namespace

std::string memory_keys::add(const workspace_name& workspace, access_scope scope, const std::string& name) {
  const std::lock_guard lock{mutex_};
  auto text = name + "-" + std::string(40, 'k');
  auto id = "key_" + std::to_string(100'000'000 + keys_.size());
  keys_[text] = std::make_shared<const api_key>(
    api_key{*key_id::parse(id), workspace, scope, name, time_.now(), std::nullopt, false});
  ++version_;
  return text;
}

std::size_t memory_keys::lookups() const {
  const std::lock_guard lock{mutex_};
  return lookups_;
}

actors::key_ptr memory_keys::find(std::string_view text) const {
  const std::lock_guard lock{mutex_};
  ++lookups_;
  const auto found = keys_.find(text);
  return found == keys_.end() || found->second->revoked_at ? nullptr : found->second;
}

std::uint64_t memory_keys::version() const noexcept {
  const std::lock_guard lock{mutex_};
  return version_;
}

std::vector<actors::key_ptr> memory_keys::list(const std::optional<workspace_name>& workspace) const {
  const std::lock_guard lock{mutex_};
  std::vector<actors::key_ptr> found;
  for (const auto& [text, key] : keys_) {
    if (!workspace || key->workspace == *workspace)
      found.push_back(key);
  }
  return found;
}

void memory_keys::create(const actors::caller& from, access_scope scope, std::string name,
  actors::answer_note<actors::created_key> note, actors::reply<actors::created_key> done) {
  note = {};
  const auto text = add(from.workspace, scope, name);
  done(actors::created_key{find(text), text});
}

void memory_keys::revoke(const actors::caller& from, const key_id& id, actors::reply<actors::key_ptr> done) {
  std::unique_lock lock{mutex_};
  for (auto& [text, key] : keys_) {
    if (key->id != id || key->workspace != from.workspace)
      continue;
    if (!key->revoked_at)
      key = revoked(*key, time_.now());
    ++version_;
    const auto now = key;
    lock.unlock();
    return done(now);
  }
  lock.unlock();
  done(problem{error_code::not_found, "There is no key with this id.", {}});
}

void memory_keys::revoke(const std::string& text) {
  const std::lock_guard lock{mutex_};
  auto& key = keys_.at(text);
  key = revoked(*key, time_.now());
  ++version_;
}

} // namespace redial::test
