// The body of DELETE …/contacts, beside another parser.
#include "http/phones_body.hpp"

#include "fuzz/json_oracle.hpp"
#include "fuzz/require.hpp"

using namespace redial;
using namespace redial::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto taken = http::read_phones(text);
  const auto opinion = json_judge::of(text);
  if (const auto* wrong = std::get_if<http::problem_details>(&taken)) {
    const bool too_deep = wrong->detail.find("nested deeper") != std::string::npos;
    require(wrong->status == 400 || wrong->status == 422, "a body is refused with another status");
    require(wrong->status != 400 || opinion != verdict::json || too_deep, "JSON is refused as none");
    return 0;
  }
  require(opinion == verdict::json, "what is no JSON is taken");
  const auto other = nlohmann::json::parse(text);
  const auto& phones = std::get<std::vector<phone>>(taken);
  require(other.size() == 1 && other.at("phones").size() == phones.size(), "phones were lost or made");
  for (std::size_t i = 0; i < phones.size(); ++i)
    require(other.at("phones").at(i) == phones[i].to_string(), "a phone is another");
  return 0;
}
