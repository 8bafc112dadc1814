/// File descriptors that run out, and data that are not what they should be at the start.
#include "faulty_disk.hpp"

#include <cstdlib>
#include <optional>

#include <sys/resource.h>

#include <fstream>

using namespace redial;
using namespace redial::e2e;
using namespace redial::faults;

namespace {

std::size_t open_files(pid_t pid) {
  const auto directory = "/proc/" + std::to_string(pid) + "/fd";
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{directory}, {}));
}

/// Changes one byte in the middle of the largest file with `extension`.
std::filesystem::path damage_largest(const std::filesystem::path& data, const std::string& extension) {
  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::directory_iterator{data}) {
    if (entry.path().extension() == extension
        && (largest.empty() || entry.file_size() > std::filesystem::file_size(largest)))
      largest = entry.path();
  }
  REQUIRE(!largest.empty());
  std::fstream bytes{largest, std::ios::in | std::ios::out | std::ios::binary};
  const auto at = static_cast<std::streamoff>(std::filesystem::file_size(largest) / 3);
  bytes.seekg(at);
  const auto was = static_cast<char>(bytes.get());
  bytes.seekp(at);
  bytes.put(static_cast<char>(was ^ 0x55));
  return largest;
}

/// UBSan's check of dynamic types opens a pipe to see whether memory can be read, and takes having no descriptor for
/// memory that cannot: a process without descriptors must not end for that. All other tests end at the first report.
class reports_do_not_halt {
public:
  reports_do_not_halt() { ::setenv("UBSAN_OPTIONS", "halt_on_error=0", 1); }
  ~reports_do_not_halt() {
    if (former_)
      ::setenv("UBSAN_OPTIONS", former_->c_str(), 1);
    else
      ::unsetenv("UBSAN_OPTIONS");
  }
  reports_do_not_halt(const reports_do_not_halt&) = delete;
  reports_do_not_halt& operator=(const reports_do_not_halt&) = delete;

private:
  static std::optional<std::string> present() {
    const char* value = std::getenv("UBSAN_OPTIONS");
    return value ? std::optional<std::string>{value} : std::nullopt;
  }
  std::optional<std::string> former_ = present();
};

} // namespace

TEST_CASE("without descriptors it loses nothing, and goes on when there are some") {
  const reports_do_not_halt lenient;
  const scratch_directory directory;
  auto with = accelerated(300, 60);
  with.emplace_back("storage.write_buffer_mb=8"); // so that the store soon needs a new file
  server_process server{directory, with};
  client http{server.port()};
  const auto pid = server.child().pid();
  const auto id = create(http, campaign_of(2000, 2, 60));
  act(http, id, "start");
  rlimit before{};
  REQUIRE(::prlimit(pid, RLIMIT_NOFILE, nullptr, &before) == 0);
  auto tight = before;
  tight.rlim_cur = open_files(pid);
  REQUIRE(::prlimit(pid, RLIMIT_NOFILE, &tight, nullptr) == 0);
  std::uint64_t acknowledged = 1;
  bool refused = false;
  for (std::uint64_t i = 0; i < 400 && !refused; ++i) {
    const auto answer = http.post("/v1/campaigns", campaign_of(2000, 1, 60, 10'000 + 2000 * i).dump());
    INFO(answer.body);
    REQUIRE((answer.status == 201 || answer.status == 503));
    refused = answer.status == 503;
    acknowledged += refused ? 0 : 1;
  }
  CHECK(refused);
  CHECK(http.get("/readyz").body.find("storage: ") != std::string::npos);
  REQUIRE(::prlimit(pid, RLIMIT_NOFILE, &before, nullptr) == 0);
  eventually("ready again", [&] { return http.get("/readyz").status == 200; });
  CHECK(count_campaigns(http) == acknowledged);
  wait_for_status(http, id, "completed");
  check_calls(http, id, 2);
  CHECK(server.stop() == 0);
  CHECK(run(directory, {"verify", "--data-dir", (directory.path() / "data").string()}).out == "no faults\n");
}

TEST_CASE("damaged files are named, by verify and at the start, and not served around") {
  const scratch_directory directory;
  const auto data = directory.path() / "data";
  {
    server_process server{directory, accelerated(600, 200)};
    client http{server.port()};
    const auto id = create(http, campaign_of(2000, 2, 60));
    act(http, id, "start");
    wait_for_status(http, id, "completed");
    server.kill();
  }
  SECTION("a file of rows") {
    // Opening puts the log into files.
    CHECK(server_process{directory, {}}.stop() == 0);
    const auto damaged = damage_largest(data, ".sst");
    const auto verified = run(directory, {"verify", "--data-dir", data.string()});
    CHECK(verified.status == 1);
    INFO(verified.out << verified.err);
    CHECK((verified.out + verified.err).find(damaged.filename().string()) != std::string::npos);
    CHECK((verified.out + verified.err).find("Corruption") != std::string::npos);
  }
  SECTION("the log") {
    damage_largest(data, ".log");
    for (const auto* command : {"verify", "serve"}) {
      const auto refused = run(directory, {command, "--data-dir", data.string()});
      CHECK(refused.status == 1);
      INFO(refused.err);
      CHECK(refused.err.find("Corruption") != std::string::npos);
      CHECK(refused.err.find(data.string()) != std::string::npos);
    }
  }
}
