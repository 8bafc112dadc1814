#include "tests/simulation/provider.hpp"

#include "telephony/http/signature.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace redial::simulation {

using namespace std::chrono_literals;
using nlohmann::json;
using telephony::http_answer;
using telephony::http_failure;
using telephony::http_outcome;
using telephony::http_request;

namespace {

constexpr milliseconds request_timeout = 10s;
constexpr unsigned callback_tries = 12;

std::int64_t seconds_of(time_point at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

http_answer answer(unsigned status, const json& body = json::object(), milliseconds retry_after = {}) {
  return {status, body.dump(), retry_after};
}

} // namespace

/// What is to be told to redial.
struct provider::callback {
  std::string body;
  std::size_t call = 0; ///< its place in the ledger
  unsigned tries = 0;
};

/// The connection of one life of redial. What was sent arrives even when redial has died meanwhile; answers do not.
class provider::wire final : public telephony::http_transport {
public:
  wire(provider& far_end, std::shared_ptr<bool> connected) : far_end_{far_end}, connected_{std::move(connected)} {}
  ~wire() override { shut_down(); }
  wire(const wire&) = delete;
  wire& operator=(const wire&) = delete;

  void send(http_request request, std::function<void(http_outcome)> done) override {
    auto& p = far_end_;
    if (!*connected_)
      return;
    if (request.method == http_request::verb::post && p.on_posted) {
      const auto body = json::parse(request.body);
      p.on_posted(call_id::parse(body.at("attempt_id").get<std::string>()).value(), body.at("campaign").at("id"),
        phone::parse(body.at("to").get<std::string>()).value());
    }
    const auto reply = [connected = connected_, done = std::move(done)](http_outcome outcome) {
      if (*connected)
        done(std::move(outcome));
    };
    const auto there = p.luck_.between(0ms, 40ms);
    const auto back = p.luck_.between(0ms, 40ms);
    if (p.luck_.percent(p.faults.never_sent)) {
      p.after(there, [reply] { reply(http_failure::never_sent); });
    } else if (p.luck_.percent(p.faults.request_lost)) {
      p.after(request_timeout, [reply] { reply(http_failure::uncertain); });
    } else if (p.luck_.percent(p.faults.request_late)) {
      p.after(request_timeout, [reply] { reply(http_failure::uncertain); });
      p.after(p.luck_.between(5s, 60s), [&p, request = std::move(request)] { p.receive(request); });
    } else {
      const bool lost = p.luck_.percent(p.faults.answer_lost);
      const auto waited = p.luck_.percent(50) ? back : request_timeout;
      p.after(there, [&p, request = std::move(request), reply, lost, waited, back] {
        if (p.time_.now() < p.down_until_) {
          p.after(
            back, [reply, &p] { reply(p.luck_.percent(50) ? http_failure::never_sent : http_failure::uncertain); });
          return;
        }
        auto said = p.receive(request);
        if (lost)
          p.after(waited, [reply] { reply(http_failure::uncertain); });
        else
          p.after(back, [reply, said = std::move(said)] { reply(said); });
      });
    }
  }

  void shut_down() override { *connected_ = false; }

private:
  provider& far_end_;
  std::shared_ptr<bool> connected_;
};

provider::provider(std::uint64_t seed, timing::manual_clock& time, bool fences)
  : luck_{seed}, time_{time}, fences_{fences} {}

provider::~provider() { timers_.shut_down(); }

std::unique_ptr<telephony::http_transport> provider::connect() {
  if (connected_)
    *connected_ = false;
  connected_ = std::make_shared<bool>(true);
  return std::make_unique<wire>(*this, connected_);
}

void provider::after(milliseconds delay, std::function<void()> run) {
  timers_.arm(time_.now() + delay, std::move(run));
}

http_answer provider::receive(const http_request& request) {
  if (time_.now() < down_until_)
    return answer(503);
  if (!telephony::check_signature(request.signature, secret, seconds_of(time_.now()), request.body))
    throw std::logic_error("redial's signature is wrong");
  const auto said = request.method == http_request::verb::post  ? post(request)
                    : request.method == http_request::verb::get ? look_up(request.target)
                                                                : cancel(request.target);
  if (on_answered)
    on_answered(std::to_string(said.status) + " to " + request.idempotency_key + request.target);
  return said;
}

http_answer provider::post(const http_request& request) {
  // A provider that is given no key cannot tell a repetition from a second call.
  const auto key =
    request.idempotency_key.empty() ? "no key " + std::to_string(ledger_.size()) : request.idempotency_key;
  const auto placed = [&] { return json{{"call_id", "call-" + std::to_string(by_key_.at(key))}}; };
  if (by_key_.contains(key))
    return answer(200, placed());
  if (fences_ && fenced_.contains(key))
    return answer(409);
  if (luck_.percent(faults.busy))
    return answer(luck_.percent(50) ? 429 : 503, json::object(), luck_.percent(50) ? luck_.between(1s, 20s) : 0ms);
  if (luck_.percent(faults.refused)) {
    refused_.insert(call_id::parse(json::parse(request.body).at("attempt_id").get<std::string>()).value());
    return answer(422, {{"detail", "this number cannot be called"}});
  }
  const bool failing = luck_.percent(faults.failing);
  if (failing && luck_.percent(50))
    return answer(500);
  place(key, request);
  return failing ? answer(500) : answer(202, placed());
}

void provider::place(const std::string& key, const http_request& request) {
  const auto body = json::parse(request.body);
  placement p;
  p.attempt_id = call_id::parse(body.at("attempt_id").get<std::string>()).value();
  p.campaign = body.at("campaign").at("id");
  p.to = phone::parse(body.at("to").get<std::string>()).value();
  p.name = body.at("contact").at("name");
  p.attempt = body.at("attempt");
  p.at = time_.now();
  constexpr std::array outcomes{call_outcome::busy, call_outcome::no_answer, call_outcome::voicemail,
    call_outcome::declined, call_outcome::unreachable, call_outcome::network_error, call_outcome::abandoned,
    call_outcome::invalid_number};
  const bool answered = luck_.percent(35);
  p.outcome =
    answered ? call_outcome::answered : outcomes.at(luck_.below(outcomes.size() - (luck_.percent(90) ? 1 : 0)));
  const bool withheld = luck_.percent(faults.result_withheld);
  if (answered && !withheld)
    p.disposition = luck_.percent(20) ? "dnd" : luck_.percent(50) ? "interested" : "callback";
  p.disowned = fenced_.contains(key);
  p.endless = luck_.percent(faults.endless);
  const auto number = ledger_.size();
  by_key_.emplace(key, number);
  ledger_.push_back(p);
  events_.emplace_back();
  if (on_placed)
    on_placed(p);

  const auto ring = luck_.between(0ms, 20s);
  const auto talk = answered ? luck_.between(0ms, 60s) : 0ms;
  happen(number, R"("event":"initiated")");
  if (luck_.percent(50))
    after(ring / 2, [this, number] { happen(number, R"("event":"ringing")"); });
  if (answered) {
    after(ring, [this, number] {
      happen(number, R"("event":"answered")");
      if (luck_.percent(20))
        happen(number, R"("event":"amd","answered_by":"human")");
    });
  }
  if (p.endless)
    return;
  // The script's result comes with the end of the call, before it, or after it.
  const auto way = luck_.below(3);
  const auto result = [this, number] {
    if (!ledger_[number].disposition.empty())
      happen(number, R"("event":"result","disposition":")" + ledger_[number].disposition + "\"");
  };
  if (way == 1)
    after(ring + talk / 2, result);
  after(ring + talk, [this, number, way] { complete(number, way == 0); });
  if (way == 2)
    after(ring + talk + luck_.between(0ms, 50s), result);
}

