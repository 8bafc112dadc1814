/// Campaigns and attempts to measure single functions with.
#pragma once

#include "domain/rules.hpp"

#include <cstdint>
#include <vector>

namespace redial::bench {

inline constexpr time_point sample_now{std::chrono::seconds{1'706'671'800}};

/// @returns a running campaign of so many contacts, three attempts each.
campaign_state running_campaign(std::uint64_t contacts);

/// What the rules make of one attempt.
struct sample_attempt {
  contact_event started;
  std::vector<contact_event> after; ///< the answer, if there was one, and the end
};

/// @returns the events of the next attempt to a contact with the workload "peers" (its outcome is a function of contact
/// and attempt), and moves `contact` to where it stands then. The contact must be pending or waiting.
sample_attempt attempt_of(const campaign_state& campaign, contact_no number, contact_state& contact, time_point at);

/// @returns the events of the first attempt to `contact`, which nobody answers.
std::vector<event> failed_attempt(const campaign_state& campaign, contact_no contact);

} // namespace redial::bench
