/// What was answered is kept, and what was not finished leaves nothing.
#include "campaigns.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

namespace {

/// Creates campaigns of 1 to 60 contacts until the server is gone. @returns how many contacts each answered one has.
std::map<std::string, std::uint64_t> create_until_gone(std::uint16_t port, std::atomic<unsigned>& created) {
  std::map<std::string, std::uint64_t> acknowledged;
  try {
    client http{port};
    for (std::uint64_t size = 1;; size = size % 60 + 1) {
      const auto answer = http.post("/v1/campaigns", campaign_of(size).dump());
      if (answer.status != 201)
        continue; // too many uploads at once
      acknowledged.emplace(answer.json().at("id").get<std::string>(), size);
      ++created;
    }
  } catch (const boost::system::system_error&) {
    return acknowledged;
  }
}

/// The head and `sent` bytes of a body that claims to be longer.
struct half_request {
  std::string head;
  std::string body;
};
half_request half_of(std::uint64_t contacts) {
  auto body = campaign_of(contacts).dump();
  auto head = "POST /v1/campaigns HTTP/1.1\r\nHost: localhost\r\n" + authorization
              + "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  body.resize(body.size() - 100);
  return {std::move(head), std::move(body)};
}

} // namespace

TEST_CASE("every campaign that was acknowledged before a kill -9 is there after it, with all its contacts") {
  scratch_directory directory;
  const auto with = accelerated(1, 10);
  std::optional<server_process> server{std::in_place, directory, with};
  const auto port = server->port();
  std::atomic<unsigned> created = 0;
  std::mutex mutex;
  std::map<std::string, std::uint64_t> acknowledged;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      auto mine = create_until_gone(port, created);
      std::lock_guard lock{mutex};
      acknowledged.merge(mine);
    });
  // A failed check must not leave threads behind: they end when the server does.
  const auto until = std::chrono::steady_clock::now() + patience;
  while (created < 150 && std::chrono::steady_clock::now() < until)
    std::this_thread::yield();
  server->kill();
  for (auto& each : threads)
    each.join();
  REQUIRE(acknowledged.size() >= 150);

  server.reset();
  server.emplace(directory, with);
  client http{server->port()};
  std::map<std::string, std::uint64_t> there;
  for (bool more = true; more;) {
    const auto page = http.get("/v1/campaigns?limit=100&offset=" + std::to_string(there.size())).json();
    for (const auto& campaign : page.at("data"))
      there.emplace(campaign.at("id").get<std::string>(), campaign.at("total_contacts").get<std::uint64_t>());
    more = !page.at("data").empty() && there.size() < page.at("total").get<std::size_t>();
  }
  // At most what was under way may be there besides.
  CHECK(there.size() <= acknowledged.size() + 3);
  for (const auto& [id, size] : acknowledged) {
    REQUIRE(there.count(id) == 1);
    REQUIRE(there[id] == size);
    const auto last = http.get("/v1/campaigns/" + id + "/contacts/" + phone_number(size - 1));
    REQUIRE(last.status == 200);
    const auto page = http.get("/v1/campaigns/" + id + "/contacts?limit=1").json();
    REQUIRE(page.at("total") == size);
  }
}

TEST_CASE("a campaign that is cut off half way, or killed half way, leaves nothing") {
  scratch_directory directory;
  const auto with = accelerated(600, 10);
  std::optional<server_process> server{std::in_place, directory, with};
  const auto half = half_of(120'000);
  {
    raw_socket sender{server->port()};
    REQUIRE(sender.send(half.head));
    // More than any socket holds: so most of it has been read, and staged.
    REQUIRE(half.body.size() > 6'000'000);
    REQUIRE(sender.send(half.body));
    sender.close();
  }
  {
    // One that closes only its own direction learns why nothing came of it.
    raw_socket sender{server->port()};
    REQUIRE(sender.send(half.head));
    REQUIRE(sender.send(half.body));
    sender.finish();
    const auto answer = sender.receive_all();
    REQUIRE(answer);
    CHECK(parse_reply(*answer).status == 400);
    CHECK(parse_reply(*answer).json().at("code") == "incomplete_request");
  }
  const auto kept = [&] {
    client http{server->port()};
    CHECK(count_campaigns(http) == 0);
    return create(http, campaign_of(7));
  }();
  raw_socket sender{server->port()};
  REQUIRE(sender.send(half.head));
  REQUIRE(sender.send(half.body));
  server->kill();
  server.reset();
  server.emplace(directory, with);

  client http{server->port()};
  CHECK(count_campaigns(http) == 1);
  CHECK(contacts_of(http, kept).size() == 7);
  // What is created now takes nothing over from what was cut.
  const auto next = create(http, campaign_of(5, 1, 60, 500'000));
  const auto list = contacts_of(http, next);
  REQUIRE(list.size() == 5);
  CHECK(list.front().at("phone") == phone_number(500'000));
  CHECK(http.get("/v1/campaigns/" + next + "/contacts/" + phone_number(1)).status == 404);
  act(http, next, "start");
  CHECK(wait_for_status(http, next, "completed").at("calls_attempted") == 5);
}
