/// One simulated life of redial: API commands, a bad network, failing disks and crashes, all out of one seed.
#pragma once

#include <cstdint>
#include <string>

namespace redial::simulation {

/// How much of everything happened, so that a run of many seeds can tell that all was tried.
struct tally {
  std::uint64_t runs = 0;
  std::uint64_t placed = 0;
  std::uint64_t attempts_taken_back = 0;
  std::uint64_t lookups = 0;
  std::uint64_t crashes = 0;
  std::uint64_t crashes_at_commit = 0;
  std::uint64_t writes_refused = 0;
  std::uint64_t writes_unclear = 0;
  std::uint64_t pauses = 0;
  std::uint64_t removals = 0;
  std::uint64_t listed = 0;    ///< additions to the do-not-call list that were answered
  std::uint64_t taken_off = 0; ///< and numbers taken off it
  std::uint64_t asked_off = 0; ///< people who said in a call that they are not to be called again
  std::uint64_t additions = 0; ///< to campaigns' lists, answered
  std::uint64_t one_offs = 0;  ///< calls of no campaign, answered
  std::uint64_t messages = 0;

  tally& operator+=(const tally& other);
};

/// What came of one seed.
struct verdict {
  std::string fault; ///< the first thing that broke, or empty
  tally counted;
};

/// Everything that happens follows from `seed`. With `story`, says on stderr what happens.
verdict run(std::uint64_t seed, bool story = false);

} // namespace redial::simulation
