/// What CAF, RocksDB and Beast cost by themselves, on this machine and in this hour: the floor that redial stands on.
/// Each measurement adds to the report; none of them runs any of redial's own rules, encodings or actors.
#pragma once

#include "bench/floor/rows.hpp"
#include "bench/measure.hpp"

#include <cstdint>
#include <filesystem>

namespace redial::bench {

struct floor_options {
  bench_options redial;                ///< the server to compare with
  std::uint64_t in_flight = 10'000;    ///< calls at once
  std::uint64_t commit_events = 4'096; ///< events that one commit may hold: redial's bound for an append
  unsigned actor_threads = 2;
  unsigned get_seconds = 5;
};

/// Rows of the same number and size as redial writes for each attempt, in synced batches, from one thread: nothing but
/// RocksDB, with redial's settings of it. "attempts/s" are those whose rows are on disk.
void measure_commit(const floor_options& options, const attempt_rows& rows, report& into);

/// One contact actor spawned for each attempt, the message that has it dial, the message that comes back with all the
/// news, its end; nothing but CAF, with redial's settings of it.
void measure_messages(const floor_options& options, std::uint64_t attempts, report& into);

/// Both together, as one attempt needs them: the start's rows committed, then the actor and its two messages, then the
/// rows of the end committed; group commit as large as what has gathered. No rules, no encoding, no timers, no lines,
/// no HTTP.
attempt_pace measure_pipeline(const floor_options& options, const attempt_rows& rows, report& into);

/// GET of a campaign by wrk, with one thread serving: redial, and a plain Beast server that sends the very bytes that
/// redial answered. Says so where wrk is missing.
void measure_answers(const floor_options& options, report& into);

/// Wall and processor time of this process, from when it is made.
class own_watch {
public:
  own_watch();
  double wall() const;
  /// @returns processor seconds of all threads.
  double processor() const;

private:
  double wall_begin_;
  double processor_begin_;
};

/// Adds attempts a second and processor time an attempt under `name`. @returns both.
attempt_pace add_pace(report& into, const std::string& name, std::uint64_t attempts, const own_watch& took);

/// @returns an empty database in the options' directory, synced, with redial's settings.
std::unique_ptr<persistence::engine> fresh_database(const floor_options& options);

} // namespace redial::bench
