/// What redial has on file, read through its API.
#pragma once

#include "domain/ids.hpp"
#include "domain/phone.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace redial::e2e {
class client;
}

namespace redial::crash {

struct campaign_file {
  std::string id;
  std::string name;
  std::string status;
  std::uint64_t attempted = 0;
  std::uint64_t connected = 0;
  std::map<std::string, std::uint64_t> contacts; ///< by status
  std::map<std::string, std::uint64_t> dispositions;
};

struct call_file {
  call_id id;
  std::uint64_t attempt = 0;
  std::string outcome;     ///< empty while it is in progress
  std::string disposition; ///< empty where there is none
  bool answered = false;
  std::int64_t ended_ms = 0;
};

struct contact_file {
  phone number;
  std::string status;
  std::string disposition;
  std::uint64_t attempts = 0;
  std::vector<call_file> calls;
};

/// @throws std::runtime_error where an answer is not what it should be.
std::vector<campaign_file> list_campaigns(e2e::client& http);
void read_contacts(
  e2e::client& http, const std::string& campaign, const std::function<void(const contact_file&)>& take);

} // namespace redial::crash
