#include "persistence/engine.hpp"
#include "persistence/store.hpp"
#include "tests/persistence/model.hpp"
#include "tests/persistence/temp_directory.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

using namespace redial;
using namespace redial::persistence;
using namespace redial::persistence::test;
using Catch::Matchers::Contains;

namespace {

constexpr const char* crash_directory = "REDIAL_TEST_CRASH_DIRECTORY";

/// Another process that holds the lock of a database, until it is told to go.
class lock_holder {
public:
  explicit lock_holder(const std::filesystem::path& lock) {
    const auto name = lock.string();
    int ready[2] = {};
    int go[2] = {};
    REQUIRE(pipe(ready) == 0);
    REQUIRE(pipe(go) == 0);
    child_ = fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      struct flock whole {};
      whole.l_type = F_WRLCK;
      whole.l_whence = SEEK_SET;
      const int file = open(name.c_str(), O_RDWR | O_CREAT, 0600);
      char byte = fcntl(file, F_SETLK, &whole) == 0 ? 'y' : 'n';
      close(go[1]);
      if (write(ready[1], &byte, 1) == 1 && read(go[0], &byte, 1) == 0)
        _exit(0);
      _exit(1);
    }
    close(ready[1]);
    close(go[0]);
    go_ = go[1];
    char byte = 'n';
    CHECK(read(ready[0], &byte, 1) == 1);
    CHECK(byte == 'y');
    close(ready[0]);
  }
  ~lock_holder() {
    close(go_);
    waitpid(child_, nullptr, 0);
  }
  lock_holder(const lock_holder&) = delete;
  lock_holder& operator=(const lock_holder&) = delete;

private:
  pid_t child_ = -1;
  int go_ = -1;
};

std::filesystem::path newest_log(const std::filesystem::path& directory) {
  std::filesystem::path newest;
  for (const auto& entry : std::filesystem::directory_iterator{directory}) {
    if (entry.path().extension() == ".log" && (newest.empty() || entry.path() > newest))
      newest = entry.path();
  }
  REQUIRE(!newest.empty());
  return newest;
}

void put(engine& into, const std::string& key, const std::string& value) {
  const auto changes = into.new_batch();
  changes->put(table::meta, key, value);
  changes->put(table::contact, key, value);
  into.write(*changes, true).value();
}

} // namespace

TEST_CASE("a data directory that another process uses is refused, saying so") {
  const temp_directory temporary;
  const auto directory = temporary.path() / "data";
  REQUIRE(open_rocksdb({directory, true}).has_value());
  {
    const lock_holder other{directory / "LOCK"};
    const auto opened = open_rocksdb({directory, true});
    REQUIRE(!opened);
    CHECK(opened.error().code == error_code::storage_failed);
    CHECK_THAT(opened.error().detail, Contains("another process uses the data directory " + directory.string()));
  }
  const auto mine = open_rocksdb({directory, true});
  REQUIRE(mine.has_value());
  const auto twice = open_rocksdb({directory, true});
  REQUIRE(!twice);
  CHECK_THAT(twice.error().detail, Contains("in use already"));
}

TEST_CASE("a data directory that cannot be made or used is refused, saying which") {
  const temp_directory temporary;
  const auto in_the_way = temporary.path() / "file";
  std::ofstream{in_the_way} << "not a directory";
  const auto opened = open_rocksdb({in_the_way / "data", true});
  REQUIRE(!opened);
  CHECK(opened.error().code == error_code::storage_failed);
  CHECK_THAT(opened.error().detail, Contains(in_the_way.string()));
  CHECK(open_rocksdb({in_the_way, true}).has_error());
}

TEST_CASE("a data directory is its owner's alone") {
  const temp_directory temporary;
  const auto directory = temporary.path() / "a" / "data";
  REQUIRE(open_rocksdb({directory, true}).has_value());
  CHECK(std::filesystem::status(directory).permissions() == std::filesystem::perms::owner_all);
}

TEST_CASE("a log cut short by a crash loses its last record only") {
  const temp_directory temporary;
  const auto directory = temporary.path() / "data";
  {
    const auto data = open_rocksdb({directory, true}).value();
    put(*data, "first", std::string(500, 'a'));
    put(*data, "last", std::string(500, 'b'));
  }
  const auto log = newest_log(directory);
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 100);
  const auto data = open_rocksdb({directory, true}).value();
  CHECK(data->get(table::meta, "first").value() == std::string(500, 'a'));
  CHECK(data->get(table::contact, "first").value() == std::string(500, 'a'));
  CHECK(data->get(table::meta, "last").value() == std::nullopt);
  CHECK(data->get(table::contact, "last").value() == std::nullopt);
}

TEST_CASE("a log damaged before its end is reported, not cut there") {
  const temp_directory temporary;
  const auto directory = temporary.path() / "data";
  {
    const auto data = open_rocksdb({directory, true}).value();
    put(*data, "first", std::string(500, 'a'));
    put(*data, "last", std::string(500, 'b'));
  }
  const auto log = newest_log(directory);
  {
    std::fstream file{log, std::ios::in | std::ios::out | std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    const auto at = bytes.find(std::string(400, 'a'));
    REQUIRE(at != std::string::npos);
    file.seekp(static_cast<std::streamoff>(at));
    file.put('x');
  }
  const auto opened = open_rocksdb({directory, true});
  REQUIRE(!opened);
  CHECK(opened.error().code == error_code::storage_failed);
  CHECK_THAT(opened.error().detail, Contains("Corruption") && Contains(directory.string()));
}

// Run by the test below as a process of its own: hidden from any other run.
TEST_CASE("commit, then end without closing", "[.crash]") {
  const auto* directory = std::getenv(crash_directory);
  REQUIRE(directory != nullptr);
  const auto held = store::open(open_rocksdb({directory, true}).value()).value();
  chance luck{31};
  auto truth = create(*held, luck, 1500);
  time_point now = truth.state.last_at;
  for (int i = 0; i < 20; ++i) {
    const auto seq = truth.state.last_seq;
    const std::vector<append> appends{{truth.number, seq, move_on(truth, luck, 50, now)}};
    if (!appends.front().events.empty())
      held->commit(appends).front().value();
  }
  held->stage(held->next_campaign_no(), 0, truth.profiles).value();
  raise(SIGKILL);
}

TEST_CASE("commits survive a process that ends without closing") {
  const temp_directory temporary;
  const auto directory = temporary.path() / "data";
  const auto setting = std::string{crash_directory} + "=" + directory.string();
  const char* arguments[] = {"test", "[.crash]", nullptr};
  const char* environment[] = {setting.c_str(), nullptr};
  const auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    execve("/proc/self/exe", const_cast<char**>(arguments), const_cast<char**>(environment));
    _exit(127);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(WTERMSIG(status) == SIGKILL);
  const auto held = store::open(open_rocksdb({directory, true}).value()).value();
  const auto heads = held->campaigns();
  REQUIRE(heads.size() == 1);
  CHECK(heads.front()->state.last_seq > 500);
  CHECK(held->verify(heads.front()->number).empty());
}
