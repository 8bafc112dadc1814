/// Bodies of POST /v1/campaigns, as long as one likes.
#pragma once

#include <cstdint>
#include <string>

namespace redial::bench {

struct campaign_shape {
  std::uint64_t contacts = 0;
  int max_attempts = 3;
  int retry_interval_minutes = 240;
};

/// @returns a campaign whose contacts have a name and three custom fields each, about 90 bytes of JSON a contact;
/// phones run up from +919000000000. The same bytes for the same shape.
std::string campaign_json(const campaign_shape& shape);

} // namespace redial::bench
