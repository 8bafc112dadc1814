/// Bodies of POST /v1/campaigns, as long as one likes.
#pragma once

#include <cstdint>
#include <string>

namespace redial::bench {

struct campaign_shape {
  std::uint64_t contacts = 0;
  int max_attempts = 3;
  int retry_interval_minutes = 240;
  std::uint64_t first = 0; ///< the first contact's phone is first_phone + this
};

/// +919000000000, as a number.
inline constexpr std::uint64_t first_phone = 919'000'000'000;

/// @returns a campaign whose contacts have a name and three custom fields each, about 90 bytes of JSON a contact;
/// phones run up from the first one. The same bytes for the same shape.
std::string campaign_json(const campaign_shape& shape);

} // namespace redial::bench
