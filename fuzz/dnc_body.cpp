// The body of POST /v1/dnc, beside another parser.
#include "http/dnc_body.hpp"

#include "fuzz/json_oracle.hpp"
#include "fuzz/require.hpp"

using namespace redial;
using namespace redial::fuzz;

namespace {

constexpr time_point now{std::chrono::hours{24 * 365 * 55}};

void compare(const nlohmann::json& given, const dnc_entry& taken) {
  require(given.at("phone") == taken.phone.to_string(), "a phone is another");
  const auto text_of = [&](const char* member) {
    const auto at = given.find(member);
    return at == given.end() || at->is_null() ? std::string{} : at->get<std::string>();
  };
  require(text_of("reason") == taken.reason && text_of("source") == taken.source, "a text is another");
  require(text_of("expires_at").empty() == !taken.expires_at, "an entry lasts for another time");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto taken = http::read_dnc_entries(text, now);
  if (!is_taken(taken, text))
    return 0;
  const auto other = nlohmann::json::parse(text);
  const auto& entries = std::get<std::vector<dnc_entry>>(taken);
  if (!other.contains("entries")) {
    require(entries.size() == 1, "one entry is not taken as one");
    compare(other, entries.front());
    return 0;
  }
  require(other.size() == 1 && other.at("entries").size() == entries.size(), "entries were lost or made");
  for (std::size_t i = 0; i < entries.size(); ++i)
    compare(other.at("entries").at(i), entries[i]);
  return 0;
}
