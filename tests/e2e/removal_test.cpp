/// DELETE …/contacts, most of it against a campaign that dials as fast as it can.
#include "campaigns.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

namespace {

struct chunk {
  std::uint64_t first = 0;
  std::uint64_t removed = 0;
  std::uint64_t already_called = 0;
  std::vector<json> seen; ///< some of its contacts, just after the answer
};

constexpr std::uint64_t contacts = 24'000;
constexpr std::uint64_t chunk_size = 100;
constexpr unsigned deleters = 4;

/// Deletes its share of the list from the end on, and looks at some contacts after each answer. @returns what went
/// wrong.
std::string delete_share(std::uint16_t port, const std::string& id, unsigned share, std::vector<chunk>& done) {
  client http{port};
  const auto path = "/v1/campaigns/" + id + "/contacts";
  for (auto number = contacts / chunk_size; number-- > 0;) {
    if (number % deleters != share)
      continue;
    chunk one;
    one.first = number * chunk_size;
    json phones = json::array();
    for (std::uint64_t i = 0; i < chunk_size; ++i)
      phones.push_back(phone_number(one.first + i));
    const auto answer = http.del(path, json{{"phones", phones}}.dump());
    if (answer.status == 409 && answer.json().at("code") == "campaign_ended")
      return {};
    if (answer.status != 200)
      return "DELETE: " + std::to_string(answer.status) + " " + answer.body;
    const auto summary = answer.json();
    one.removed = summary.at("removed").get<std::uint64_t>();
    one.already_called = summary.at("already_called").get<std::uint64_t>();
    if (one.removed + one.already_called != chunk_size || summary.at("not_found") != 0)
      return "a removal that does not add up: " + answer.body;
    for (std::uint64_t i = 0; i < chunk_size; i += 9)
      one.seen.push_back(http.get(path + "/" + phone_number(one.first + i)).json());
    done.push_back(std::move(one));
  }
  return {};
}

/// Pauses and resumes until the campaign has ended. @returns what went wrong.
std::string toggle(std::uint16_t port, const std::string& id, const std::atomic<bool>& enough) {
  client http{port};
  for (const auto* action = "pause"; !enough; action = action == std::string{"pause"} ? "resume" : "pause") {
    const auto answer = http.patch("/v1/campaigns/" + id, json{{"action", action}}.dump());
    if (answer.status == 409 && answer.json().at("legal_actions").empty())
      return {}; // it has ended
    if (answer.status != 200)
      return std::string{action} + ": " + std::to_string(answer.status) + " " + answer.body;
    const auto campaign = answer.json();
    const auto& c = campaign.at("contacts");
    std::uint64_t sum = 0;
    for (const auto& count : c)
      sum += count.get<std::uint64_t>();
    if (sum != contacts)
      return "counters that do not belong together: " + answer.body;
  }
  return {};
}

} // namespace

TEST_CASE("DELETE at full speed: whom an answer calls removed is never dialed, whom it cancels never again") {
  scratch_directory directory;
  auto with = accelerated(60, 500);
  with.emplace_back("gateway.simulator.instant=true");
  with.emplace_back("http.threads=2");
  server_process server{directory, with};
  client http{server.port()};
  const auto id = create(http, campaign_of(contacts, 3, 1));

  std::atomic<bool> enough = false;
  std::vector<std::vector<chunk>> done(deleters);
  std::vector<std::string> faults(deleters + 1);
  std::vector<std::thread> threads;
  act(http, id, "start");
  for (unsigned i = 0; i < deleters; ++i)
    threads.emplace_back([&, i] {
      try {
        faults[i] = delete_share(server.port(), id, i, done[i]);
      } catch (const std::exception& e) {
        faults[i] = e.what();
      }
    });
  std::thread toggler{[&] {
    try {
      faults[deleters] = toggle(server.port(), id, enough);
    } catch (const std::exception& e) {
      faults[deleters] = e.what();
    }
  }};
  for (auto& each : threads)
    each.join();
  enough = true;
  toggler.join();
  for (const auto& each : faults)
    CHECK(each == "");
  if (show(http, id).at("status") == "paused")
    act(http, id, "resume");
  const auto ended = wait_for_status(http, id, "completed");

  std::uint64_t removed = 0;
  std::uint64_t called = 0;
  const auto list = contacts_of(http, id);
  REQUIRE(list.size() == contacts);
  for (const auto& share : done) {
    for (const auto& one : share) {
      removed += one.removed;
      called += one.already_called;
      const auto begin = list.begin() + static_cast<std::ptrdiff_t>(one.first);
      const auto is_removed = [](const json& contact) { return contact.at("status") == "removed"; };
      REQUIRE(static_cast<std::uint64_t>(std::count_if(begin, begin + chunk_size, is_removed)) == one.removed);
      for (const auto& seen : one.seen) {
        const auto number = seen.at("fields").at("row").get<std::uint64_t>();
        REQUIRE(list[number].at("attempts") == seen.at("attempts"));
      }
    }
  }
  CHECK(removed > 0);
  CHECK(called > 0);
  CHECK(ended.at("contacts").at("removed") == removed);
  CHECK(ended.at("contacts").at("done") == contacts - removed);
  std::uint64_t calls = 0;
  for (const auto& contact : list) {
    calls += contact.at("calls").size();
    if (contact.at("status") != "removed")
      continue;
    REQUIRE(contact.at("calls").empty());
    REQUIRE(contact.at("attempts") == 0);
    REQUIRE(contact.at("disposition").is_null());
  }
  CHECK(calls == ended.at("calls_attempted"));
}

TEST_CASE("DELETE tells the removed, the called, the unknown and the cancelled apart, by body and by query") {
  scratch_directory directory;
  // One contact is called, in vain, and waits for its retry for a week.
  auto with = accelerated(60, 10);
  with.emplace_back("gateway.simulator.instant=true");
  with.emplace_back(R"(gateway.simulator.overrides=[{ suffix = "0", outcome = "busy" }])");
  server_process server{directory, with};
  client http{server.port()};
  auto body = campaign_of(1, 2, 10'080);
  const auto id = create(http, body);
  const auto path = "/v1/campaigns/" + id + "/contacts";
  act(http, id, "start");
  wait_until(http, id, [](const json& campaign) { return campaign.at("contacts").at("waiting_retry") == 1; });
  const auto none = http.del(path, R"({"phones": ["+911234567"]})").json();
  CHECK(none == json{{"removed", 0}, {"already_called", 0}, {"not_found", 1}, {"retries_cancelled", 0}});
  const auto called = http.del(path + "?phones=%2B" + phone_number(0).substr(1) + "&phones=%2B911234567").json();
  CHECK(called == json{{"removed", 0}, {"already_called", 1}, {"not_found", 1}, {"retries_cancelled", 1}});
  CHECK(wait_for_status(http, id, "completed").at("dispositions") == json{{"not_reachable", 1}});

  const auto second = create(http, campaign_of(3));
  const auto other = "/v1/campaigns/" + second + "/contacts";
  const auto twice = json{{"phones", {phone_number(1), phone_number(1)}}}.dump();
  CHECK(http.del(other, twice).json()
        == json{{"removed", 1}, {"already_called", 0}, {"not_found", 1}, {"retries_cancelled", 0}});
  const auto shown = show(http, second);
  CHECK(shown.at("total_contacts") == 3); // removed ones included
  CHECK(shown.at("contacts").at("removed") == 1);
  act(http, second, "start");
  CHECK(wait_for_status(http, second, "completed").at("calls_attempted") == 2);
}
