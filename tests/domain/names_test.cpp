#include "domain/event.hpp"
#include "domain/result.hpp"
#include "tests/domain/samples.hpp"
#include "tests/show_result.hpp"

#include <catch2/catch.hpp>

#include <array>

using namespace redial;

namespace {

template <class Enum, std::size_t N, class Parse>
void check_names(const std::array<Enum, N>& values, const std::array<std::string_view, N>& names, Parse parse) {
  for (std::size_t i = 0; i < N; ++i) {
    CAPTURE(names[i]);
    CHECK(to_string(values[i]) == names[i]);
    CHECK(parse(names[i]) == values[i]);
    CHECK(static_cast<std::size_t>(values[i]) == i); // stored records hold the number
  }
  CHECK_FALSE(parse(""));
  CHECK_FALSE(parse("nonsense"));
  CHECK_FALSE(parse(std::string{names[0]} + " "));
  CHECK_FALSE(parse("START"));
}

} // namespace

TEST_CASE("every enumeration reads and writes the names of the API contract") {
  check_names(all_campaign_statuses,
    std::array<std::string_view, 5>{"scheduled", "running", "paused", "completed", "stopped"}, parse_campaign_status);
  check_names(
    all_campaign_actions, std::array<std::string_view, 4>{"start", "pause", "resume", "stop"}, parse_campaign_action);
  check_names(all_contact_statuses,
    std::array<std::string_view, 5>{"pending", "in_progress", "waiting_retry", "done", "removed"},
    parse_contact_status);
  check_names(all_call_outcomes,
    std::array<std::string_view, 10>{"answered", "busy", "no_answer", "voicemail", "declined", "invalid_number",
      "unreachable", "network_error", "abandoned", "unknown"},
    parse_call_outcome);
  CHECK(to_string(end_reason::none).empty());
  CHECK(to_string(end_reason::completed) == "completed");
  CHECK(to_string(end_reason::stop_action) == "stop_action");
  CHECK(to_string(end_reason::end_time) == "end_time");
}

TEST_CASE("disposition labels are 1 to 64 of a-z, 0-9 and underscore") {
  for (auto label : {"interested", "not_interested", "callback", "not_reachable", "dnd", "escalated", "a", "7", "_"}) {
    CAPTURE(label);
    CHECK(disposition::is_valid(label));
  }
  CHECK(disposition::is_valid(std::string(64, 'a')));
  CHECK_FALSE(disposition::is_valid(std::string(65, 'a')));
  for (auto label : {"", "Interested", "not interested", "not-interested", "oui!", "é", "a\n"}) {
    CAPTURE(label);
    CHECK_FALSE(disposition::is_valid(label));
  }
}

TEST_CASE("the labels that the engine gives are valid ones") {
  CHECK(disposition::is_valid(disposition::not_reachable));
  CHECK(disposition::is_valid(disposition::no_disposition));
  CHECK(disposition::is_valid(disposition::unknown));
}

TEST_CASE("error codes have the stable names that callers see") {
  CHECK(code_name(error_code::illegal_transition) == "illegal_transition");
  CHECK(code_name(error_code::campaign_ended) == "campaign_ended");
  CHECK(code_name(error_code::invalid_value) == "invalid_value");
  CHECK(code_name(error_code::not_found) == "not_found");
  CHECK(code_name(error_code::sequence_conflict) == "sequence_conflict");
}

TEST_CASE("asking a refusal for its value is a programming error that names the refusal") {
  result<int> refused = problem{error_code::not_found, "no such campaign", {}};
  CHECK_THROWS_WITH(refused.value(), Catch::Contains("no such campaign"));
}

TEST_CASE("every event knows when it happened") {
  auto d = std::make_shared<const campaign_definition>(sample::definition());
  CHECK(time_of(campaign_created{d, 3}) == sample::epoch);
  const auto later = sample::epoch + std::chrono::hours{1};
  CHECK(time_of(campaign_changed{campaign_change::started, end_reason::none, later}) == later);
  contact_event e;
  e.at = later;
  CHECK(time_of(e) == later);
}
