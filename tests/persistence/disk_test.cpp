/// RocksDB on disks that fail. A limit on the size of files stands in for a disk without room: it needs no privilege,
/// and takes effect on the file that is being written as on new ones.
#include "persistence/engine.hpp"
#include "persistence/keys.hpp"
#include "persistence/store.hpp"
#include "persistence/verify.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <map>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;
using Catch::Matchers::Contains;

namespace {

/// While it lives, no file of this process grows.
class full_disk {
public:
  full_disk() {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    auto none = before_;
    none.rlim_cur = 1;
    if (setrlimit(RLIMIT_FSIZE, &none) != 0)
      throw std::runtime_error("the size of files cannot be limited");
  }
  ~full_disk() { setrlimit(RLIMIT_FSIZE, &before_); }
  full_disk(const full_disk&) = delete;
  full_disk& operator=(const full_disk&) = delete;

private:
  rlimit before_{};
};

rocksdb_options in(const std::filesystem::path& directory) {
  rocksdb_options options;
  options.directory = directory;
  return options;
}

result<void> put(engine& into, const std::string& key, const std::string& value) {
  const auto changes = into.new_batch();
  changes->put(table::contact, key, value);
  return into.write(*changes, true);
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& directory, const std::string& extension) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator{directory}) {
    if (entry.path().extension() == extension)
      found.push_back(entry.path());
  }
  return found;
}

/// Changes one byte in the middle of a file.
void damage(const std::filesystem::path& file) {
  std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
  const auto at = static_cast<std::streamoff>(std::filesystem::file_size(file) / 3);
  bytes.seekg(at);
  const auto was = static_cast<char>(bytes.get());
  bytes.seekp(at);
  bytes.put(static_cast<char>(was ^ 0x55));
}

std::vector<std::string> all_faults(const engine& data) {
  std::vector<std::string> faults;
  verify_all(
    data,
    [&](const std::string& fault) {
      faults.push_back(fault);
      return true;
    },
    [] { return true; });
  return faults;
}

/// A store with one campaign, all of it in files.
model_campaign fill(const std::filesystem::path& directory) {
  model_campaign truth;
  for (int round = 0; round < 3; ++round) {
    // Each opening puts what is in the log into files.
    const auto held = store::open(open_rocksdb(in(directory)).value()).value();
    chance luck{17U + static_cast<unsigned>(round)};
    if (round == 0)
      truth = create(*held, luck, 1500);
    time_point now = truth.state.last_at;
    for (int i = 0; i < 10; ++i) {
      const auto seq = truth.state.last_seq;
      const std::vector<append> appends{{truth.number, seq, move_on(truth, luck, 60, now)}};
      if (!appends.front().events.empty())
        held->commit(appends).front().value();
    }
  }
  open_rocksdb(in(directory)).value();
  return truth;
}

} // namespace

TEST_CASE("a disk without room: writes are refused, reads go on, and with room it goes on by itself") {
  const temp_directory temporary;
  const auto data = open_rocksdb(in(temporary.path() / "data")).value();
  put(*data, "a", "1").value();
  std::vector<int> refused;
  {
    const full_disk full;
    // What was reserved for the log may still take some.
    for (int i = 0; i < 100'000 && refused.empty(); ++i) {
      if (!put(*data, "grows", std::string(1000, 'x')))
        refused.push_back(i);
    }
    const auto again = put(*data, "b", "2");
    const auto recovery = data->recover();
    const auto read = data->get(table::contact, "a");
    const auto health = data->health();
    // Nothing is checked before the limit is gone: the report of a check is written to a file, too.
    if (again || recovery || !health || !read || *read != "1")
      refused.clear();
  }
  REQUIRE(refused.size() == 1);
  REQUIRE(data->health());
  CHECK_THAT(*data->health(), Contains("File too large"));
  CHECK(put(*data, "b", "2").error().code == error_code::storage_failed);
  data->recover().value();
  CHECK(data->health() == std::nullopt);
  CHECK(data->get(table::contact, "a").value() == "1");
  CHECK(data->get(table::contact, "b").value() == std::nullopt);
  put(*data, "b", "2").value();
  CHECK(data->get(table::contact, "b").value() == "2");
  CHECK_FALSE(std::filesystem::exists(temporary.path() / "data" / "space-probe"));
}

