/// The do-not-call list of the real server: over HTTP, against campaigns that dial, and under kill -9.
#include "campaigns.hpp"

#include <memory>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

namespace {

std::string entry_of(const std::string& number) { return "/v1/dnc/%2B" + number.substr(1); }

json entries(std::uint64_t first, std::uint64_t count) {
  auto list = json::array();
  for (auto i = first; i < first + count; ++i)
    list.push_back({{"phone", phone_number(i)}, {"reason", "asked by mail"}, {"source", "crm"}});
  return {{"entries", std::move(list)}};
}

} // namespace

TEST_CASE("numbers are put on the do-not-call list, shown, refused whole and taken off") {
  scratch_directory directory;
  server_process server{directory, accelerated(60, 10)};
  client http{server.port()};
  CHECK(http.post("/v1/dnc", entries(0, 3).dump()).json() == json{{"added", 3}, {"updated", 0}});
  const auto shown = http.get(entry_of(phone_number(1))).json();
  CHECK(shown.at("phone") == phone_number(1));
  CHECK(shown.at("reason") == "asked by mail");
  CHECK(shown.at("source") == "crm");
  CHECK(shown.at("expires_at").is_null());
  CHECK(
    http.get("/v1/dnc?limit=1&offset=1").json() == json{{"data", {shown}}, {"total", 3}, {"limit", 1}, {"offset", 1}});
  CHECK(http.get("/v1/dnc?phone=%2B" + phone_number(1).substr(1)).json().at("data") == json{shown});

  auto bad = entries(3, 3);
  bad["entries"][2]["phone"] = "12";
  bad["entries"][1]["expires_at"] = "2001-01-01T00:00:00Z";
  const auto refused = http.post("/v1/dnc", bad.dump());
  CHECK(refused.status == 422);
  CHECK(refused.json().at("errors")[0].at("pointer") == "/entries/1/expires_at");
  CHECK(refused.json().at("errors")[1].at("pointer") == "/entries/2/phone");
  CHECK(http.get("/v1/dnc").json().at("total") == 3);

  CHECK(http.del(entry_of(phone_number(1))).json() == json{{"removed", 1}, {"not_found", 0}});
  CHECK(http.del(entry_of(phone_number(1))).status == 404);
  CHECK(http.get(entry_of(phone_number(1))).status == 404);
  CHECK(http.del("/v1/dnc", json{{"phones", {phone_number(0), phone_number(9)}}}.dump()).json()
        == json{{"removed", 1}, {"not_found", 1}});

  // An entry that ends at an instant of redial's time, which runs 60 times as fast as ours.
  const auto until = virtual_now(http) + std::chrono::minutes{2};
  CHECK(
    http.post("/v1/dnc", json{{"phone", phone_number(7)}, {"expires_at", format_rfc3339(until)}}.dump()).status == 200);
  CHECK(http.get(entry_of(phone_number(7))).json().at("expires_at") == format_rfc3339(until));
  eventually("the entry has expired", [&] { return http.get(entry_of(phone_number(7))).status == 404; });
  CHECK(virtual_now(http) >= until);
  CHECK(http.get("/v1/dnc").json().at("total") == 1);
}

