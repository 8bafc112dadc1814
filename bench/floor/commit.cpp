#include "bench/floor/floor.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <sys/resource.h>

namespace redial::bench {

namespace {

double wall_now() { return std::chrono::duration<double>{std::chrono::steady_clock::now().time_since_epoch()}.count(); }

double processor_now() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  const auto seconds_of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds_of(use.ru_utime) + seconds_of(use.ru_stime);
}

} // namespace

own_watch::own_watch() : wall_begin_{wall_now()}, processor_begin_{processor_now()} {}

double own_watch::wall() const { return wall_now() - wall_begin_; }

double own_watch::processor() const { return processor_now() - processor_begin_; }

attempt_pace add_pace(report& into, const std::string& name, std::uint64_t attempts, const own_watch& took) {
  const auto count = static_cast<double>(attempts);
  const attempt_pace pace{count / took.wall(), took.processor() / count * 1e6};
  into.add(name, "1/s", pace.a_second);
  into.add(name + ", processor time", "us", pace.processor_us);
  return pace;
}

std::unique_ptr<persistence::engine> fresh_database(const floor_options& options) {
  const auto directory = options.redial.directory / "floor-data";
  std::filesystem::remove_all(directory);
  auto opened = persistence::open_rocksdb({directory});
  if (!opened)
    throw std::runtime_error(opened.error().detail);
  return std::move(*opened);
}

void measure_commit(const floor_options& options, const attempt_rows& rows, report& into) {
  const auto database = fresh_database(options);
  const auto batch = database->new_batch();
  const auto step = options.commit_events / 2;
  std::string journal;
  std::uint64_t commits = 0;
  std::uint64_t begun = 0;
  std::uint64_t over = 0;
  const own_watch took;
  while (over < rows.attempts()) {
    journal.clear();
    const auto next = std::min(begun + step, rows.attempts());
    rows.put_starts(begun, next, *batch, journal);
    rows.put_ends(over, begun, *batch, journal);
    over = std::exchange(begun, next);
    ++commits;
    rows.put_commit(commits, commits, journal, *batch);
    if (auto written = database->write(*batch, true); !written)
      throw std::runtime_error(written.error().detail);
  }
  add_pace(into, "RocksDB alone: rows of attempts, synced", rows.attempts(), took);
}

} // namespace redial::bench