TEST_CASE("a store on a disk without room takes back nothing that was acknowledged") {
  const temp_directory temporary;
  const auto directory = temporary.path() / "data";
  chance luck{5};
  model_campaign truth;
  {
    const auto held = store::open(open_rocksdb(in(directory)).value()).value();
    truth = create(*held, luck, 300);
    time_point now = truth.state.last_at;
    for (int round = 0; round < 5; ++round) {
      bool recovers_too_early = false;
      {
        const full_disk full;
        for (int i = 0; i < 100'000; ++i) {
          auto ahead = truth;
          const auto seq = truth.state.last_seq;
          const std::vector<append> appends{{truth.number, seq, move_on(ahead, luck, 50, now)}};
          if (appends.front().events.empty())
            continue;
          if (held->commit(appends).front().has_error())
            break;
          truth = std::move(ahead);
        }
        recovers_too_early = held->recover().has_value();
      }
      CHECK_FALSE(recovers_too_early);
      REQUIRE(held->health());
      const auto changed = held->recover().value();
      CHECK(held->health() == std::nullopt);
      CHECK(held->verify(truth.number) == std::vector<std::string>{});
      const auto found = *held->find(truth.number);
      CHECK(found.last_seq >= truth.state.last_seq);
      CHECK(changed.empty() == (found.last_seq == truth.state.last_seq));
      if (!changed.empty())
        break; // the model does not follow a write that was refused and is stored
      CHECK(same(found, truth.state));
    }
  }
  const auto held = store::open(open_rocksdb(in(directory)).value()).value();
  CHECK(held->find(truth.number)->last_seq >= truth.state.last_seq);
  CHECK(held->verify(truth.number).empty());
}

TEST_CASE("work in the background that finds no room stops the writes, and says so") {
  const temp_directory temporary;
  auto options = in(temporary.path() / "data");
  options.write_buffer_mb = 1;
  const auto data = open_rocksdb(options).value();
  std::atomic<int> told = 0;
  data->watch([&] { ++told; });
  // A directory that takes no new file: the next one of RocksDB's is in the way already, as a directory.
  for (int number = 1; number < 200; ++number) {
    auto name = std::to_string(number);
    name = std::string(6 - name.size(), '0') + name + ".sst";
    std::filesystem::create_directories(options.directory / name);
  }
  bool refused = false;
  for (int i = 0; i < 20'000 && !refused; ++i)
    refused = put(*data, "key " + std::to_string(i), std::string(1000, 'x')).has_error();
  REQUIRE(refused);
  CHECK(data->health());
  CHECK(told > 0);
  CHECK(data->get(table::contact, "key 0").value() == std::string(1000, 'x'));
  data->watch({});
}

TEST_CASE("a damaged file is named by whoever reads it, and by verify") {
  const temp_directory temporary;
  const auto directory = temporary.path() / "data";
  const auto truth = fill(directory);
  const auto files = files_of(directory, ".sst");
  REQUIRE(files.size() >= 5);
  for (const auto& file : files) {
    const auto copy = temporary.path() / "copy";
    std::filesystem::copy(directory, copy);
    const auto damaged = copy / file.filename();
    damage(damaged);
    CAPTURE(file.filename().string());
    const auto opened = open_rocksdb_read_only(in(copy));
    if (opened) {
      const auto faults = all_faults(**opened);
      REQUIRE_FALSE(faults.empty());
      CHECK_THAT(faults.front(), Contains("table ") && Contains(damaged.string()) && Contains("Corruption"));
    } else {
      CHECK_THAT(opened.error().detail, Contains(file.filename().string()));
    }
    std::filesystem::remove_all(copy);
  }
  CHECK(all_faults(*open_rocksdb_read_only(in(directory)).value()).empty());
}

TEST_CASE("a file that is missing is named, and nothing is made up for it") {
  const temp_directory temporary;
  const auto directory = temporary.path() / "data";
  fill(directory);
  const auto gone = files_of(directory, ".sst").front();
  std::filesystem::remove(gone);
  const auto opened = open_rocksdb(in(directory));
  REQUIRE(opened.has_error());
  // It looks for the file under its older ending, too, and names that.
  CHECK_THAT(opened.error().detail, Contains(gone.stem().string()));
}

TEST_CASE("looking at data changes nothing, and keeps others from changing them") {
  const temp_directory temporary;
  const auto directory = temporary.path() / "data";
  const auto truth = fill(directory);
  const auto time_of_all = [&] {
    std::map<std::string, std::filesystem::file_time_type> times;
    for (const auto& entry : std::filesystem::directory_iterator{directory})
      times[entry.path().filename().string()] = entry.last_write_time();
    return times;
  };
  const auto before = time_of_all();
  {
    const auto held = store::open_read_only(open_rocksdb_read_only(in(directory)).value()).value();
    CHECK(same(*held->find(truth.number), truth.state));
    CHECK(held->verify(truth.number).empty());
    const std::vector<append> appends{{truth.number, truth.state.last_seq,
      {campaign_changed{campaign_change::paused, end_reason::none, truth.state.last_at}}}};
    CHECK(held->commit(appends).front().error().code == error_code::storage_failed);
  }
  CHECK(time_of_all() == before);
  CHECK(open_rocksdb_read_only(in(temporary.path() / "nothing")).has_error());
  CHECK_FALSE(std::filesystem::exists(temporary.path() / "nothing"));
}
