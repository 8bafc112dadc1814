// The body of PATCH /v1/campaigns/{id}, sent to the real handler: 200 for exactly the four actions, as far as they are
// legal.
#include "fuzz/http_room.hpp"
#include "fuzz/json_oracle.hpp"
#include "fuzz/require.hpp"

using namespace redial;
using namespace redial::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  http_room room;
  const auto text =
    request_text("PATCH", "/v1/campaigns/" + std::string{http_room::campaign}, "application/json", body);
  const std::array<std::string_view, 1> piece{text};
  const auto heard = room.say(piece);
  const auto answers = take_apart(heard);
  require(answers.size() == 1, "one request has not one answer");
  const auto status = answers.front().status;
  const bool known = status == 200 || status == 400 || status == 409 || status == 413 || status == 422;
  require(known, "an action is answered with another status");
  if (status != 200 && status != 409)
    return 0;
  require(json_judge::of(body) == verdict::json, "what is no JSON is carried out");
  const auto other = nlohmann::json::parse(body);
  require(other.is_object() && other.size() == 1 && other.contains("action"), "what is no action is taken for one");
  const auto action = parse_campaign_action(other.at("action").get<std::string>());
  require(action.has_value(), "an action that nobody knows is carried out");
  const bool legal = *action == campaign_action::start || *action == campaign_action::stop; // of a scheduled campaign
  require(legal == (status == 200), "an action is legal that is not, or the other way round");
  return 0;
}
