/// kill -9 in the middle of a campaign, and again, and again.
#include "campaigns.hpp"

#include <csignal>

#include <memory>
#include <set>

using namespace redial;
using namespace redial::e2e;
using nlohmann::json;

namespace {

constexpr unsigned contacts = 1000;
constexpr unsigned attempts = 3;

/// @returns what is wrong with a contact of whose last call nobody can tell, or nothing.
std::string difference_before_unknown(const json& contact) {
  const auto planned = fate_of(contact.at("phone").get<std::string>(), attempts);
  const auto& calls = contact.at("calls");
  bool same = contact.at("status") == "done" && contact.at("disposition") == "unknown"
              && contact.at("attempts") == calls.size() && calls.size() <= planned.calls.size();
  for (std::size_t i = 0; same && i < calls.size(); ++i) {
    const bool last = i + 1 == calls.size();
    same = calls[i].at("attempt") == i + 1
           && calls[i].at("outcome") == (last ? "unknown" : to_string(planned.calls[i].outcome))
           && calls[i].at("disposition") == (last ? json("unknown") : json(nullptr));
  }
  return same ? "" : "not what a crash leaves: " + contact.dump();
}

/// @returns whether one of the contact's calls is unknown.
bool has_unknown(const json& contact) {
  for (const auto& call : contact.at("calls")) {
    if (call.at("outcome") == "unknown")
      return true;
  }
  return false;
}

} // namespace

TEST_CASE("three kill -9 lose nothing and call nobody twice") {
  // Few lines, so that calls are in progress for most of the time.
  const auto with = accelerated(1200, 25);
  scratch_directory calm_directory;
  server_process calm{calm_directory, with};
  client calm_http{calm.port()};
  const auto calm_id = create(calm_http, campaign_of(contacts, attempts, 60));
  act(calm_http, calm_id, "start");

  scratch_directory directory;
  auto server = std::make_unique<server_process>(directory, with);
  auto http = std::make_unique<client>(server->port());
  const auto id = create(*http, campaign_of(contacts, attempts, 60));
  act(*http, id, "start");
  for (const unsigned attempted : {150U, 1050U, 1450U}) {
    const auto before = wait_until(*http, id, [&](const json& campaign) {
      REQUIRE(campaign.at("status") == "running");
      return campaign.at("calls_attempted") >= attempted && campaign.at("contacts").at("in_progress") > 0;
    });
    server->kill();
    server = std::make_unique<server_process>(directory, with);
    http = std::make_unique<client>(server->port());
    const auto after = show(*http, id);
    CHECK(after.at("status") == "running");
    CHECK(after.at("calls_attempted") >= before.at("calls_attempted"));
    CHECK(after.at("calls_connected") >= before.at("calls_connected"));
    CHECK(after.at("contacts").at("done") >= before.at("contacts").at("done"));
  }
  const auto ended = wait_for_status(*http, id, "completed");

  auto expected = planned_totals(contacts, attempts);
  CHECK(shown_totals(wait_for_status(calm_http, calm_id, "completed")) == expected);

  const auto list = contacts_of(*http, id);
  REQUIRE(list.size() == contacts);
  std::set<std::string> ids;
  std::uint64_t calls = 0;
  for (const auto& contact : list) {
    std::set<unsigned> numbers;
    for (const auto& call : contact.at("calls")) {
      ids.insert(call.at("id").get<std::string>());
      numbers.insert(call.at("attempt").get<unsigned>());
    }
    calls += contact.at("calls").size();
    REQUIRE(numbers.size() == contact.at("calls").size());
    REQUIRE(contact.at("attempts") <= attempts);
    if (!has_unknown(contact)) {
      REQUIRE(difference(contact, attempts) == "");
      continue;
    }
    REQUIRE(difference_before_unknown(contact) == "");
    // What was planned for it does not come to pass; what did, is counted.
    const auto planned = fate_of(contact.at("phone").get<std::string>(), attempts);
    expected.attempted -= planned.calls.size() - contact.at("calls").size();
    expected.connected -= planned.calls.back().outcome == call_outcome::answered ? 1 : 0;
    expected.connected += contact.at("calls").back().at("answered_at").is_null() ? 0 : 1;
    if (--expected.dispositions[planned.disposition] == 0)
      expected.dispositions.erase(planned.disposition);
    ++expected.dispositions["unknown"];
  }
  CHECK(ids.size() == calls);
  CHECK(calls == ended.at("calls_attempted"));
  CHECK(shown_totals(ended) == expected);
  // The first kill met all lines busy.
  CHECK(expected.dispositions["unknown"] > 0);
  CHECK(expected.dispositions["unknown"] <= 3 * 25);
  CHECK(server->stop() == 0);
  CHECK(calm.stop() == 0);
}
