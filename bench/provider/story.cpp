#include "bench/provider/story.hpp"

#include <algorithm>

namespace redial::provider {

namespace {

using enum call_outcome;

bool rings(call_outcome outcome) noexcept {
  return outcome != busy && outcome != invalid_number && outcome != unreachable && outcome != network_error;
}

result_place place_of(result_place wished, std::uint64_t number) noexcept {
  if (wished != result_place::mixed)
    return wished;
  return static_cast<result_place>(number % 3);
}

std::string_view name_of(event_kind kind) noexcept {
  switch (kind) {
  case event_kind::initiated: return "initiated";
  case event_kind::ringing: return "ringing";
  case event_kind::answered: return "answered";
  case event_kind::amd: return "amd";
  case event_kind::completed: return "completed";
  case event_kind::result: break;
  }
  return "result";
}

/// Seconds with three decimals.
std::string seconds_of(milliseconds time) {
  auto text = std::to_string(time.count() % 1000);
  text.insert(0, 3 - text.size(), '0');
  return std::to_string(time.count() / 1000) + '.' + text;
}

} // namespace

story::story(const story_options& options, std::uint64_t number, const known_call& call)
  : number_{number}, attempt_id_{call.attempt_id} {
  auto plan = telephony::plan_call(options.network, call.to, call.attempt);
  const time_point placed{milliseconds{call.placed_ms}};
  auto ring = std::min<milliseconds>(plan.ring, std::chrono::seconds{call.ring_timeout_s});
  talk_ = std::min<milliseconds>(plan.talk, std::chrono::seconds{call.max_duration_s});
  outcome_ = plan.outcome;
  disposition_ = std::move(plan.disposition);
  if (call.cancelled_ms != 0) {
    const auto left = std::max(milliseconds{0}, milliseconds{call.cancelled_ms - call.placed_ms});
    if (left < ring) {
      ring = left;
      outcome_ = abandoned;
    }
    if (left < ring + talk_) { // cut short before anything came of it
      talk_ = outcome_ == answered ? left - ring : milliseconds{0};
      disposition_.clear();
    }
  }
  ended_at_ = placed + ring + talk_;

  const bool all = options.tell == telling::all;
  if (all)
    add(event_kind::initiated, placed);
  if (all && rings(outcome_))
    add(event_kind::ringing, placed);
  const auto place = place_of(options.result, number);
  if (outcome_ == answered)
    add(event_kind::answered, placed + ring);
  if (all && (outcome_ == answered || outcome_ == voicemail))
    add(event_kind::amd, placed + ring);
  const bool has_result = outcome_ == answered && !disposition_.empty();
  if (has_result && place == result_place::before)
    add(event_kind::result, ended_at_);
  disposition_within_ = has_result && place == result_place::within;
  add(event_kind::completed, ended_at_);
  if (has_result && place == result_place::after)
    add(event_kind::result, ended_at_ + options.result_delay);
}

void story::add(event_kind kind, time_point at) {
  events_[count_] = {kind, static_cast<std::uint8_t>(count_ + 1), at};
  ++count_;
}

std::string story::to_json(const call_event& event) const {
  const auto call = shown_id(number_);
  std::string out = R"({"event_id":")" + call + '-' + std::to_string(unsigned{event.seq});
  out += R"(","seq":)" + std::to_string(unsigned{event.seq});
  out += R"(,"attempt_id":")" + attempt_id_.to_string();
  out += R"(","call_id":")" + call + R"(","event":")";
  out += name_of(event.kind);
  out += R"(","at":")" + format_rfc3339(event.at) + '"';
  switch (event.kind) {
  case event_kind::amd:
    out += outcome_ == answered ? R"(,"answered_by":"human")" : R"(,"answered_by":"machine")";
    break;
  case event_kind::completed:
    out += R"(,"outcome":")";
    out += redial::to_string(outcome_);
    out += R"(","duration_s":)" + seconds_of(talk_);
    if (disposition_within_)
      out += R"(,"disposition":")" + disposition_ + '"';
    break;
  case event_kind::result: out += R"(,"disposition":")" + disposition_ + R"(","data":{})"; break;
  default: break;
  }
  out += '}';
  return out;
}

} // namespace redial::provider
