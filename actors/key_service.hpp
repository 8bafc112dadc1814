/// What is offered about API keys: who a caller is, and making and revoking keys. Beside the engine's service, as it is
/// asked before anything else of a request is looked at.
#pragma once

#include "actors/answer_note.hpp"
#include "actors/service.hpp"
#include "domain/access.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redial::actors {

using key_ptr = std::shared_ptr<const api_key>;

struct created_key {
  key_ptr key;
  std::string text; ///< told this once: nothing keeps it
};

/// Thread-safe.
class key_service {
public:
  virtual ~key_service() = default;

  /// @returns the key of this text, or null where there is none or it has been revoked. Never waits.
  virtual key_ptr find(std::string_view text) const = 0;
  /// @returns a number that changes with every change of any key: what `find` answered before holds while it stays.
  virtual std::uint64_t version() const noexcept = 0;

  /// @returns the keys of a workspace, or of all, revoked ones too, the newest first. Never waits.
  virtual std::vector<key_ptr> list(const std::optional<workspace_name>& workspace) const = 0;

  /// Makes a key of the caller's workspace; answers when it is stored. `invalid_value` where the name cannot be one, or
  /// the workspace has as many keys as it may have. What `note` words must not hold the key's text: it is stored.
  virtual void create(const caller& from, access_scope scope, std::string name, answer_note<created_key> note,
    reply<created_key> done) = 0;

  /// Revokes a key of the caller's workspace; it opens nothing any more once this is answered. One that has been
  /// revoked before stays as it is. `not_found` where the workspace has no such key.
  virtual void revoke(const caller& from, const key_id& id, reply<key_ptr> done) = 0;
};

} // namespace redial::actors
