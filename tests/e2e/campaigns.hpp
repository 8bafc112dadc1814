/// What most of these tests do with campaigns, over HTTP, and what the simulator will make of them.
#pragma once

#include "client.hpp"

#include "domain/time.hpp"
#include "telephony/call_plan.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace redial::e2e {

/// Settings of a server whose calls are those of `simulator()`: accelerated, without a limit of calls a second.
settings accelerated(double speed, unsigned lines);

/// The simulator of a server under `accelerated`.
telephony::simulator_options simulator();

/// @returns the number of contact `i` of a list.
std::string phone_number(std::uint64_t i);

/// @returns a campaign of `contacts` contacts, to be POSTed; numbers from `phone_number(first)` on.
nlohmann::json campaign_of(
  std::uint64_t contacts, unsigned max_attempts = 1, int retry_interval_minutes = 60, std::uint64_t first = 0);

/// Creates a campaign, and checks that the answer is as promised. @returns its id.
std::string create(client& http, const nlohmann::json& campaign);

/// PATCHes an action, which must succeed. @returns the campaign.
nlohmann::json act(client& http, const std::string& id, const std::string& action);

/// GETs a campaign, and checks that its counters belong together.
nlohmann::json show(client& http, const std::string& id);

/// GETs it again and again until it is as wished. Fails after `patience`.
nlohmann::json wait_until(
  client& http, const std::string& id, const std::function<bool(const nlohmann::json&)>& wished);
nlohmann::json wait_for_status(client& http, const std::string& id, const std::string& status);

/// @returns all contacts of a campaign, or all of one status.
std::vector<nlohmann::json> contacts_of(client& http, const std::string& id, const std::string& status = {});

/// Waits until `wished`. Fails after `patience`.
void eventually(const std::string& what, const std::function<bool()>& wished);

/// @returns redial's time, as a new empty campaign tells it.
time_point virtual_now(client& http);

/// @returns how many campaigns there are.
std::uint64_t count_campaigns(client& http);

/// What a campaign's calls must come to.
struct totals {
  std::uint64_t attempted = 0;
  std::uint64_t connected = 0;
  std::map<std::string, std::uint64_t> dispositions;
  friend bool operator==(const totals&, const totals&) = default;
};

/// All that is planned for one contact, to the end.
struct fate {
  std::vector<telephony::call_plan> calls;
  std::string disposition;
};
fate fate_of(const std::string& number, unsigned max_attempts);

/// @returns what contacts 0 to `contacts` - 1 come to if nothing disturbs them.
totals planned_totals(std::uint64_t contacts, unsigned max_attempts);

/// @returns the totals that a campaign shows.
totals shown_totals(const nlohmann::json& campaign);

/// @returns what is wrong with a contact that has come to its end undisturbed, or nothing.
std::string difference(const nlohmann::json& contact, unsigned max_attempts);

} // namespace redial::e2e

template <>
struct Catch::StringMaker<redial::e2e::totals> {
  static std::string convert(const redial::e2e::totals& shown);
};
