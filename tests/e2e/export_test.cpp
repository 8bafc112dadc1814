/// A campaign read as a whole, in both forms, while it runs and after.
#include "campaigns.hpp"

#include "tests/http/raw_client.hpp"

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;
using test::raw_client;
using test::request_text;

namespace {

std::vector<std::string> lines_of(const std::string& text, const std::string& end) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto stop = text.find(end, at);
    REQUIRE(stop != std::string::npos);
    lines.push_back(text.substr(at, stop - at));
    at = stop + end.size();
  }
  return lines;
}

std::uint64_t count_calls(const std::vector<std::string>& ndjson) {
  std::uint64_t calls = 0;
  for (const auto& line : ndjson)
    calls += json::parse(line).at("calls").size();
  return calls;
}

} // namespace

TEST_CASE("an export tells every contact as it is shown, and every call") {
  scratch_directory directory;
  server_process server{directory, accelerated(3600, 200)};
  client http{server.port()};
  constexpr std::uint64_t contacts = 3000;
  const auto id = create(http, campaign_of(contacts, 3, 10));
  const auto path = "/v1/campaigns/" + id + "/export";
  act(http, id, "start");
  // While calls are made, each line is a contact as it was at one instant.
  for (bool completed = false; !completed;) {
    completed = show(http, id).at("status") == "completed";
    const auto running = http.get(path + "?format=ndjson");
    REQUIRE(running.status == 200);
    const auto lines = lines_of(running.body, "\n");
    REQUIRE(lines.size() == contacts);
    for (std::uint64_t i = 0; i < contacts; ++i) {
      const auto contact = json::parse(lines[i]);
      REQUIRE(contact.at("phone") == phone_number(i));
      REQUIRE(contact.at("calls").size() == contact.at("attempts"));
    }
  }
  const auto total = show(http, id);
  const auto lines = lines_of(http.get(path + "?format=ndjson").body, "\n");
  const auto shown = contacts_of(http, id);
  REQUIRE(lines.size() == shown.size());
  for (std::size_t i = 0; i < lines.size(); ++i)
    REQUIRE(json::parse(lines[i]) == shown[i]);
  CHECK(count_calls(lines) == total.at("calls_attempted"));

  const auto csv = http.get(path);
  REQUIRE(csv.status == 200);
  CHECK(csv.header("Content-Disposition") == "attachment; filename=\"" + id + "-contacts.csv\"");
  const auto rows = lines_of(csv.body, "\r\n");
  CHECK(rows.size() == 1 + total.at("calls_attempted").get<std::uint64_t>()); // nobody is left without a call
  std::uint64_t connected = 0;
  for (const auto& row : rows)
    connected += row.find(",completed,answered,") != std::string::npos ? 1U : 0U;
  CHECK(connected == total.at("calls_connected"));
  CHECK(server.stop() == 0);
}

TEST_CASE("no more exports at once than are allowed, a stop ends those that are not read, and memory is bounded") {
  scratch_directory directory;
  auto with = accelerated(1, 10);
  with.emplace_back("http.max_exports=2");
  server_process server{directory, with};
  client http{server.port()};
  auto campaign = campaign_of(50'000);
  for (auto& contact : campaign.at("contacts"))
    contact["note"] = std::string(1000, 'n');
  const auto id = create(http, campaign);
  const auto path = "/v1/campaigns/" + id + "/export";
  const auto before = server.memory_kib("VmHWM");
  raw_client first{server.port(), 64 * 1024};
  raw_client second{server.port(), 64 * 1024};
  for (auto* each : {&first, &second}) {
    each->send(request_text("GET", path, {}, authorization));
    CHECK_THAT(each->receive_head(), Catch::StartsWith("HTTP/1.1 200"));
  }
  const auto refused = http.get(path);
  CHECK(refused.status == 503);
  CHECK(!refused.header("Retry-After").empty());
  second.close();
  std::string body;
  eventually("there is room for another", [&] {
    auto third = http.get(path + "?format=ndjson");
    body = std::move(third.body);
    return third.status == 200;
  });
  CHECK(lines_of(body, "\n").size() == 50'000);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(server.memory_kib("VmHWM") < before + 40 * 1024); // of 55 MB, twice; the block cache is 16
#endif
  static_cast<void>(before);
  CHECK(server.stop() == 0); // the first one still waits for its reader
}
