/// A list that is too long to be held in memory twice.
#include "campaigns.hpp"

using namespace redial;
using namespace redial::e2e;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

TEST_CASE("200,000 contacts in one POST, every tenth a duplicate") {
  constexpr std::uint64_t rows = 200'000;
  scratch_directory directory;
  server_process server{directory, accelerated(1, 10)};
  client http{server.port()};
  std::string body = R"({"name":"Bulk","script_id":"s","language":"en","contacts":[)";
  for (std::uint64_t i = 0; i < rows; ++i) {
    const auto number = i % 10 == 9 ? i - 9 : i;
    body += (i == 0 ? "" : ",") + (R"({"phone":")" + phone_number(number)) + R"(","name":"Contact )" + std::to_string(i)
            + R"(","city":"Pune","balance":)" + std::to_string(i) + R"(,"tags":["a","b"],"note":")"
            + std::string(100, 'n') + "\"}";
  }
  body += "]}";
  REQUIRE(body.size() > 35'000'000);
  const auto answer = http.post("/v1/campaigns", body);
  INFO(answer.body.substr(0, 500));
  REQUIRE(answer.status == 201);
  const auto created = answer.json();
  CHECK(created.at("total_contacts") == rows - rows / 10);
  CHECK(created.at("duplicates_skipped") == rows / 10);
  const auto id = created.at("id").get<std::string>();
  const auto last =
    http.get("/v1/campaigns/" + id + "/contacts?limit=1&offset=" + std::to_string(rows - rows / 10 - 1)).json();
  CHECK(last.at("total") == rows - rows / 10);
  CHECK(last.at("data").at(0).at("phone") == phone_number(rows - 2));
  // The first of two wins.
  const auto first = http.get("/v1/campaigns/" + id + "/contacts/" + phone_number(0)).json();
  CHECK(first.at("name") == "Contact 0");
  if (!sanitized) {
    // An empty process takes some 30 MiB, RocksDB's caches and buffers up to 64 more; a body that is held whole, and
    // parsed to a document, would be over the mark several times.
    CHECK(server.memory_kib("VmHWM") < 160 * 1024);
  }
  CHECK(server.stop() == 0);
}
