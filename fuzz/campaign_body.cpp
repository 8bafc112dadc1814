// The body of POST /v1/campaigns: read whole, cut into pieces, and by another parser, it must come to the same.
#include "http/campaign_body.hpp"

#include "fuzz/json_oracle.hpp"
#include "fuzz/require.hpp"

using namespace redial;
using namespace redial::fuzz;

namespace {

struct outcome {
  http::checked<campaign_definition> definition;
  std::vector<contact_profile> contacts;
};

constexpr time_point now{milliseconds{1'700'000'000'000}};

/// Feeds `text` in pieces whose lengths `text` itself gives, or whole.
outcome read(std::string_view text, bool whole) {
  http::campaign_body body;
  outcome what;
  const auto full = text;
  for (std::size_t fed = 0; fed < full.size();) {
    const auto size = whole ? full.size() : static_cast<unsigned char>(full[fed]) % 67 + 1U;
    body.feed(full.substr(fed, size));
    fed += size;
  }
  what.definition = body.finish(now);
  for (auto chunk = body.take_chunk(); !chunk.empty(); chunk = body.take_chunk())
    std::move(chunk.begin(), chunk.end(), std::back_inserter(what.contacts));
  return what;
}

bool too_deep(const http::problem_details& wrong) { return wrong.detail.find("nested deeper") != std::string::npos; }

void compare(const outcome& a, const outcome& b) {
  require(a.definition.index() == b.definition.index(), "cut into pieces it comes to something else");
  if (const auto* wrong = std::get_if<http::problem_details>(&a.definition)) {
    require(http::to_json(*wrong) == http::to_json(std::get<http::problem_details>(b.definition)),
      "cut into pieces it is refused otherwise");
    return;
  }
  require(a.contacts.size() == b.contacts.size(), "cut into pieces it has other contacts");
  for (std::size_t i = 0; i < a.contacts.size(); ++i) {
    const auto& x = a.contacts[i];
    const auto& y = b.contacts[i];
    require(x.phone == y.phone && x.name == y.name && x.fields == y.fields, "cut into pieces a contact is another");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto read_whole = read(text, true);
  compare(read_whole, read(text, false));
  const auto opinion = json_judge::of(text);
  const auto* wrong = std::get_if<http::problem_details>(&read_whole.definition);
  if (wrong != nullptr) {
    require(wrong->status == 400 || wrong->status == 422, "a body is refused with another status");
    // Of a word where the object should be only the first letter is looked at.
    const auto first = text.find_first_not_of(" \t\r\n");
    const bool word =
      first != std::string_view::npos && std::string_view{"tfn"}.find(text[first]) != std::string_view::npos;
    const bool may_be_json = word || too_deep(*wrong);
    require(wrong->status != 400 || opinion != verdict::json || may_be_json, "JSON is refused as none");
    return 0;
  }
  require(opinion != verdict::no_json, "what is no JSON is taken");
  for (const auto& contact : read_whole.contacts) {
    const auto fields = json_judge::of(contact.fields);
    require(fields != verdict::no_json && contact.fields.front() == '{', "custom fields are no object");
  }
  if (opinion == verdict::json) {
    const auto other = nlohmann::json::parse(text);
    require(other.at("contacts").size() == read_whole.contacts.size(), "contacts were lost or made");
    for (std::size_t i = 0; i < read_whole.contacts.size(); ++i)
      require(other.at("contacts").at(i).at("name") == read_whole.contacts[i].name, "a contact has another name");
  }
  return 0;
}
