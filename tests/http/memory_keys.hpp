/// Keys in memory, for servers that are tested alone.
#pragma once

#include "actors/key_service.hpp"
#include "domain/time.hpp"

#include <map>
#include <mutex>

namespace redial::test {

/// Answers at once, from within each call.
class memory_keys final : public actors::key_service {
public:
  explicit memory_keys(const clock& time) : time_{time} {}

  /// Makes a key whose text is "NAME-" and enough of the same letter.
  std::string add(const workspace_name& workspace, access_scope scope, const std::string& name);
  /// How often `find` had to look a text up.
  std::size_t lookups() const;

  actors::key_ptr find(std::string_view text) const override;
  std::uint64_t version() const noexcept override;
  std::vector<actors::key_ptr> list(const std::optional<workspace_name>& workspace) const override;
  /// The note is dropped: nothing is stored here.
  void create(const actors::caller& from, access_scope scope, std::string name,
    actors::answer_note<actors::created_key> note, actors::reply<actors::created_key> done) override;
  void revoke(const actors::caller& from, const key_id& id, actors::reply<actors::key_ptr> done) override;
  /// As `revoke`, by the key's text.
  void revoke(const std::string& text);

private:
  const clock& time_;
  mutable std::mutex mutex_;
  std::map<std::string, actors::key_ptr, std::less<>> keys_;
  std::uint64_t version_ = 1;
  mutable std::size_t lookups_ = 0;
};

} // namespace redial::test
