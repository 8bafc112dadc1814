/// Webhooks as those see them who speak for callers.
#pragma once

#include "actors/service.hpp"
#include "domain/webhook.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace redial::actors {

/// What a caller says of a webhook to be.
struct new_webhook {
  std::string url;
  bool every_event = false;
  notice_filter events;
  std::optional<std::string> secret; ///< absent: one is made
};

struct webhook_page {
  std::vector<webhook> hooks; ///< oldest first
  std::uint64_t total = 0;
};

struct delivery_page {
  std::vector<delivery> deliveries; ///< newest first
  std::uint64_t total = 0;          ///< how many are kept
};

/// From where on events are delivered again: those since an instant, or since a notice, that included.
using replay_start = std::variant<time_point, notice_id>;

/// Thread-safe. What belongs to another workspace does not exist. Commands are answered once committed.
class webhook_service {
public:
  virtual ~webhook_service() = default;

  /// From its answer on events are delivered. Refuses URLs that nothing may be sent to, and more than so many a
  /// workspace, as `invalid_value`.
  virtual void create(const caller& from, new_webhook wanted, answer_note<webhook> note, reply<webhook> done) = 0;
  virtual void list(
    const workspace_name& workspace, std::uint64_t offset, std::size_t limit, reply<webhook_page> done) = 0;
  virtual void find(const workspace_name& workspace, const webhook_id& id, reply<webhook> done) = 0;
  /// After the answer no attempt begins any more; one that is under way may still arrive.
  virtual void remove(const caller& from, const webhook_id& id, reply<void> done) = 0;
  virtual void deliveries(const workspace_name& workspace, const webhook_id& id, std::uint64_t offset,
    std::size_t limit, reply<delivery_page> done) = 0;
  /// Enables a webhook that was disabled, too.
  virtual void replay(const caller& from, const webhook_id& id, replay_start start, reply<webhook> done) = 0;
};

} // namespace redial::actors
