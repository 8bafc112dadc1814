#pragma once

#include "actors/context.hpp"
#include "actors/webhook_messages.hpp"

namespace redial::actors {

/// Knows all webhooks, and has a courier for each.
webhook_desk_actor spawn_webhook_desk(
  caf::actor_system& system, engine_context& context, writer_actor writer, feed_actor feed);

/// The desk as the HTTP room sees it.
class webhook_front final : public webhook_service {
public:
  /// @param context outlives it.
  webhook_front(engine_context& context, webhook_desk_actor desk) : context_{context}, desk_{std::move(desk)} {}

  void create(const caller& from, new_webhook wanted, answer_note<webhook> note, reply<webhook> done) override;
  void list(
    const workspace_name& workspace, std::uint64_t offset, std::size_t limit, reply<webhook_page> done) override;
  void find(const workspace_name& workspace, const webhook_id& id, reply<webhook> done) override;
  void remove(const caller& from, const webhook_id& id, reply<void> done) override;
  void deliveries(const workspace_name& workspace, const webhook_id& id, std::uint64_t offset, std::size_t limit,
    reply<delivery_page> done) override;
  void replay(const caller& from, const webhook_id& id, replay_start start, reply<webhook> done) override;

private:
  template <class T, class Message>
  void ask(reply<T> done, Message message);

  engine_context& context_;
  webhook_desk_actor desk_;
};

} // namespace redial::actors