void provider::complete(std::size_t number, bool with_result) {
  auto& p = ledger_[number];
  if (p.ended_at)
    return; // cancelled
  p.ended_at = time_.now();
  auto event = R"("event":"completed","duration_s":1,"outcome":")" + std::string{to_string(p.outcome)} + "\"";
  if (with_result && !p.disposition.empty())
    event += R"(,"disposition":")" + p.disposition + "\"";
  happen(number, std::move(event));
}

void provider::happen(std::size_t number, std::string event) {
  const auto& p = ledger_[number];
  const auto id = ++event_ids_;
  auto body = R"({"event_id":"e)" + std::to_string(id) + R"(","seq":)" + std::to_string(events_[number].size() + 1)
              + R"(,"attempt_id":")" + p.attempt_id.to_string() + R"(","call_id":"call-)" + std::to_string(number)
              + R"(","at":")" + format_rfc3339(time_.now()) + "\"," + std::move(event) + "}";
  events_[number].push_back(body);
  if (luck_.percent(faults.callback_lost))
    return;
  auto news = std::make_shared<callback>(callback{std::move(body), number});
  tell(news, luck_.percent(faults.callback_late) ? luck_.between(0ms, 120s) : luck_.between(0ms, 40ms));
  if (luck_.percent(faults.callback_twice))
    tell(std::make_shared<callback>(callback{news->body, number}), luck_.between(0ms, 30s));
}

void provider::tell(const std::shared_ptr<callback>& news, milliseconds wait) {
  after(wait, [this, news] {
    const auto again = [this, news] {
      if (++news->tries < callback_tries)
        tell(news, 1s * (1U << std::min(news->tries, 6U)));
    };
    if (!redial_) {
      again();
      return;
    }
    // Redial may die before it answers: then, too, the news comes again.
    const std::shared_ptr<bool> taken{new bool{false}, [again](const bool* well) {
                                        if (!*well)
                                          again();
                                        delete well;
                                      }};
    redial_->take_callback(telephony::sign(secret, seconds_of(time_.now()), news->body), news->body,
      [this, news, taken](const result<void>& answer) {
        if (!answer && answer.error().code != error_code::unavailable)
          throw std::logic_error("redial refuses a callback: " + answer.error().detail);
        *taken = answer.has_value();
        if (*taken && on_heard && news->body.find(R"("disposition":"dnd")") != std::string::npos)
          on_heard(ledger_[news->call]);
      });
  });
}

http_answer provider::look_up(const std::string& target) {
  const auto key = target.substr(target.find('=') + 1);
  if (luck_.percent(faults.failing))
    return answer(luck_.percent(50) ? 503 : 404); // the 404 of a proxy whose provider is away
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    fenced_.insert(key);
    return answer(404, {{"attempt_id", key}});
  }
  const auto number = found->second;
  auto events = json::array();
  for (const auto& event : events_[number])
    events.push_back(json::parse(event));
  return answer(200, {{"call_id", "call-" + std::to_string(number)}, {"attempt_id", key},
                       {"status", ledger_[number].ended_at ? "ended" : "in_progress"}, {"events", std::move(events)}});
}

http_answer provider::cancel(const std::string& target) {
  const auto number = std::stoul(target.substr(target.rfind('-') + 1));
  if (number >= ledger_.size() || ledger_[number].ended_at)
    return answer(404);
  complete(number, luck_.percent(50));
  return answer(202);
}

} // namespace redial::simulation
