#include "faulty_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <iostream>
#include <set>

namespace redial::faults {

using namespace redial::e2e;
using nlohmann::json;

namespace {

void set_growth(pid_t pid, rlim_t most) {
  rlimit limit{};
  REQUIRE(::prlimit(pid, RLIMIT_FSIZE, nullptr, &limit) == 0);
  limit.rlim_cur = std::min(most, limit.rlim_max);
  REQUIRE(::prlimit(pid, RLIMIT_FSIZE, &limit, nullptr) == 0);
}

bool write_file(const char* name, const std::string& text) {
  const int file = ::open(name, O_WRONLY | O_CLOEXEC);
  const bool done = file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (file >= 0)
    ::close(file);
  return done;
}

/// A mount namespace of this process's own; where it may not have one, inside a user namespace in which it may.
bool enter_own_namespace() {
  static const bool entered = [] {
    const auto user = std::to_string(::getuid());
    const auto group = std::to_string(::getgid());
    if (::unshare(CLONE_NEWNS) != 0
        && !(::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_file("/proc/self/setgroups", "deny")
             && write_file("/proc/self/uid_map", "0 " + user + " 1")
             && write_file("/proc/self/gid_map", "0 " + group + " 1")))
      return false;
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  }();
  return entered;
}

} // namespace

command_result run(const scratch_directory& directory, const std::vector<std::string>& arguments) {
  process child{directory.path(), arguments};
  const auto status = child.wait();
  REQUIRE(status);
  return {*status, child.out(), child.err()};
}

void stop_growth(pid_t pid) { set_growth(pid, 1); }
void allow_growth(pid_t pid) { set_growth(pid, RLIM_INFINITY); }

bool mount_small_disk(const std::filesystem::path& at, const std::string& options) {
  std::filesystem::create_directories(at);
  if (enter_own_namespace() && ::mount("none", at.c_str(), "tmpfs", 0, options.c_str()) == 0)
    return true;
  std::cout << "NOT RUN: no file system can be mounted here for the test of a full disk" << std::endl;
  return false;
}

void remount_small_disk(const std::filesystem::path& at, const std::string& options) {
  const bool read_only = options.find("ro") == 0;
  REQUIRE(::mount("none", at.c_str(), "tmpfs", MS_REMOUNT | (read_only ? MS_RDONLY : 0), nullptr) == 0);
}

void check_calls(client& http, const std::string& id, unsigned max_attempts) {
  std::set<std::string> ids;
  std::size_t calls = 0;
  for (const auto& contact : contacts_of(http, id)) {
    REQUIRE(contact.at("attempts") <= max_attempts);
    REQUIRE(contact.at("calls").size() <= max_attempts);
    for (const auto& call : contact.at("calls"))
      ids.insert(call.at("id").get<std::string>());
    calls += contact.at("calls").size();
  }
  REQUIRE(ids.size() == calls);
}

void live_through_a_full_disk(const scratch_directory& directory, const std::function<void(server_process&)>& fill,
  const std::function<void(server_process&)>& free) {
  constexpr unsigned contacts = 3000;
  const auto with = accelerated(300, 60);
  server_process server{directory, with};
  client http{server.port()};
  const auto id = create(http, campaign_of(contacts, 2, 60));
  const auto idle = create(http, campaign_of(10, 1, 60, contacts));
  act(http, id, "start");
  wait_until(http, id, [](const json& campaign) { return campaign.at("calls_attempted") > 200; });
  REQUIRE(http.get("/readyz").status == 200);

  fill(server);
  std::string why;
  eventually("not ready", [&] {
    const auto answer = http.get("/readyz");
    why = answer.body;
    return answer.status == 503;
  });
  CAPTURE(why);
  CHECK(why.find("storage: ") != std::string::npos);
  CHECK(http.get("/healthz").status == 200);
  const auto before = show(http, id);
  const auto refused = [](const reply& answer) {
    INFO(answer.body);
    CHECK(answer.status == 503);
    CHECK(answer.json().at("code") == "storage_failed");
  };
  for (int i = 0; i < 20; ++i) {
    refused(http.post("/v1/campaigns", campaign_of(5).dump()));
    refused(http.patch("/v1/campaigns/" + id, R"({"action":"pause"})"));
    refused(http.patch("/v1/campaigns/" + idle, R"({"action":"start"})"));
    refused(http.del("/v1/campaigns/" + idle + "/contacts", R"({"phones":[")" + phone_number(contacts) + R"("]})"));
    CHECK(http.get("/v1/campaigns").status == 200);
    CHECK(http.get("/v1/campaigns/" + id + "/contacts?limit=20").status == 200);
    CHECK(http.get("/readyz").status == 503);
  }
  CHECK(show(http, id).at("calls_attempted") == before.at("calls_attempted"));
  CHECK(show(http, id).at("status") == "running");

  free(server);
  eventually("ready again", [&] { return http.get("/readyz").status == 200; });
  CHECK(show(http, idle).at("status") == "scheduled");
  CHECK(count_campaigns(http) == 2);
  act(http, idle, "start");
  wait_for_status(http, idle, "completed");
  const auto ended = wait_for_status(http, id, "completed");
  CHECK(ended.at("contacts").at("done") == contacts);
  check_calls(http, id, 2);
  check_calls(http, idle, 1);
  CHECK(run(directory, {"verify", "--data-dir", (directory.path() / "data").string()}).out == "no faults\n");
  CHECK(server.stop() == 0);
  const auto verified = run(directory, {"verify", "--data-dir", (directory.path() / "data").string()});
  CHECK(verified.out == "no faults\n");
  CHECK(verified.status == 0);
}

} // namespace redial::faults
