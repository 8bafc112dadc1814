// simulate: many lives of redial under virtual time. Exit status 0: no seed broke anything.
#include "tests/simulation/run.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  using namespace redial::simulation;
  CLI::App app{"Lives through API commands, a bad network, failing disks and crashes, each life out of one seed"};
  std::uint64_t seeds = 1000;
  std::uint64_t first = 1;
  bool story = false;
  app.add_option("--seeds", seeds, "How many lives")->capture_default_str();
  app.add_option("--first", first, "The first seed")->capture_default_str();
  app.add_flag("--story", story, "Say on stderr what happens");
  CLI11_PARSE(app, argc, argv);

  tally all;
  for (auto seed = first; seed < first + seeds; ++seed) {
    const auto one = run(seed, story);
    all += one.counted;
    if (!one.fault.empty()) {
      std::fprintf(stderr, "seed %llu: %s\nrepeat with: %s --seeds 1 --first %llu --story\n",
        static_cast<unsigned long long>(seed), one.fault.c_str(), argv[0], static_cast<unsigned long long>(seed));
      return 1;
    }
  }
  const auto n = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
    "%llu lives clean: %llu calls placed, %llu attempts taken back, %llu look-ups, %llu crashes (%llu at a "
    "commit), %llu writes refused, %llu unclear, %llu pauses, %llu removals and %llu additions to "
    "the do-not-call list answered, %llu numbers taken off it, %llu put there by a call, %llu additions to campaigns "
    "and %llu one-off calls answered, %llu messages\n",
    n(all.runs), n(all.placed), n(all.attempts_taken_back), n(all.lookups), n(all.crashes), n(all.crashes_at_commit),
    n(all.writes_refused), n(all.writes_unclear), n(all.pauses), n(all.removals), n(all.listed), n(all.taken_off),
    n(all.asked_off), n(all.additions), n(all.one_offs), n(all.messages));
  // That nothing broke says little if little was tried.
  if (seeds >= 1000
      && (all.placed < seeds || all.attempts_taken_back < seeds / 10 || all.lookups < seeds || all.crashes < seeds
          || all.crashes_at_commit < seeds / 2 || all.writes_refused < seeds / 10 || all.writes_unclear < seeds / 20
          || all.pauses < seeds / 2 || all.removals < seeds / 2 || all.listed < seeds || all.taken_off < seeds / 10
          || all.asked_off < seeds / 10 || all.additions < seeds || all.one_offs < seeds)) {
    std::fprintf(stderr, "too little was tried\n");
    return 1;
  }
  return 0;
}
