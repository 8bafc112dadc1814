/// What the gateway's tests share: a provider whose every answer the test gives, and a listener that writes down what
/// it hears.
#pragma once

#include "telephony/http/http_gateway.hpp"
#include "timing/manual.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace redial::telephony {

inline constexpr std::string_view test_secret = "a secret of the tests";

call_request request_for(std::uint64_t n, std::uint8_t attempt = 1);

/// @returns the body by which a provider says that it never heard of the call that `look_up` asks for.
inline std::string disowned(const http_request& look_up) {
  return R"({"attempt_id":")" + look_up.target.substr(look_up.target.find('=') + 1) + R"("})";
}

/// Requests stay under way until the test answers them.
class scripted_transport final : public http_transport {
public:
  void send(http_request request, std::function<void(http_outcome)> done) override {
    under_way.push_back({std::move(request), std::move(done)});
  }
  void shut_down() override { under_way.clear(); }

  /// Answers the oldest request.
  void answer(unsigned status, std::string body = {}, milliseconds retry_after = {}) {
    settle(http_answer{status, std::move(body), retry_after});
  }
  /// Answers the oldest request, a look-up: never heard of it.
  void disown() {
    require_one();
    answer(404, disowned(under_way.front().request));
  }
  void fail(http_failure how) { settle(how); }

  /// @returns "POST /calls, GET /calls?attempt_id=…", and forgets none of them.
  std::string text() const;

  struct exchange {
    http_request request;
    std::function<void(http_outcome)> done;
  };
  std::deque<exchange> under_way;

private:
  void settle(http_outcome outcome) {
    require_one();
    auto first = std::move(under_way.front());
    under_way.pop_front();
    first.done(std::move(outcome));
  }
  void require_one() const;
};

/// "placed answered@20 ended(answered interested)@95": instants in seconds since the epoch.
class diary {
public:
  call_listener listener() {
    return [kept = kept_](const call_news& news, const receipt& of) { kept->hear(news, of); };
  }
  const std::string& text() const { return kept_->text; }
  /// @returns what was heard since the last time.
  std::string take() { return std::exchange(kept_->text, {}); }
  /// Has receipts be kept from now on, until they are confirmed or dropped.
  void hold() { kept_->holds = true; }
  void confirm() {
    for (auto& r : std::exchange(kept_->held, {}))
      r.confirm();
  }
  void confirm_first() {
    kept_->held.front().confirm();
    kept_->held.erase(kept_->held.begin());
  }
  void drop() { kept_->held.clear(); }
  /// @returns whether the listener was dropped.
  bool let_go() const { return kept_.use_count() == 1; }

private:
  struct state {
    void hear(const call_news& news, const receipt& of);
    std::string text;
    bool holds = false;
    std::vector<receipt> held;
  };
  std::shared_ptr<state> kept_ = std::make_shared<state>();
};

/// A gateway under a clock, timers and a provider that the test moves.
struct gateway_fixture {
  static constexpr time_point start{std::chrono::seconds{1'000'000}};

  explicit gateway_fixture(bool lookup_fences = true);

  /// Lets time pass, timer by timer.
  void pass(milliseconds span);
  /// Brings a callback, signed. @returns "ok", the name of the error, or "" as long as it has not been answered.
  std::string call_back(std::string body);
  /// The body of an event `at` seconds after the start.
  static std::string event(std::uint64_t n, std::string_view name, std::string_view more = {}, int at_s = 0);
  /// Places call `n`, and has the provider take it.
  void place(std::uint64_t n, diary& heard);

  timing::manual_clock time{start};
  timing::manual_timers timers;
  scripted_transport provider;
  std::vector<std::string> logged;
  std::unique_ptr<http_gateway> gateway;
  std::vector<std::shared_ptr<std::string>> callback_answers; ///< by order of `call_back`
};

} // namespace redial::telephony
