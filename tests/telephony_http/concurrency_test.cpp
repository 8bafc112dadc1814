// The gateway under many threads at a time. Meant for ThreadSanitizer as much as for the checks.
#include "telephony/http/signature.hpp"
#include "tests/telephony_http/fixture.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace redial;
using namespace redial::telephony;
using namespace std::chrono_literals;

namespace {

/// Answers on threads of its own, each call in the way that its number says.
class busy_provider final : public http_transport {
public:
  busy_provider() {
    for (auto& worker : workers_)
      worker = std::thread{[this] { work(); }};
  }
  ~busy_provider() override { shut_down(); }
  busy_provider(const busy_provider&) = delete;
  busy_provider& operator=(const busy_provider&) = delete;

  void send(http_request request, std::function<void(http_outcome)> done) override {
    std::lock_guard lock{mutex_};
    queue_.push_back({std::move(request), std::move(done)});
    changed_.notify_one();
  }
  void shut_down() override {
    {
      std::lock_guard lock{mutex_};
      stopped_ = true;
      changed_.notify_all();
    }
    for (auto& worker : workers_) {
      if (worker.joinable())
        worker.join();
    }
  }

private:
  void work() {
    for (;;) {
      scripted_transport::exchange next;
      {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return stopped_ || !queue_.empty(); });
        if (stopped_)
          return;
        next = std::move(queue_.front());
        queue_.pop_front();
      }
      next.done(answer(next.request));
    }
  }
  http_outcome answer(const http_request& request) {
    switch (count_.fetch_add(1) % 5) {
    case 0: return http_failure::uncertain;
    case 1: return http_answer{503, "", 0ms};
    case 2:
      return request.method == http_request::verb::post
               ? http_answer{202, R"({"call_id":"p"})", 0ms}
               : http_answer{200, R"({"call_id":"p","status":"in_progress","events":[]})", 0ms};
    case 3: return http_answer{404, disowned(request), 0ms};
    default: return http_answer{202, R"({"call_id":"p"})", 0ms};
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<scripted_transport::exchange> queue_;
  bool stopped_ = false;
  std::atomic<unsigned> count_{0};
  std::array<std::thread, 2> workers_;
};

/// What one call's listener heard.
struct call_record {
  std::atomic<int> heard{0};
  std::atomic<bool> was_not_placed{false};
  std::atomic<bool> was_placed{false};
};

constexpr std::uint64_t calls_a_thread = 400;

} // namespace

TEST_CASE("calls, callbacks and look-ups from many threads, and an end in the midst of it") {
  timing::manual_clock time{gateway_fixture::start};
  timing::manual_timers timers;
  busy_provider provider;
  http_gateway_options options;
  options.secret = test_secret;
  const auto gateway = make_http_gateway(std::move(options), provider, time, timers);
  std::atomic<bool> over{false};
  std::atomic<int> after_the_end{0};
  std::atomic<int> callbacks{0};
  std::atomic<int> callback_answers{0};
  std::vector<call_record> records(3 * calls_a_thread);

  const auto listener_of = [&](call_record& record) {
    return [&](const call_news& news, const receipt& of) {
      after_the_end += over.load();
      ++record.heard;
      if (std::holds_alternative<call_not_placed>(news))
        record.was_not_placed = true;
      else
        record.was_placed = true;
      of.confirm();
    };
  };
  const auto call_back = [&](const std::string& body) {
    ++callbacks;
    gateway->take_callback(sign(test_secret, gateway_fixture::start.time_since_epoch().count() / 1000, body), body,
      [&](const result<void>&) { ++callback_answers; });
  };

  std::atomic<int> working{3};
  std::vector<std::thread> callers;
  for (std::uint64_t t = 0; t < 3; ++t) {
    callers.emplace_back([&, t] {
      for (std::uint64_t i = 0; i < calls_a_thread; ++i) {
        const auto n = t * calls_a_thread + i;
        gateway->place(request_for(n + 1), listener_of(records[n]));
        if (i % 3 == 0) {
          call_back(gateway_fixture::event(n + 1, "answered"));
          call_back(gateway_fixture::event(n + 1, "completed", R"("outcome":"answered")"));
          call_back(gateway_fixture::event(n + 1, "result", R"("disposition":"x")"));
        }
        if (i % 7 == 0)
          gateway->look_up(request_for(n + 1).id, listener_of(records[n]));
      }
      --working;
    });
  }
  // Within the tolerance of signatures, which bear the instant of the start.
  std::thread timekeeper{[&] {
    while (working > 0) {
      if (time.now() < gateway_fixture::start + 250s)
        time.advance(100ms);
      timers.run_due(time.now());
    }
  }};
  // While all of that goes on.
  callers.at(0).join();
  gateway->shut_down();
  over = true;
  callers.at(1).join();
  callers.at(2).join();
  timekeeper.join();
  provider.shut_down();

  CHECK(after_the_end == 0);
  CHECK(callback_answers == callbacks);
  CHECK(gateway->in_flight() == 0);
  CHECK(gateway->counters().callbacks > 0);
  for (std::size_t n = 0; n < records.size(); ++n) {
    CAPTURE(n);
    // A call that was asked for by two listeners may be over for the first and unknown to the second.
    if (n % calls_a_thread % 7 != 0 && n % calls_a_thread % 3 != 0)
      CHECK_FALSE((records[n].was_placed && records[n].was_not_placed));
  }
}
