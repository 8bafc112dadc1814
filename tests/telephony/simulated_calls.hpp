/// What the simulator's tests share: requests, and a listener that writes down what it hears.
#pragma once

#include "telephony/simulator.hpp"

#include <memory>
#include <string>

namespace redial::telephony {

inline call_request request_for(std::uint64_t n, std::uint8_t attempt = 1) {
  auto contact = std::make_shared<contact_profile>();
  contact->phone = phone::from_packed(919'800'000'000 + n);
  return {call_id{attempt, n}, attempt, std::make_shared<campaign_definition>(), std::move(contact)};
}

/// "placed answered@20 ended(answered interested)@95": instants in seconds since the epoch.
class diary {
public:
  call_listener listener() {
    return [text = text_](const call_news& news, const receipt&) {
      if (!text->empty())
        *text += ' ';
      if (std::holds_alternative<call_placed>(news))
        *text += "placed";
      else if (const auto* answered = std::get_if<call_answered>(&news))
        *text += "answered@" + seconds(answered->at);
      else if (const auto* ended = std::get_if<call_ended>(&news))
        *text += "ended(" + std::string{to_string(ended->outcome)} + (ended->disposition.empty() ? "" : " ")
                 + ended->disposition + ")@" + seconds(ended->at);
    };
  }
  const std::string& text() const { return *text_; }
  /// @returns whether nobody but this holds on to it: the listener was dropped.
  bool let_go() const { return text_.use_count() == 1; }

private:
  static std::string seconds(time_point at) { return std::to_string(at.time_since_epoch().count() / 1000); }
  std::shared_ptr<std::string> text_ = std::make_shared<std::string>();
};

/// Options under which every call is answered after `ring`, and over after `talk`.
inline simulator_options always_answered(milliseconds ring, milliseconds talk) {
  simulator_options options;
  options.overrides.clear();
  for (char digit = '0'; digit <= '9'; ++digit)
    options.overrides.push_back({std::string{digit}, call_outcome::answered, "interested"});
  options.ring_min = options.ring_mean = options.ring_max = ring;
  // Talking time is drawn; a mean far beyond the cut makes it the cut.
  options.talk_mean = talk * 1'000'000'000;
  options.talk_max = talk;
  return options;
}

} // namespace redial::telephony
