#include "tests/crash/campaign_file.hpp"

#include "domain/time.hpp"
#include "tests/e2e/client.hpp"

#include <nlohmann/json.hpp>

#include <stdexcept>

namespace redial::crash {

using nlohmann::json;

namespace {

std::string text_or_nothing(const json& value) { return value.is_null() ? std::string{} : value.get<std::string>(); }

/// Reads all pages of a list.
void read_pages(e2e::client& http, const std::string& target, const std::function<void(const json&)>& take) {
  for (std::size_t offset = 0;;) {
    const auto got = http.get(target + "?limit=100&offset=" + std::to_string(offset));
    if (got.status != 200)
      throw std::runtime_error{target + " was answered " + got.body};
    const auto page = got.json();
    for (const auto& each : page.at("data"))
      take(each);
    offset += page.at("data").size();
    if (page.at("data").empty() || offset >= page.at("total").get<std::size_t>())
      return;
  }
}

call_file read_call(const json& from) {
  call_file call;
  const auto id = call_id::parse(from.at("id").get<std::string>());
  if (!id)
    throw std::runtime_error{"a call without an id: " + from.dump()};
  call.id = *id;
  call.attempt = from.at("attempt").get<std::uint64_t>();
  call.outcome = text_or_nothing(from.at("outcome"));
  call.disposition = text_or_nothing(from.at("disposition"));
  call.answered = !from.at("answered_at").is_null();
  if (const auto ended = parse_rfc3339(text_or_nothing(from.at("ended_at"))))
    call.ended_ms = ended->time_since_epoch().count();
  return call;
}

} // namespace

std::vector<campaign_file> list_campaigns(e2e::client& http) {
  std::vector<campaign_file> all;
  read_pages(http, "/v1/campaigns", [&](const json& from) {
    all.push_back({from.at("id").get<std::string>(), from.at("name").get<std::string>(),
      from.at("status").get<std::string>(), from.at("calls_attempted").get<std::uint64_t>(),
      from.at("calls_connected").get<std::uint64_t>(), from.at("contacts").get<std::map<std::string, std::uint64_t>>(),
      from.at("dispositions").get<std::map<std::string, std::uint64_t>>()});
  });
  return all;
}

void read_contacts(
  e2e::client& http, const std::string& campaign, const std::function<void(const contact_file&)>& take) {
  read_pages(http, "/v1/campaigns/" + campaign + "/contacts", [&](const json& from) {
    contact_file contact;
    const auto number = phone::parse(from.at("phone").get<std::string>());
    if (!number)
      throw std::runtime_error{"a contact without a number: " + from.dump()};
    contact.number = *number;
    contact.status = from.at("status").get<std::string>();
    contact.disposition = text_or_nothing(from.at("disposition"));
    contact.attempts = from.at("attempts").get<std::uint64_t>();
    for (const auto& each : from.at("calls"))
      contact.calls.push_back(read_call(each));
    take(contact);
  });
}

} // namespace redial::crash
