#include "tests/telephony_http/fixture.hpp"

#include "telephony/http/signature.hpp"

#include <stdexcept>

namespace redial::telephony {

namespace {

std::string instant(time_point at) { return "@" + std::to_string((at - gateway_fixture::start).count() / 1000); }

std::string text_of(const call_news& news) {
  if (std::holds_alternative<call_placed>(news))
    return "placed";
  if (const auto* refused = std::get_if<call_not_placed>(&news))
    return "not_placed(" + std::to_string(refused->retry_after.count()) + ")";
  if (const auto* answered = std::get_if<call_answered>(&news))
    return "answered" + instant(answered->at);
  if (const auto* result = std::get_if<call_disposition>(&news))
    return "disposition(" + result->label + ")" + instant(result->at);
  const auto& ended = std::get<call_ended>(news);
  return "ended(" + std::string{to_string(ended.outcome)} + (ended.disposition.empty() ? "" : " ") + ended.disposition
         + (ended.result_follows ? ", result follows)" : ")") + instant(ended.at);
}

} // namespace

call_request request_for(std::uint64_t n, std::uint8_t attempt) {
  auto contact = std::make_shared<contact_profile>();
  contact->phone = phone::from_packed(919'800'000'000 + n);
  contact->name = "Asha \"A\" Rao";
  contact->fields = R"({"amount": 1.50})";
  auto campaign = std::make_shared<campaign_definition>();
  campaign->id = *campaign_id::parse("cmp_abcdefghi");
  campaign->name = "Diwali";
  campaign->script_id = "script-1";
  campaign->language = "hi-IN";
  return {call_id{7, n}, attempt, std::move(campaign), std::move(contact)};
}

std::string scripted_transport::text() const {
  std::string text;
  for (const auto& sent : under_way) {
    using enum http_request::verb;
    text += text.empty() ? "" : ", ";
    text += sent.request.method == post ? "POST " : sent.request.method == get ? "GET " : "DELETE ";
    text += sent.request.target;
  }
  return text;
}

void scripted_transport::require_one() const {
  if (under_way.empty())
    throw std::logic_error("the gateway has asked the provider nothing");
}

void diary::state::hear(const call_news& news, const receipt& of) {
  text += (text.empty() ? "" : " ") + text_of(news);
  if (holds)
    held.push_back(of);
  else
    of.confirm();
}

gateway_fixture::gateway_fixture(bool lookup_fences) {
  http_gateway_options options;
  options.secret = test_secret;
  options.callback_url = "http://redial.test/v1/gateway/events";
  options.lookup_fences = lookup_fences;
  options.log = [this](std::string sentence) { logged.push_back(std::move(sentence)); };
  gateway = make_http_gateway(std::move(options), provider, time, timers);
}

void gateway_fixture::pass(milliseconds span) {
  const auto end = time.now() + span;
  while (timers.next_due() && *timers.next_due() <= end) {
    time.set(std::max(time.now(), *timers.next_due()));
    timers.run_due(time.now());
  }
  time.set(end);
}

std::string gateway_fixture::call_back(std::string body) {
  const auto answer = callback_answers.emplace_back(std::make_shared<std::string>());
  const auto now = std::chrono::floor<std::chrono::seconds>(time.now()).time_since_epoch().count();
  gateway->take_callback(sign(test_secret, now, body), body, [answer](const result<void>& said) {
    *answer += said ? "ok" : std::string{code_name(said.error().code)} + said.error().pointer;
  });
  return *answer;
}

std::string gateway_fixture::event(std::uint64_t n, std::string_view name, std::string_view more, int at_s) {
  return R"({"event_id":"evt_1","seq":1,"call_id":"p1","attempt_id":")" + call_id{7, n}.to_string() + R"(","event":")"
         + std::string{name} + R"(","at":")" + format_rfc3339(start + std::chrono::seconds{at_s}) + "\""
         + (more.empty() ? "" : ",") + std::string{more} + "}";
}

void gateway_fixture::place(std::uint64_t n, diary& heard) {
  gateway->place(request_for(n), heard.listener());
  provider.answer(202, R"({"call_id":"p1"})");
}

} // namespace redial::telephony
