/// Campaigns and contacts for tests of the domain.
#pragma once

#include "domain/rules.hpp"

#include <memory>
#include <random>
#include <utility>

namespace redial::sample {

/// 2024-01-31T03:30:00Z: the instant at which the campaigns below are created.
inline constexpr time_point epoch{std::chrono::seconds{1706671800}};

/// Random bytes from a seed. Not thread-safe.
class seeded_random final : public random_source {
public:
  explicit seeded_random(std::uint64_t seed) : engine_{seed} {}

  void fill(std::span<std::byte> out) override {
    for (auto& byte : out)
      byte = static_cast<std::byte>(engine_() & 0xffU);
  }

private:
  std::mt19937_64 engine_;
};

/// @returns what the creator of an ordinary campaign fixes.
inline campaign_definition definition(std::uint8_t max_attempts = 3) {
  campaign_definition d;
  d.id = *campaign_id::parse("cmp_000000001");
  d.name = "Loan reminders";
  d.script_id = "script-7";
  d.language = "hi-IN";
  d.max_attempts = max_attempts;
  d.retry_interval = std::chrono::minutes{240};
  d.created_at = epoch;
  return d;
}

/// @returns a campaign of `contacts` pending contacts, as its first event leaves it.
inline campaign_state created(campaign_definition d, std::uint64_t contacts) {
  campaign_state state;
  evolve(state, campaign_created{std::make_shared<const campaign_definition>(std::move(d)), contacts});
  return state;
}

/// @returns a campaign in `status`; counters as if all of `contacts` were pending.
inline campaign_state in_status(campaign_status status, campaign_definition d, std::uint64_t contacts) {
  auto state = created(std::move(d), contacts);
  state.status = status;
  return state;
}

inline campaign_state running(std::uint8_t max_attempts = 3, std::uint64_t contacts = 10) {
  return in_status(campaign_status::running, definition(max_attempts), contacts);
}

inline const call_id call{7, 11};

/// @returns a contact whose call `sample::call` began at `epoch`.
inline contact_state in_progress(std::uint8_t attempts = 1, bool suppressed = false) {
  contact_state c;
  c.status = contact_status::in_progress;
  c.attempts = attempts;
  c.suppressed = suppressed;
  c.call = open_call{call, epoch, std::nullopt};
  return c;
}

/// @returns a contact whose next attempt is due at `due`.
inline contact_state waiting(time_point due, std::uint8_t attempts = 1) {
  contact_state c;
  c.status = contact_status::waiting_retry;
  c.attempts = attempts;
  c.due = due;
  return c;
}

inline contact_state done(std::string label = "interested", std::uint8_t attempts = 1) {
  contact_state c;
  c.status = contact_status::done;
  c.attempts = attempts;
  c.disposition = std::move(label);
  return c;
}

inline contact_state removed() {
  contact_state c;
  c.status = contact_status::removed;
  return c;
}

} // namespace redial::sample
