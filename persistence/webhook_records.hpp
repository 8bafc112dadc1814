/// Webhooks and what came of their messages, as rows.
#pragma once

#include "domain/webhook.hpp"
#include "persistence/engine.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redial::persistence {

/// Events of one campaign that were passed by and are still to be delivered: those behind `done` up to `upto`.
struct webhook_lane_row {
  campaign_no campaign = 0;
  std::uint64_t done_seq = 0;
  std::uint8_t done_sub = 0;
  std::uint64_t upto_seq = 0;
  std::uint8_t upto_sub = 0;
  std::uint32_t attempts = 0;          ///< at the first of them
  std::optional<time_point> next_at{}; ///< of the next

  friend bool operator==(const webhook_lane_row&, const webhook_lane_row&) = default;
};

/// A webhook and up to where it was told: everything in the commit log up to (commit, index, sub), but for the lanes.
struct webhook_row {
  webhook hook;
  std::uint64_t commit = 0;
  std::uint32_t index = 0;
  std::uint8_t sub = 0;
  std::vector<webhook_lane_row> lanes;
  std::optional<time_point> replayed_at; ///< messages are tried for as long as if they were of then
  std::uint64_t next_delivery = 1;       ///< number of the next delivery row

  friend bool operator==(const webhook_row&, const webhook_row&) = default;
};

/// Key of a webhook's row in table::webhook: workspace, a zero byte, id.
std::string webhook_key_of(std::string_view workspace, std::string_view id);
/// @returns the webhook with `hook.workspace` and `hook.id` from the key; false where they are none.
[[nodiscard]] bool decode_webhook(std::string_view key, std::string_view bytes, webhook_row& out);
void encode(const webhook_row& row, std::string& out);

/// Key of a delivery in table::delivery: the webhook's id, number.
std::string delivery_key_of(std::string_view webhook, std::uint64_t number);
[[nodiscard]] bool decode_delivery(std::string_view key, std::string_view bytes, delivery& out);
void encode(const delivery& row, std::string& out);

} // namespace redial::persistence
