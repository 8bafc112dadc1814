/// The process: what it says, how it refuses to start, how it stops.
#include "campaigns.hpp"

#include <csignal>

#include <fstream>
#include <optional>

using namespace redial;
using namespace redial::e2e;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

struct finished {
  std::optional<int> status;
  std::string out;
  std::string err;
};

finished run(const scratch_directory& in, const std::vector<std::string>& arguments,
  const std::vector<std::string>& environment = {}) {
  process child{in.path(), arguments, environment};
  const auto status = child.wait();
  REQUIRE(status); // it serves, where it should have ended
  return {status, child.out(), child.err()};
}

/// The command line of a server on `address`.
std::vector<std::string> serve(
  const scratch_directory& in, const std::vector<std::string>& more, const std::string& address = "127.0.0.1:0") {
  std::vector<std::string> arguments{"serve", "--data-dir", (in.path() / "data").string(), "--listen", address};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

} // namespace

TEST_CASE("--version and --help") {
  scratch_directory directory;
  const auto version = run(directory, {"--version"});
  CHECK(version.status == 0);
  CHECK_THAT(version.out, Catch::Matchers::Matches("redial [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  const auto help = run(directory, {"--help"});
  CHECK(help.status == 0);
  CHECK_THAT(help.out, Contains("serve"));
  const auto serving = run(directory, {"serve", "--help"});
  CHECK(serving.status == 0);
  for (const auto* flag : {"--config", "--data-dir", "--listen", "--clock-speed", "--set"})
    CHECK_THAT(serving.out, Contains(flag));
  const auto nothing = run(directory, {});
  CHECK(nothing.status != 0);
  const auto unknown = run(directory, {"serve", "--no-such-flag"});
  CHECK(unknown.status != 0);
  CHECK_THAT(unknown.err + unknown.out, Contains("--no-such-flag"));
}

TEST_CASE("settings that are wrong are refused with status 2, naming where") {
  scratch_directory directory;
  const auto file = directory.path() / "redial.toml";
  std::ofstream{file} << "[http]\nthreads = 1\n\n[lines]\nmax_concurent_calls = 3\n";
  const auto refuse = [&](const finished& end, const std::string& named) {
    INFO(end.err);
    CHECK(end.status == 2);
    CHECK(end.out.empty());
    CHECK_THAT(end.err, Contains(named));
  };
  const auto in_file = run(directory, serve(directory, {"--config", file.string()}));
  refuse(in_file, "redial.toml:5");
  refuse(in_file, "lines.max_concurent_calls");
  refuse(in_file, "lines.max_concurrent_calls"); // what was meant
  std::ofstream{file} << "[http]\nthreads = \"two\"\n";
  refuse(run(directory, serve(directory, {"--config", file.string()})), "redial.toml:2");
  std::ofstream{file} << "[http\n";
  refuse(run(directory, serve(directory, {"--config", file.string()})), "redial.toml:1");
  refuse(run(directory, serve(directory, {"--config", "nowhere.toml"})), "nowhere.toml");
  refuse(run(directory, serve(directory, {}), {"REDIAL_HTTP_TREADS=2"}), "REDIAL_HTTP_TREADS");
  refuse(run(directory, serve(directory, {}), {"REDIAL_HTTP_THREADS=two"}), "REDIAL_HTTP_THREADS");
  refuse(run(directory, serve(directory, {"--set", "clock.sped=2"})), "clock.sped");
  refuse(run(directory, serve(directory, {"--set", "clock.speed=0.5"})), "clock.speed");
  for (const auto* address : {"127.0.0.1", "127.0.0.1:65536", "[::1"}) {
    const auto end = run(directory, serve(directory, {}, address));
    refuse(end, "http.listen");
    refuse(end, address);
  }
  for (const auto* address : {"0.0.0.0:0", "192.0.2.1:0", "[::]:0", "example.com:80"}) {
    const auto end = run(directory, serve(directory, {"--insecure-no-auth"}, address));
    refuse(end, "http.insecure_no_auth");
    refuse(end, address);
  }
  CHECK_FALSE(std::filesystem::exists(directory.path() / "data"));
}

TEST_CASE("the environment goes before the file, the command line before both") {
  scratch_directory directory;
  const auto file = directory.path() / "redial.toml";
  std::ofstream{file} << "[http]\nmax_connections = 1\nheader_limit_kb = 1\n[storage]\ndata_dir = \"elsewhere\"\n";
  server_process server{directory, {"--config=" + file.string(), "http.header_limit_kb=64"},
    {"REDIAL_HTTP_MAX_CONNECTIONS=2", "REDIAL_HTTP_HEADER_LIMIT_KB=2"}};
  client http{server.port()};
  CHECK(http.request(verb::get, "/healthz", {}, {{"X", std::string(40'000, 'x')}}).status == 200);
  client second{server.port()};
  CHECK(second.get("/healthz").status == 200);
  client third{server.port()};
  CHECK(third.get("/healthz").status == 503);
}

TEST_CASE("a second process on the same data is refused, and does the first no harm") {
  scratch_directory directory;
  server_process first{directory, accelerated(1, 10)};
  client http{first.port()};
  const auto id = create(http, campaign_of(3));
  const auto second = run(directory, serve(directory, {}));
  CHECK(second.status == 1);
  CHECK(second.out.empty());
  CHECK_THAT(second.err, Contains((directory.path() / "data").string()) && Contains("another process"));
  CHECK(show(http, id).at("total_contacts") == 3);
  CHECK(first.stop() == 0);
}

TEST_CASE("a port that is taken, and a directory that cannot be, are told plainly") {
  scratch_directory directory;
  server_process first{directory, accelerated(1, 10)};
  scratch_directory other;
  const auto address = "127.0.0.1:" + std::to_string(first.port());
  const auto taken = run(other, serve(other, {}, address));
  CHECK(taken.status == 1);
  CHECK(taken.out.empty());
  CHECK_THAT(taken.err, Contains(address));
  CHECK_THAT(taken.err, Contains("in use", Catch::CaseSensitive::No));
  std::ofstream{other.path() / "file"} << "not a directory";
  const auto blocked = run(other, serve(other, {"--set", "storage.data_dir=" + (other.path() / "file").string()}));
  CHECK(blocked.status == 1);
  CHECK(blocked.out.empty());
  CHECK_THAT(blocked.err, Contains((other.path() / "file").string()));
}

TEST_CASE("SIGTERM: calls in progress finish if they can, and nothing is lost") {
  scratch_directory directory;
  const auto with = accelerated(600, 50); // the longest call takes a second
  std::optional<server_process> server{std::in_place, directory, with};
  std::optional<client> http{std::in_place, server->port()};
  const auto id = create(*http, campaign_of(600, 3, 10));
  act(*http, id, "start");
  const auto before = wait_until(*http, id, [](const json& campaign) {
    return campaign.at("calls_attempted") >= 100 && campaign.at("contacts").at("in_progress") > 0;
  });
  const auto begun = std::chrono::steady_clock::now();
  CHECK(server->stop() == 0);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{10});
  server.reset();
  server.emplace(directory, with);
  http.emplace(server->port());
  const auto after = show(*http, id);
  CHECK(after.at("status") == "running");
  CHECK(after.at("calls_attempted") >= before.at("calls_attempted"));
  const auto completed = wait_for_status(*http, id, "completed");
  CHECK(shown_totals(completed) == planned_totals(600, 3)); // none is unknown
}

TEST_CASE("SIGTERM: calls that last too long are not waited for, and those that ended are kept as they were") {
  scratch_directory directory;
  auto with = accelerated(100, 200);
  with.emplace_back("shutdown.drain_s=1");
  // Who answers talks for most of a day: of the clock's, many minutes of ours.
  with.emplace_back("gateway.simulator.talk_mean_ms=86400000");
  with.emplace_back("gateway.simulator.talk_max_ms=86400000");
  std::optional<server_process> server{std::in_place, directory, with};
  std::optional<client> http{std::in_place, server->port()};
  const auto id = create(*http, campaign_of(100));
  act(*http, id, "start");
  const auto planned = planned_totals(100, 1);
  wait_until(*http, id, [&](const json& campaign) {
    return campaign.at("contacts").at("done") >= 100 - planned.connected
           && campaign.at("contacts").at("in_progress") > 0;
  });
  const auto done = contacts_of(*http, id, "done");
  REQUIRE(done.size() >= 50);
  const auto begun = std::chrono::steady_clock::now();
  CHECK(server->stop() == 0);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{10});
  server.reset();
  server.emplace(directory, with);
  http.emplace(server->port());
  const auto completed = wait_for_status(*http, id, "completed");
  CHECK(completed.at("calls_attempted") == 100);
  CHECK(completed.at("dispositions").at("unknown") > 0);
  for (const auto& contact : done) {
    const auto path = "/v1/campaigns/" + id + "/contacts/" + contact.at("phone").get<std::string>();
    REQUIRE(http->get(path).json() == contact);
  }
}

TEST_CASE("a stop closes idle connections and answers who is being answered") {
  scratch_directory directory;
  server_process server{directory, accelerated(1, 10)};
  raw_socket idle{server.port()};
  REQUIRE(idle.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"));
  REQUIRE(idle.receive().starts_with("HTTP/1.1 200"));
  raw_socket half{server.port()};
  // Behind a whole request, whose answer says that the half one has been read with it.
  REQUIRE(half.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n"));
  REQUIRE(half.receive().starts_with("HTTP/1.1 200"));
  server.child().signal(SIGINT);
  CHECK(idle.receive_all() == "");
  half.send("\r\n");
  const auto answer = half.receive_all();
  REQUIRE(answer);
  CHECK(parse_reply(*answer).status == 200);
  CHECK(server.child().wait() == 0);
  CHECK_THROWS_AS(raw_socket{server.port()}, std::system_error);
}
