/// Backups of a server that dials, and what comes of them.
#include "faulty_disk.hpp"

#include <sys/stat.h>
#include <sys/un.h>

#include <fstream>

using namespace redial;
using namespace redial::e2e;
using namespace redial::faults;
using nlohmann::json;

namespace {

constexpr unsigned contacts = 20'000;

std::string data_of(const scratch_directory& directory) { return (directory.path() / "data").string(); }

} // namespace

TEST_CASE("a backup made at full speed is restored, and dials nobody before it is told to") {
  const scratch_directory directory;
  const scratch_directory elsewhere;
  const auto with = accelerated(1200, 400);
  const auto backup = (directory.path() / "backup").string();
  std::string id;
  std::string scheduled;
  {
    server_process server{directory, with};
    client http{server.port()};
    id = create(http, campaign_of(contacts, 2, 60));
    auto later = campaign_of(50, 1, 60, contacts);
    later["schedule"] = {{"start_time", format_rfc3339(virtual_now(http) + std::chrono::hours{24 * 365})}};
    scheduled = create(http, later);
    act(http, id, "start");
    wait_until(http, id, [](const json& campaign) {
      return campaign.at("calls_attempted") > 2000 && campaign.at("contacts").at("in_progress") > 50;
    });
    const auto made = run(directory, {"backup", "--data-dir", data_of(directory), "--to", backup});
    INFO(made.out << made.err);
    REQUIRE(made.status == 0);
    CHECK(show(http, id).at("status") == "running"); // it was made in the midst of it
    const auto twice = run(directory, {"backup", "--data-dir", data_of(directory), "--to", backup});
    CHECK(twice.status == 1);
    CHECK(twice.err.find("exists already") != std::string::npos);
    const auto verified = run(directory, {"verify", "--data-dir", data_of(directory)});
    CHECK(verified.out == "no faults\n");
    server.kill();
  }
  const auto restored = run(elsewhere, {"restore", "--from", backup, "--data-dir", data_of(elsewhere)});
  INFO(restored.out << restored.err);
  REQUIRE(restored.status == 0);
  CHECK(restored.out.find(id + " running -> paused: ") != std::string::npos);
  CHECK(restored.out.find(scheduled + " scheduled -> paused: 0 attempts") != std::string::npos);
  CHECK(run(elsewhere, {"verify", "--data-dir", data_of(elsewhere)}).out == "no faults\n");
  CHECK(run(elsewhere, {"restore", "--from", backup, "--data-dir", data_of(elsewhere)}).status == 1);

  server_process server{elsewhere, with};
  client http{server.port()};
  const auto at_first = show(http, id);
  CHECK(at_first.at("status") == "paused");
  CHECK(at_first.at("contacts").at("in_progress") == 0);
  const auto unknown = at_first.at("dispositions").value("unknown", 0U);
  CHECK(unknown > 0);
  CHECK(restored.out.find(" " + std::to_string(unknown) + " attempts in flight are unknown now") != std::string::npos);
  // Every retry is due within the time that passes here.
  const auto until = virtual_now(http) + std::chrono::hours{2};
  eventually("two hours of the server's time", [&] { return virtual_now(http) > until; });
  CHECK(show(http, id).at("calls_attempted") == at_first.at("calls_attempted"));
  CHECK(show(http, id).at("status") == "paused");
  CHECK(show(http, scheduled).at("calls_attempted") == 0);

  act(http, id, "resume");
  const auto ended = wait_for_status(http, id, "completed");
  CHECK(ended.at("contacts").at("done") == contacts);
  CHECK(ended.at("dispositions").at("unknown") == unknown); // nobody dialed them again
  CHECK(server.stop() == 0);
  CHECK(run(elsewhere, {"verify", "--data-dir", data_of(elsewhere)}).out == "no faults\n");
}

TEST_CASE("a backup does not need a server, nor a short path, and a socket left behind is in nobody's way") {
  const scratch_directory directory;
  auto deep = directory.path();
  for (int i = 0; i < 6; ++i)
    deep /= std::string(30, static_cast<char>('a' + i));
  REQUIRE(deep.string().size() > sizeof(sockaddr_un::sun_path));
  std::filesystem::create_directories(deep);
  std::filesystem::create_directory_symlink(deep, directory.path() / "data");
  const auto data = (deep).string();
  {
    server_process server{directory, {}};
    client http{server.port()};
    create(http, campaign_of(100));
    struct stat socket {};
    REQUIRE(::stat((deep / "control").c_str(), &socket) == 0);
    CHECK((socket.st_mode & 0777) == 0600);
    const auto made = run(directory, {"backup", "--data-dir", data, "--to", (deep / "served").string()});
    INFO(made.err);
    CHECK(made.out.find("backup of 1 campaigns") == 0);
    server.kill();
  }
  REQUIRE(std::filesystem::exists(deep / "control"));
  const auto made = run(directory, {"backup", "--data-dir", data, "--to", (directory.path() / "alone").string()});
  INFO(made.err);
  CHECK(made.out.find("backup of 1 campaigns") == 0);
  {
    server_process server{directory, {}};
    CHECK(run(directory, {"verify", "--data-dir", data}).out == "no faults\n");
    CHECK(server.stop() == 0);
  }
  CHECK_FALSE(std::filesystem::exists(deep / "control"));
  const auto nothing = run(directory, {"backup", "--data-dir", (directory.path() / "none").string(), "--to", "x"});
  CHECK(nothing.status == 1);
  CHECK(nothing.err.find("holds no data") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(directory.path() / "none"));
}

TEST_CASE("a restore that did not come to its end is not served") {
  const scratch_directory directory;
  const auto backup = (directory.path() / "backup").string();
  {
    server_process server{directory, {}};
    client http{server.port()};
    create(http, campaign_of(100));
    CHECK(server.stop() == 0);
  }
  REQUIRE(run(directory, {"backup", "--data-dir", data_of(directory), "--to", backup}).status == 0);
  // What a crash half way leaves: the mark is the first to come and the last to go.
  const auto target = directory.path() / "restored";
  std::filesystem::copy(backup, target);
  std::ofstream{target / "RESTORE-UNFINISHED"};
  for (const auto* command : {"serve", "verify"}) {
    const auto refused = run(directory, {command, "--data-dir", target.string()});
    CHECK(refused.status == 1);
    INFO(refused.err);
    CHECK(refused.err.find("did not come to its end") != std::string::npos);
  }
  CHECK(run(directory, {"backup", "--data-dir", target.string(), "--to", backup + "2"}).status == 1);
}