TEST_CASE("a hundred thousand numbers in one request, and not one more") {
  scratch_directory directory;
  server_process server{directory, accelerated(60, 10)};
  client http{server.port()};
  CHECK(http.post("/v1/dnc", entries(0, 100'000).dump()).json() == json{{"added", 100'000}, {"updated", 0}});
  CHECK(http.post("/v1/dnc", entries(50'000, 100'000).dump()).json() == json{{"added", 50'000}, {"updated", 50'000}});
  CHECK(http.post("/v1/dnc", entries(0, 100'001).dump()).status == 422);
  CHECK(http.get("/v1/dnc?offset=149999").json().at("data").size() == 1);
}

TEST_CASE("a register of numbers comes as CSV: once for one key, also across kill -9, and whole or not at all") {
  scratch_directory directory;
  const auto with = accelerated(60, 10);
  auto server = std::make_unique<server_process>(directory, with);
  auto http = std::make_unique<client>(server->port());
  const auto import = [&](const std::string& body) {
    return http->request(
      verb::post, "/v1/dnc", body, {{"Content-Type", "text/csv"}, {"Idempotency-Key", "register-1"}});
  };
  std::string body = "source,phone,expires_at,reason\r\n";
  for (std::uint64_t i = 0; i < 100'000; ++i)
    body += "register," + phone_number(i) + ",,\"asked, in writing\"\r\n";

  const auto refused = import(body + "register,12,2001-01-01T00:00:00Z,\r\n");
  CHECK(refused.status == 422);
  CHECK(refused.json().at("errors")[0].at("line") == 100'002);
  const auto lacking =
    http->request(verb::post, "/v1/dnc", "number\n" + phone_number(0) + "\n", {{"Content-Type", "text/csv"}});
  CHECK(lacking.status == 422);
  CHECK(lacking.json().at("errors")[1].at("detail") == "the column phone is required");
  CHECK(http->get("/v1/dnc").json().at("total") == 0);

  const json added{{"added", 100'000}, {"updated", 0}};
  CHECK(import(body).json() == added);
  server->kill();
  server = std::make_unique<server_process>(directory, with);
  http = std::make_unique<client>(server->port());
  const auto again = import(body);
  CHECK(again.json() == added);
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(http->get("/v1/dnc").json().at("total") == 100'000);
  const auto shown = http->get(entry_of(phone_number(99'999))).json();
  CHECK(shown.at("reason") == "asked, in writing");
  CHECK(shown.at("source") == "register");
  CHECK(shown.at("expires_at").is_null());
  CHECK(server->stop() == 0);
}

TEST_CASE("kill -9 right after the answer: the numbers stay on the list, and are not dialed any more") {
  scratch_directory directory;
  const auto with = accelerated(600, 20);
  constexpr std::uint64_t contacts = 300;
  constexpr std::uint64_t listed = 200;
  auto server = std::make_unique<server_process>(directory, with);
  auto http = std::make_unique<client>(server->port());
  // Two campaigns have the same people on their lists.
  const std::vector<std::string> ids{
    create(*http, campaign_of(contacts, 3, 60)), create(*http, campaign_of(contacts, 3, 60))};
  for (const auto& id : ids)
    act(*http, id, "start");
  wait_until(*http, ids[0], [](const json& campaign) { return campaign.at("calls_attempted") >= 60; });
  const auto answer = http->post("/v1/dnc", entries(0, listed).dump());
  REQUIRE(answer.status == 200);
  server->kill();
  server = std::make_unique<server_process>(directory, with);
  http = std::make_unique<client>(server->port());
  // People who said so in a call may be on it already.
  CHECK(answer.json().at("added").get<std::uint64_t>() + answer.json().at("updated").get<std::uint64_t>() == listed);
  for (std::uint64_t i = 0; i < listed; i += 17)
    CHECK(http->get(entry_of(phone_number(i))).status == 200);
  std::vector<std::vector<json>> then;
  for (const auto& id : ids)
    then.push_back(contacts_of(*http, id));
  std::uint64_t spared = 0;
  for (std::size_t n = 0; n < ids.size(); ++n) {
    wait_for_status(*http, ids[n], "completed");
    const auto now = contacts_of(*http, ids[n]);
    for (std::uint64_t i = 0; i < listed; ++i) {
      REQUIRE(now[i].at("attempts") == then[n][i].at("attempts"));
      spared += now[i].at("status") == "removed" ? 1 : 0;
      REQUIRE((now[i].at("status") == "removed") == (now[i].at("attempts") == 0));
    }
    for (std::uint64_t i = listed; i < contacts; ++i)
      REQUIRE((now[i].at("status") == "done" || http->get(entry_of(phone_number(i))).status == 200));
  }
  CHECK(spared > 0);
  CHECK(server->stop() == 0);
}

TEST_CASE("who says in a call not to be called again is on the list, also after kill -9, and no campaign dials them") {
  scratch_directory directory;
  auto with = accelerated(600, 50);
  with.emplace_back(R"(gateway.simulator.overrides=[{ suffix = "1", outcome = "answered", disposition = "dnd" }])");
  auto server = std::make_unique<server_process>(directory, with);
  auto http = std::make_unique<client>(server->port());
  const auto first = create(*http, campaign_of(20, 1));
  act(*http, first, "start");
  const auto asked = wait_for_status(*http, first, "completed").at("dispositions").at("dnd").get<std::uint64_t>();
  CHECK(asked >= 2);
  server->kill();
  server = std::make_unique<server_process>(directory, with);
  http = std::make_unique<client>(server->port());
  const auto list = http->get("/v1/dnc").json();
  CHECK(list.at("total") == asked);
  for (const auto& each : list.at("data")) {
    CHECK(each.at("reason") == "disposition dnd");
    CHECK(each.at("source") == first);
  }
  const auto second = create(*http, campaign_of(20, 1));
  act(*http, second, "start");
  const auto ended = wait_for_status(*http, second, "completed");
  CHECK(ended.at("contacts").at("removed") == asked);
  CHECK(ended.at("calls_attempted") == 20 - asked);
  CHECK(server->stop() == 0);
}
