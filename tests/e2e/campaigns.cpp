#include "campaigns.hpp"

#include <thread>

namespace redial::e2e {

using nlohmann::json;

settings accelerated(double speed, unsigned lines) {
  return {"clock.speed=" + std::to_string(speed), "lines.calls_per_second=0",
    "lines.max_concurrent_calls=" + std::to_string(lines), "gateway.simulator.seed=7"};
}

telephony::simulator_options simulator() {
  telephony::simulator_options options;
  options.seed = 7;
  return options;
}

std::string phone_number(std::uint64_t i) { return "+" + std::to_string(919'000'000'000 + i); }

json campaign_of(std::uint64_t contacts, unsigned max_attempts, int retry_interval_minutes, std::uint64_t first) {
  json list = json::array();
  for (std::uint64_t i = 0; i < contacts; ++i)
    list.push_back({{"phone", phone_number(first + i)}, {"name", "Contact " + std::to_string(i)}, {"row", i}});
  return {{"name", "End to end"}, {"script_id", "greeting"}, {"language", "hi-IN"}, {"contacts", std::move(list)},
    {"max_attempts", max_attempts}, {"retry_interval_minutes", retry_interval_minutes}};
}

std::string create(client& http, const json& campaign) {
  const auto answer = http.post("/v1/campaigns", campaign.dump());
  INFO(answer.body.substr(0, 1000));
  REQUIRE(answer.status == 201);
  const auto created = answer.json();
  const auto id = created.at("id").get<std::string>();
  CHECK(answer.header("Location") == "/v1/campaigns/" + id);
  CHECK(created.at("status") == "scheduled");
  CHECK(created.at("total_contacts").get<std::uint64_t>() + created.at("duplicates_skipped").get<std::uint64_t>()
        == campaign.at("contacts").size());
  return id;
}

json act(client& http, const std::string& id, const std::string& action) {
  const auto answer = http.patch("/v1/campaigns/" + id, json{{"action", action}}.dump());
  INFO(action << ": " << answer.body);
  REQUIRE(answer.status == 200);
  return answer.json();
}

json show(client& http, const std::string& id) {
  const auto answer = http.get("/v1/campaigns/" + id);
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  auto campaign = answer.json();
  const auto& c = campaign.at("contacts");
  const auto sum = c.at("pending").get<std::uint64_t>() + c.at("in_progress").get<std::uint64_t>()
                   + c.at("waiting_retry").get<std::uint64_t>() + c.at("done").get<std::uint64_t>()
                   + c.at("removed").get<std::uint64_t>();
  REQUIRE(campaign.at("total_contacts") == sum);
  std::uint64_t disposed = 0;
  for (const auto& count : campaign.at("dispositions"))
    disposed += count.get<std::uint64_t>();
  REQUIRE(c.at("done") == disposed);
  return campaign;
}

void eventually(const std::string& what, const std::function<bool()>& wished) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!wished()) {
    if (std::chrono::steady_clock::now() > until)
      FAIL("waited in vain for this: " << what);
    std::this_thread::sleep_for(milliseconds{3});
  }
}

json wait_until(client& http, const std::string& id, const std::function<bool(const json&)>& wished) {
  json campaign;
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    campaign = show(http, id);
    if (wished(campaign))
      return campaign;
    if (std::chrono::steady_clock::now() > until)
      FAIL("the campaign does not become what it should: " << campaign.dump());
    std::this_thread::sleep_for(milliseconds{3});
  }
}

json wait_for_status(client& http, const std::string& id, const std::string& status) {
  return wait_until(http, id, [&](const json& campaign) { return campaign.at("status") == status; });
}

std::vector<json> contacts_of(client& http, const std::string& id, const std::string& status) {
  std::vector<json> all;
  for (;;) {
    const auto answer = http.get("/v1/campaigns/" + id + "/contacts?limit=100&offset=" + std::to_string(all.size())
                                 + (status.empty() ? "" : "&status=" + status));
    INFO(answer.body.substr(0, 1000));
    REQUIRE(answer.status == 200);
    auto page = answer.json();
    for (auto& each : page.at("data"))
      all.push_back(std::move(each));
    if (page.at("data").empty() || all.size() >= page.at("total").get<std::size_t>())
      return all;
  }
}

time_point virtual_now(client& http) {
  const auto answer = http.post("/v1/campaigns", campaign_of(0).dump());
  REQUIRE(answer.status == 201);
  const auto at = parse_rfc3339(answer.json().at("created_at").get<std::string>());
  REQUIRE(at);
  return *at;
}

std::uint64_t count_campaigns(client& http) {
  const auto answer = http.get("/v1/campaigns?limit=1");
  REQUIRE(answer.status == 200);
  return answer.json().at("total").get<std::uint64_t>();
}

fate fate_of(const std::string& number, unsigned max_attempts) {
  const auto options = simulator();
  const auto dialed = phone::parse(number).value();
  fate result{{}, "not_reachable"};
  for (unsigned attempt = 1; attempt <= max_attempts; ++attempt) {
    result.calls.push_back(telephony::plan_call(options, dialed, static_cast<std::uint8_t>(attempt)));
    const auto& call = result.calls.back();
    if (call.outcome == call_outcome::answered)
      result.disposition = call.disposition;
    if (call.outcome == call_outcome::answered || call.outcome == call_outcome::invalid_number)
      break;
  }
  return result;
}

totals planned_totals(std::uint64_t contacts, unsigned max_attempts) {
  totals sum;
  for (std::uint64_t i = 0; i < contacts; ++i) {
    const auto one = fate_of(phone_number(i), max_attempts);
    sum.attempted += one.calls.size();
    sum.connected += one.calls.back().outcome == call_outcome::answered ? 1 : 0;
    ++sum.dispositions[one.disposition];
  }
  return sum;
}

totals shown_totals(const json& campaign) {
  return {campaign.at("calls_attempted").get<std::uint64_t>(), campaign.at("calls_connected").get<std::uint64_t>(),
    campaign.at("dispositions").get<std::map<std::string, std::uint64_t>>()};
}

std::string difference(const json& contact, unsigned max_attempts) {
  const auto planned = fate_of(contact.at("phone").get<std::string>(), max_attempts);
  json wanted = json::array();
  for (std::size_t i = 0; i < planned.calls.size(); ++i) {
    const bool last = i + 1 == planned.calls.size();
    const auto& call = planned.calls[i];
    wanted.push_back({{"attempt", i + 1}, {"outcome", std::string{to_string(call.outcome)}},
      {"disposition", last ? json(planned.disposition) : json(nullptr)},
      {"status", call.outcome == call_outcome::answered ? "completed" : "failed"},
      {"duration_seconds", call.talk.count() / 1000}});
  }
  json seen = json::array();
  for (const auto& call : contact.at("calls")) {
    json part = json::object();
    for (const auto* member : {"attempt", "outcome", "disposition", "status", "duration_seconds"})
      part[member] = call.at(member);
    seen.push_back(std::move(part));
  }
  const bool same = seen == wanted && contact.at("status") == "done" && contact.at("disposition") == planned.disposition
                    && contact.at("attempts") == planned.calls.size();
  return same ? "" : "planned " + wanted.dump() + ", but: " + contact.dump();
}

} // namespace redial::e2e

std::string Catch::StringMaker<redial::e2e::totals>::convert(const redial::e2e::totals& shown) {
  return nlohmann::json{
    {"attempted", shown.attempted}, {"connected", shown.connected}, {"dispositions", shown.dispositions}}
    .dump();
}
