/// What operations see of a real redial, over HTTP and in a terminal.
#include "campaigns.hpp"

#include <map>
#include <memory>
#include <regex>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

namespace {

std::string data_of(const scratch_directory& directory) { return (directory.path() / "data").string(); }

} // namespace

TEST_CASE("the roster, a campaign's actor, lines and store of a redial that dials") {
  scratch_directory directory;
  auto server =
    std::make_unique<server_process>(directory, settings{"lines.max_concurrent_calls=5", "lines.calls_per_second=0"});
  client http{server->port()};
  const auto id = create(http, campaign_of(40, 3));

  auto told = http.get("/ops/actors/" + id).json();
  CHECK(told.at("answered") == true);
  CHECK(told.at("status") == "scheduled");
  CHECK(told.at("actions") == json{"start", "stop"});
  CHECK(told.at("history").size() == 1);
  CHECK(told.at("contacts").empty());

  act(http, id, "start");
  eventually("five are being called", [&] { return http.get("/ops/lines").json().at("in_use") == 5; });
  told = http.get("/ops/actors/" + id + "?limit=2").json();
  CHECK(told.at("status") == "running");
  CHECK(told.at("history").at(1).at("status") == "running");
  CHECK(told.at("contacts").size() <= 2);
  CHECK(told.at("lines").at("held") <= 5);
  CHECK(told.at("actor").at("parent") == "registry");
  CHECK(http.get("/ops/lines").json().at("limit") == 5);

  const auto actors = http.get("/ops/actors?limit=1000").json();
  CHECK(actors.at("total") == actors.at("data").size());
  std::map<std::string, int> kinds;
  for (const auto& each : actors.at("data"))
    ++kinds[each.at("kind")];
  CHECK(kinds["campaign"] == 1);
  CHECK(kinds["reader"] == 3);
  for (const auto* kind : {"registry", "store_writer", "line_pool", "front", "feed_reader", "webhook_desk"})
    CHECK(kinds[kind] == 1);
  CHECK(http.get("/ops/actors?kind=campaign").json().at("data").at(0).at("id") == id);
  CHECK(http.get("/ops/actors?kind=nobody").status == 400);
  CHECK(http.get("/ops/actors/cmp_000000000").status == 404);

  const auto store = http.get("/ops/store").json();
  CHECK(store.at("healthy") == true);
  CHECK(store.at("commits").at("seconds").at("count") > 0);
  CHECK(store.at("last_backup").is_null());
  CHECK(store.at("log_bytes") > 0);
  process backup{
    directory.path(), {"backup", "--data-dir", data_of(directory), "--to", (directory.path() / "copy").string()}};
  REQUIRE(backup.wait() == 0);
  CHECK(http.get("/ops/store").json().at("last_backup").is_string());

  act(http, id, "stop");
  told = http.get("/ops/actors/" + id).json();
  CHECK(told.at("history").back().at("status") == "stopped");
  // What became of it is on disk.
  server->kill();
  server = std::make_unique<server_process>(directory, settings{});
  client again{server->port()};
  CHECK(again.get("/ops/actors/" + id).json().at("history") == told.at("history"));
}

TEST_CASE("ops top draws the campaigns that dial, lines, store and actors") {
  scratch_directory directory;
  server_process server{directory, {"gateway.simulator.instant=true"}};
  client http{server.port()};
  auto campaign = campaign_of(300);
  campaign["name"] = "Renewals\x1b[31m in June";
  const auto id = create(http, campaign);
  act(http, id, "start");
  process top{directory.path(), {"ops", "top", "--data-dir", data_of(directory), "--interval", "0.3", "--frames", "2"}};
  REQUIRE(top.wait() == 0);
  const auto out = top.out();
  INFO(out);
  CHECK(std::regex_search(out, std::regex{"lines +[0-9]+ of 100 in use"}));
  CHECK(std::regex_search(out, std::regex{"store +healthy"}));
  CHECK(std::regex_search(out, std::regex{"store_writer +1 "}));
  CHECK(out.find(id) != std::string::npos);
  CHECK(out.find("Renewals?[31m in Jun") != std::string::npos); // a name does nothing to the terminal
  CHECK(out.find('\x1b') == std::string::npos);                 // this is none
  process nobody{directory.path(), {"ops", "top", "--data-dir", (directory.path() / "nothing").string()}};
  CHECK(nobody.wait() == 1);
  CHECK(nobody.err().find("no redial serves") != std::string::npos);
}
