/// The same story on two kinds of full disk, and a disk that takes nothing at all.
#include "faulty_disk.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

using namespace redial;
using namespace redial::e2e;
using namespace redial::faults;

namespace {

/// Takes all the room that there is.
void fill_up(const std::filesystem::path& file) {
  const int ballast = ::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC | O_APPEND, 0600);
  REQUIRE(ballast >= 0);
  const std::array<char, 4096> block{};
  while (::write(ballast, block.data(), block.size()) > 0) {
  }
  ::close(ballast);
}

} // namespace

TEST_CASE("files that cannot grow: nothing is accepted or dialed, and then it goes on by itself") {
  const scratch_directory directory;
  live_through_a_full_disk(
    directory, [](server_process& server) { stop_growth(server.child().pid()); },
    [](server_process& server) { allow_growth(server.child().pid()); });
}

TEST_CASE("killed on a full disk, it comes back with all that was acknowledged") {
  const scratch_directory directory;
  const auto with = accelerated(300, 60);
  std::string id;
  nlohmann::json before;
  {
    server_process server{directory, with};
    client http{server.port()};
    id = create(http, campaign_of(2000, 2, 60));
    act(http, id, "start");
    wait_until(http, id, [](const auto& campaign) { return campaign.at("calls_attempted") > 200; });
    stop_growth(server.child().pid());
    eventually("not ready", [&] { return http.get("/readyz").status == 503; });
    before = show(http, id);
    server.kill();
  }
  server_process server{directory, with};
  client http{server.port()};
  const auto after = show(http, id);
  CHECK(after.at("calls_attempted") >= before.at("calls_attempted"));
  CHECK(after.at("contacts").at("done") >= before.at("contacts").at("done"));
  wait_for_status(http, id, "completed");
  check_calls(http, id, 2);
  CHECK(server.stop() == 0);
  CHECK(run(directory, {"verify", "--data-dir", (directory.path() / "data").string()}).status == 0);
}

TEST_CASE("a file system without room: nothing is accepted or dialed, and then it goes on by itself", "[.small_disk]") {
  const scratch_directory directory;
  const auto data = directory.path() / "data";
  if (!mount_small_disk(data, "size=64m"))
    return;
  const auto ballast = data / "ballast";
  live_through_a_full_disk(
    directory, [&](server_process&) { fill_up(ballast); }, [&](server_process&) { std::filesystem::remove(ballast); });
}

TEST_CASE("a file system that may not be written to is refused at the start, by name", "[.small_disk]") {
  const scratch_directory directory;
  const auto data = directory.path() / "data";
  if (!mount_small_disk(data, "size=64m"))
    return;
  CHECK(server_process{directory, {}}.stop() == 0);
  remount_small_disk(data, "ro");
  const auto refused = run(directory, {"serve", "--data-dir", data.string(), "--listen", "127.0.0.1:0"});
  CHECK(refused.status == 1);
  CHECK(refused.err.find(data.string()) != std::string::npos);
  CHECK(refused.err.find("Read-only file system") != std::string::npos);
  // It can be looked at.
  CHECK(run(directory, {"verify", "--data-dir", data.string()}).out == "no faults\n");
}
