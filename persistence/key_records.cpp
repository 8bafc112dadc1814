#include "persistence/key_records.hpp"

#include "persistence/records.pb.h"

#include <algorithm>

namespace redial::persistence {

namespace {

record::key_scope to_record(access_scope scope) noexcept {
  switch (scope) {
  case access_scope::read: return record::KEY_READ;
  case access_scope::write: return record::KEY_WRITE;
  case access_scope::admin: return record::KEY_ADMIN;
  }
  return record::KEY_SCOPE_MISSING;
}

std::optional<access_scope> from_record(record::key_scope scope) noexcept {
  switch (scope) {
  case record::KEY_READ: return access_scope::read;
  case record::KEY_WRITE: return access_scope::write;
  case record::KEY_ADMIN: return access_scope::admin;
  default: return std::nullopt;
  }
}

std::string row_key(const key_digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

} // namespace

record_change put_key(const key_digest& digest, const api_key& key) {
  record::api_key row;
  row.set_id(key.id.to_string());
  row.set_workspace(key.workspace);
  row.set_scope(to_record(key.scope));
  row.set_name(key.name);
  row.set_created_at(key.created_at.time_since_epoch().count());
  if (key.revoked_at)
    row.set_revoked_at(key.revoked_at->time_since_epoch().count());
  row.set_seeded(key.seeded);
  return {table::key, row_key(digest), row.SerializeAsString()};
}

record_change erase_key(const key_digest& digest) { return {table::key, row_key(digest), std::nullopt}; }

std::optional<stored_key> decode_key(std::string_view key, std::string_view value) {
  stored_key found;
  record::api_key row;
  if (key.size() != found.digest.size() || !row.ParseFromArray(value.data(), static_cast<int>(value.size())))
    return std::nullopt;
  const auto id = key_id::parse(row.id());
  const auto scope = from_record(row.scope());
  if (!id || !scope || !is_workspace_name(row.workspace()))
    return std::nullopt;
  std::copy(key.begin(), key.end(), reinterpret_cast<char*>(found.digest.data()));
  found.key.id = *id;
  found.key.workspace = row.workspace();
  found.key.scope = *scope;
  found.key.name = row.name();
  found.key.created_at = time_point{milliseconds{row.created_at()}};
  if (row.has_revoked_at())
    found.key.revoked_at = time_point{milliseconds{row.revoked_at()}};
  found.key.seeded = row.seeded();
  return found;
}

} // namespace redial::persistence
