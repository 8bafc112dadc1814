#include "persistence/engine.hpp"
#include "persistence/restore_files.hpp"
#include "persistence/store.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;
using Catch::Matchers::Contains;

namespace {

rocksdb_options in(const std::filesystem::path& directory) {
  rocksdb_options options;
  options.directory = directory;
  return options;
}

std::unique_ptr<store> open(const std::filesystem::path& directory) {
  return store::open(open_rocksdb(in(directory)).value()).value();
}

void advance(store& held, model_campaign& truth, chance& luck) {
  time_point now = truth.state.last_at;
  const auto seq = truth.state.last_seq;
  const std::vector<append> appends{{truth.number, seq, move_on(truth, luck, 60, now)}};
  if (!appends.front().events.empty())
    held.commit(appends).front().value();
}

} // namespace

TEST_CASE("a backup holds what was committed when it was made, and nothing later") {
  const temp_directory temporary;
  const auto held = open(temporary.path() / "data");
  chance luck{23};
  auto truth = create(*held, luck, 1500);
  for (int i = 0; i < 10; ++i)
    advance(*held, truth, luck);
  const auto then = truth.state;
  held->stage(held->next_campaign_no(), 0, truth.profiles).value(); // an upload half way
  CHECK(held->back_up(temporary.path() / "backup").value() == 1);
  for (int i = 0; i < 10; ++i)
    advance(*held, truth, luck);
  const auto copy = open(temporary.path() / "backup");
  CHECK(same(*copy->find(truth.number), then));
  CHECK(copy->verify(truth.number).empty());
  CHECK(same(*held->find(truth.number), truth.state));
}

TEST_CASE("backups made while commits go on are whole") {
  const temp_directory temporary;
  const auto held = open(temporary.path() / "data");
  chance luck{29};
  auto truth = create(*held, luck, 1500);
  std::atomic<bool> done = false;
  std::thread copier{[&] {
    for (int i = 0; i < 4; ++i) {
      if (!held->back_up(temporary.path() / ("backup " + std::to_string(i))))
        break;
    }
    done = true;
  }};
  while (!done)
    advance(*held, truth, luck);
  copier.join();
  std::uint64_t last = 0;
  for (int i = 0; i < 4; ++i) {
    const auto copy = open(temporary.path() / ("backup " + std::to_string(i)));
    CHECK(copy->verify(truth.number).empty());
    CHECK(copy->find(truth.number)->last_seq >= last);
    last = copy->find(truth.number)->last_seq;
  }
  CHECK(last <= truth.state.last_seq);
}

TEST_CASE("a backup is refused where it cannot be, and leaves nothing behind") {
  const temp_directory temporary;
  const auto held = open(temporary.path() / "data");
  const auto there = temporary.path() / "there";
  std::filesystem::create_directory(there);
  CHECK_THAT(held->back_up(there).error().detail, Contains("exists already") && Contains(there.string()));
  CHECK(std::filesystem::is_empty(there));
  const auto nowhere = temporary.path() / "no" / "such";
  CHECK_THAT(held->back_up(nowhere).error().detail, Contains((temporary.path() / "no").string()));
  CHECK_FALSE(std::filesystem::exists(nowhere));
  CHECK(store::open(make_memory_engine()).value()->back_up(temporary.path() / "x").has_error());
}

TEST_CASE("a restore copies, and bears its mark until it is finished") {
  const temp_directory temporary;
  const auto backup = temporary.path() / "backup";
  const auto target = temporary.path() / "restored";
  chance luck{31};
  model_campaign truth;
  {
    const auto held = open(temporary.path() / "data");
    truth = create(*held, luck, 100);
    advance(*held, truth, luck);
    held->back_up(backup).value();
  }
  begin_restore(backup, target).value();
  for (const auto& entry : std::filesystem::directory_iterator{target}) {
    struct stat file {};
    REQUIRE(::stat(entry.path().c_str(), &file) == 0);
    CHECK(file.st_nlink == 1);
  }
  for (const auto& refused : {open_rocksdb(in(target)), open_rocksdb_read_only(in(target))}) {
    REQUIRE(refused.has_error());
    CHECK_THAT(refused.error().detail, Contains(target.string()) && Contains("restore"));
  }
  auto options = in(target);
  options.restoring = true;
  store::open(open_rocksdb(options).value()).value();
  CHECK(open_rocksdb(in(target)).has_error());
  CHECK_THAT(begin_restore(target, temporary.path() / "other").error().detail, Contains("no backup"));
  finish_restore(target).value();
  const auto restored = open(target);
  CHECK(same(*restored->find(truth.number), truth.state));
  CHECK(restored->verify(truth.number).empty());
}

TEST_CASE("a restore goes into an empty directory only, and from a backup only") {
  const temp_directory temporary;
  const auto target = temporary.path() / "target";
  CHECK_THAT(begin_restore(temporary.path() / "none", target).error().detail, Contains("holds no backup"));
  CHECK_FALSE(std::filesystem::exists(target));
  const auto backup = temporary.path() / "backup";
  open(temporary.path() / "data")->back_up(backup).value();
  std::filesystem::create_directory(target);
  std::ofstream{target / "something"} << "mine";
  CHECK_THAT(begin_restore(backup, target).error().detail, Contains("not empty"));
  CHECK(std::distance(std::filesystem::directory_iterator{target}, {}) == 1);
}
