/// Keys that are made and revoked while the engine runs.
#pragma once

#include "actors/context.hpp"
#include "actors/key_book.hpp"
#include "actors/store_messages.hpp"

namespace redial::actors {

/// Has the store writer commit what changes, then changes the book. Thread-safe.
class key_keeper final : public key_service {
public:
  /// @param context and @param book must outlive the engine; the keeper itself may go before.
  key_keeper(engine_context& context, key_book& book, writer_actor writer)
    : context_{context}, book_{book}, writer_{std::move(writer)} {}

  key_ptr find(std::string_view text) const override { return book_.find(text); }
  std::uint64_t version() const noexcept override { return book_.version(); }
  std::vector<key_ptr> list(const std::optional<workspace_name>& workspace) const override {
    return book_.list(workspace);
  }
  void create(const caller& from, access_scope scope, std::string name, answer_note<created_key> note,
    reply<created_key> done) override;
  void revoke(const caller& from, const key_id& id, reply<key_ptr> done) override;

private:
  void commit(key_plan plan, answer_note<created_key> note, time_point now, std::function<void(result<key_plan>)> done);

  engine_context& context_;
  key_book& book_;
  writer_actor writer_;
};

} // namespace redial::actors
