/// Contacts that are added to a campaign.
#include "campaigns.hpp"

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

namespace {

std::string csv_of(std::uint64_t first, std::uint64_t count) {
  std::string rows = "name,phone,city\r\n";
  for (auto i = first; i < first + count; ++i)
    rows += "Contact " + std::to_string(i) + "," + phone_number(i) + ",\"Pune, MH\"\r\n";
  return rows;
}

reply add(client& http, const std::string& id, const std::string& body, const std::string& type,
  const std::string& query = {}) {
  return http.request(verb::post, "/v1/campaigns/" + id + "/contacts" + query, body, {{"Content-Type", type}});
}

std::string head_of(const std::string& id, std::size_t length) {
  return "POST /v1/campaigns/" + id + "/contacts HTTP/1.1\r\nHost: localhost\r\n" + authorization
         + "Content-Type: text/csv\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

} // namespace

TEST_CASE("contacts that are added are called like any other, those taken off before are not") {
  scratch_directory directory;
  server_process server{directory, accelerated(1200, 25)};
  client http{server.port()};
  const auto id = create(http, campaign_of(50, 2, 240));
  CHECK(http.del("/v1/campaigns/" + id + "/contacts", json{{"phones", {phone_number(3)}}}.dump()).status == 200);
  act(http, id, "start");
  auto added = add(http, id, csv_of(0, 100), "text/csv");
  REQUIRE(added.status == 200);
  CHECK(added.json().at("added") == 50);
  CHECK(added.json().at("duplicates_skipped") == 50);
  CHECK(added.json().at("total_contacts") == 100);
  added = add(http, id, json::array({{{"phone", phone_number(100)}, {"name", "N"}}}).dump(), "application/json");
  CHECK(added.json().at("added") == 1);
  added = add(http, id, json{{"phone", phone_number(101)}, {"name", "N"}}.dump() + "\n{}\n", "application/x-ndjson",
    "?on_invalid=skip");
  CHECK(added.json().at("added") == 1);
  CHECK(added.json().at("invalid_skipped") == 1);
  const auto ended = wait_for_status(http, id, "completed");
  CHECK(ended.at("total_contacts") == 102);
  CHECK(ended.at("contacts").at("removed") == 1);
  for (const auto& contact : contacts_of(http, id)) {
    if (contact.at("phone") == phone_number(3))
      CHECK(contact.at("calls").empty());
    else
      CHECK(difference(contact, 2) == "");
  }
  const auto late = add(http, id, csv_of(200, 1), "text/csv");
  CHECK(late.status == 409);
  CHECK(late.json().at("code") == "campaign_ended");
  CHECK(late.json().at("current_status") == "completed");
  CHECK(server.stop() == 0);
}

TEST_CASE("kill -9 in the middle of an addition of 200,000 rows: all of them are there afterwards, or none") {
  constexpr std::uint64_t rows = 200'000;
  scratch_directory directory;
  const auto body = csv_of(10, rows);
  std::string id;
  {
    server_process server{directory, accelerated(1, 10)};
    client http{server.port()};
    id = create(http, campaign_of(10));
    CHECK(server.stop() == 0);
  }
  // How much of the body is sent before the kill; with the last ones the server has it all, and is on its way with it.
  std::uint64_t total = 10;
  for (const auto part : {0.1, 0.6, 1.0, 1.0, 1.0}) {
    server_process server{directory, accelerated(1, 10)};
    raw_socket socket{server.port()};
    REQUIRE(socket.send(head_of(id, body.size())));
    // Had it been added before, it is a body of duplicates now; that is well too.
    socket.send(std::string_view{body}.substr(0, static_cast<std::size_t>(static_cast<double>(body.size()) * part)));
    server.kill();
    server_process again{directory, accelerated(1, 10)};
    client http{again.port()};
    const auto after = show(http, id).at("total_contacts").get<std::uint64_t>();
    CAPTURE(part, after);
    CHECK((after == total || after == rows + 10));
    total = after;
    const auto page = http.get("/v1/campaigns/" + id + "/contacts?limit=1&offset=" + std::to_string(total - 1)).json();
    CHECK(page.at("total") == total);
    REQUIRE(page.at("data").size() == 1);
    CHECK(page.at("data").at(0).at("phone") == phone_number(total - 1));
    CHECK(http.get("/v1/campaigns/" + id + "/contacts/" + phone_number(100)).status == (total == 10 ? 404 : 200));
    CHECK(again.stop() == 0);
  }
  {
    server_process server{directory, accelerated(1, 10)};
    client http{server.port()};
    const auto answer = add(http, id, body, "text/csv");
    REQUIRE(answer.status == 200);
    CHECK(answer.json().at("total_contacts") == rows + 10);
    CHECK(answer.json().at("added") == rows + 10 - total);
    const auto last = http.get("/v1/campaigns/" + id + "/contacts?limit=1&offset=" + std::to_string(rows + 9)).json();
    CHECK(last.at("data").at(0).at("phone") == phone_number(rows + 9));
    CHECK(last.at("data").at(0).at("fields").at("city") == "Pune, MH");
    CHECK(server.stop() == 0);
  }
  process verify{directory.path(), {"verify", "--data-dir", (directory.path() / "data").string()}};
  const auto status = verify.wait();
  INFO(verify.out() + verify.err());
  CHECK(status == 0);
}

TEST_CASE("1,000,000 rows of CSV in one request, one of them invalid, in bounded memory") {
  constexpr std::uint64_t rows = sanitized ? 100'000 : 1'000'000;
  scratch_directory directory;
  server_process server{directory, accelerated(1, 10)};
  client http{server.port()};
  const auto id = create(http, campaign_of(1000));
  auto body = csv_of(1000, rows - 1);
  body += "Nobody,12,x\n";
  const auto rejected = add(http, id, body, "text/csv");
  CHECK(rejected.status == 422);
  CHECK(rejected.json().at("error_count") == 1);
  CHECK(rejected.json().at("errors").at(0).at("line") == rows + 1);
  CHECK(show(http, id).at("total_contacts") == 1000);
  const auto answer = add(http, id, body, "text/csv", "?on_invalid=skip");
  INFO(answer.body.substr(0, 500));
  REQUIRE(answer.status == 200);
  CHECK(answer.json().at("added") == rows - 1);
  CHECK(answer.json().at("invalid_skipped") == 1);
  CHECK(answer.json().at("total_contacts") == rows + 999);
  const auto last = http.get("/v1/campaigns/" + id + "/contacts?limit=1&offset=" + std::to_string(rows + 998)).json();
  CHECK(last.at("data").at(0).at("phone") == phone_number(rows + 998));
  if (!sanitized) {
    // An empty process takes some 30 MiB, RocksDB's caches and buffers up to 64 more, the list and its index 30; the
    // body is 45 MiB, and its contacts several times as much.
    CHECK(server.memory_kib("VmHWM") < 200 * 1024);
  }
  CHECK(server.stop() == 0);
}
