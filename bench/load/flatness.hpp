/// Whether a server that has lived under steady load for long is still what it was at the beginning.
#pragma once

#include "bench/histogram.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace redial::bench {

/// What was seen at the end of one stretch of time.
struct soak_sample {
  double at = 0;       ///< seconds since the beginning
  double resident = 0; ///< bytes
  histogram gets;      ///< of the stretch: nanoseconds that GET of a campaign took, from when it was due
  double attempts_a_second = 0;
  std::uint64_t campaigns = 0; ///< created so far
  std::uint64_t failures = 0;  ///< requests of the stretch without an answer, or with 5xx
};

/// Campaigns that are over stay on record and can be asked for, each at its price in memory: so much growth is no leak.
struct flatness_bounds {
  double warm_up_s = 720;         ///< not judged: buffers and caches of a server fill for so long at the soak's pace
  double bytes_a_campaign = 4096; ///< that each campaign on record may cost
  double noise_bytes = 8e6;       ///< that memory may grow besides, over the whole of the time judged
  double slower = 1.5;            ///< p99 of the last third against that of the first, at most; and
  double slack_ms = 2;            ///< so much more
  double weaker = 0.9;            ///< attempts a second, the last third against the first, at least
};

struct flatness_verdict {
  bool flat = true;
  std::vector<std::string> findings; ///< one sentence for each thing looked at
};

/// Fewer samples after the warm-up are not enough to be called flat.
inline constexpr std::size_t fewest_judged = 9;

/// Memory by the slope of the least-squares line through it, the others by thirds of the time judged.
flatness_verdict judge(const std::vector<soak_sample>& samples, const flatness_bounds& bounds);

} // namespace redial::bench
