// The body of DELETE …/contacts, beside another parser.
#include "http/phones_body.hpp"

#include "fuzz/json_oracle.hpp"
#include "fuzz/require.hpp"

using namespace redial;
using namespace redial::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto taken = http::read_phones(text);
  if (!is_taken(taken, text))
    return 0;
  const auto other = nlohmann::json::parse(text);
  const auto& phones = std::get<std::vector<phone>>(taken);
  require(other.size() == 1 && other.at("phones").size() == phones.size(), "phones were lost or made");
  for (std::size_t i = 0; i < phones.size(); ++i)
    require(other.at("phones").at(i) == phones[i].to_string(), "a phone is another");
  return 0;
}
