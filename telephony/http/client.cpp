#include "telephony/http/client.hpp"

#include "outbound/trust.hpp"
#include "telephony/http/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

namespace redial::telephony {

namespace {

namespace net = boost::asio;
using steady = std::chrono::steady_clock;

/// One request on its way.
struct job {
  std::string request; ///< as it goes over the wire
  std::function<void(http_outcome)> done;
  bool fits = true;     ///< there was room for it in the queue
  bool begun = false;   ///< a byte may have been written
  bool settled = false; ///< `done` was called
};
using shared_job = std::shared_ptr<job>;

/// One thread with its connections. Nothing but `queued` and what is `const` is touched from elsewhere.
class lane {
public:
  lane(const http_client_options& options, const outbound::base_url& url, net::ssl::context* tls,
    std::size_t connections, std::size_t queue)
    : options_{options}, url_{url}, tls_{tls}, connections_{connections}, queue_{queue} {}
  ~lane() { stop(); }
  lane(const lane&) = delete;
  lane& operator=(const lane&) = delete;

  void start() {
    thread_ = std::thread([this] {
      io_.run();
      // Stopped: what was closed may unwind. A name that is still being resolved must not hold up the end.
      io_.restart();
      io_.run_for(std::chrono::milliseconds{500});
    });
  }

  void send(shared_job what) {
    what->fits = queued_.fetch_add(1) < queue_;
    net::post(io_, [this, what = std::move(what)]() mutable { take(std::move(what)); });
  }

  /// From within a `done` of this lane it only begins to stop.
  void stop() {
    if (!stopped_.exchange(true))
      net::post(io_, [this] { close(); });
    if (thread_.get_id() == std::this_thread::get_id())
      return;
    std::lock_guard lock{join_mutex_};
    if (thread_.joinable())
      thread_.join();
  }

private:
  struct idle_connection {
    std::unique_ptr<connection> is;
    steady::time_point since;
  };

  void take(shared_job what);
  net::awaitable<void> work(std::unique_ptr<connection> with, shared_job what);
  /// Sends one request, over `with` if that is still good, else over a new connection.
  net::awaitable<http_outcome> carry(std::unique_ptr<connection>& with, const shared_job& what);
  shared_job next();
  /// Takes down why a connection could not be opened, or that it could.
  void note(std::string fault);
  void begin(job& what);
  void settle(job& what, http_outcome outcome);
  void arm_deadline();
  void arm_idle();
  std::unique_ptr<connection> connect();
  void drop(std::unique_ptr<connection>& gone);
  void close();

  const http_client_options& options_;
  const outbound::base_url& url_;
  net::ssl::context* tls_;
  const std::size_t connections_;
  const std::size_t queue_;

  net::io_context io_{1};
  net::executor_work_guard<net::io_context::executor_type> guard_{io_.get_executor()};
  std::atomic<std::size_t> queued_{0}; ///< sent, and not begun
  std::atomic<bool> stopped_{false};

  net::steady_timer deadline_timer_{io_};
  net::steady_timer idle_timer_{io_};
  bool deadline_armed_ = false;
  bool idle_armed_ = false;
  std::size_t working_ = 0; ///< connections that are not idle
  std::deque<shared_job> waiting_;
  std::deque<std::pair<steady::time_point, shared_job>>
    deadlines_;                      ///< all have the same time, so the first is due first
  std::deque<idle_connection> idle_; ///< longest first
  std::unordered_set<connection*> live_;
  std::string last_fault_;

  std::mutex join_mutex_;
  std::thread thread_;
};

void lane::take(shared_job what) {
  if (stopped_)
    return;
  if (!what->fits) {
    settle(*what, http_failure::never_sent);
    return;
  }
  deadlines_.emplace_back(steady::now() + options_.connect_timeout, what);
  arm_deadline();
  std::unique_ptr<connection> with;
  if (!idle_.empty()) {
    with = std::move(idle_.back().is);
    idle_.pop_back();
  } else if (working_ >= connections_) {
    waiting_.push_back(std::move(what));
    return;
  }
  ++working_;
  net::co_spawn(io_, work(std::move(with), std::move(what)), net::detached);
}

net::awaitable<void> lane::work(std::unique_ptr<connection> with, shared_job what) {
  while (what && !stopped_) {
    auto outcome = co_await carry(with, what);
    settle(*what, std::move(outcome));
    what = next();
  }
  --working_;
  if (with && !stopped_) {
    idle_.push_back({std::move(with), steady::now()});
    arm_idle();
  }
  drop(with);
}

net::awaitable<http_outcome> lane::carry(std::unique_ptr<connection>& with, const shared_job& what) {
  if (with && !with->still_quiet())
    drop(with);
  for (;;) {
    const bool used = with != nullptr;
    if (!used) {
      with = connect();
      auto fault = co_await with->open(options_.connect_timeout);
      const bool failed = !fault.empty();
      note(std::move(fault));
      if (failed) {
        drop(with);
        co_return http_failure::never_sent;
      }
    }
    if (what->settled || stopped_)
      co_return http_failure::never_sent; // its time was up meanwhile
    begin(*what);
    auto sent = co_await with->exchange(what->request, options_.request_timeout);
    if (!sent.reusable)
      drop(with);
    const auto* failure = std::get_if<http_failure>(&sent.outcome);
    // A connection that had lain idle may have been closed unnoticed; a new one is no second sending.
    if (!used || !failure || *failure != http_failure::never_sent)
      co_return std::move(sent.outcome);
  }
}

shared_job lane::next() {
  while (!waiting_.empty()) {
    auto first = std::move(waiting_.front());
    waiting_.pop_front();
    if (!first->settled)
      return first;
  }
  return nullptr;
}

void lane::note(std::string fault) {
  if (fault != last_fault_ && !fault.empty() && options_.log && !stopped_)
    options_.log("cannot reach the provider at " + url_.authority + ": " + fault);
  last_fault_ = std::move(fault);
}

void lane::begin(job& what) {
  if (!std::exchange(what.begun, true))
    queued_.fetch_sub(1);
}

void lane::settle(job& what, http_outcome outcome) {
  if (std::exchange(what.settled, true) || stopped_)
    return;
  begin(what);
  const auto done = std::exchange(what.done, nullptr);
  done(std::move(outcome));
}

void lane::arm_deadline() {
  while (!deadlines_.empty() && (deadlines_.front().second->begun || deadlines_.front().second->settled))
    deadlines_.pop_front();
  if (deadline_armed_ || deadlines_.empty() || stopped_)
    return;
  deadline_armed_ = true;
  deadline_timer_.expires_at(deadlines_.front().first);
  deadline_timer_.async_wait([this](boost::system::error_code cancelled) {
    deadline_armed_ = false;
    if (cancelled)
      return;
    for (const auto now = steady::now(); !deadlines_.empty() && deadlines_.front().first <= now;) {
      const auto late = std::move(deadlines_.front().second);
      deadlines_.pop_front();
      if (!late->begun)
        settle(*late, http_failure::never_sent);
    }
    arm_deadline();
  });
}

void lane::arm_idle() {
  if (idle_armed_ || idle_.empty() || stopped_)
    return;
  idle_armed_ = true;
  idle_timer_.expires_at(idle_.front().since + options_.idle_timeout);
  idle_timer_.async_wait([this](boost::system::error_code cancelled) {
    idle_armed_ = false;
    if (cancelled)
      return;
    for (const auto now = steady::now(); !idle_.empty() && idle_.front().since + options_.idle_timeout <= now;) {
      drop(idle_.front().is);
      idle_.pop_front();
    }
    arm_idle();
  });
}

std::unique_ptr<connection> lane::connect() {
  auto made = make_connection(io_, url_, tls_);
  live_.insert(made.get());
  return made;
}

void lane::drop(std::unique_ptr<connection>& gone) {
  live_.erase(gone.get());
  gone.reset();
}

void lane::close() {
  for (auto* open : live_)
    open->close();
  idle_.clear();
  waiting_.clear();
  deadlines_.clear();
  deadline_timer_.cancel();
  idle_timer_.cancel();
  guard_.reset();
  io_.stop();
}

class http_client final : public http_transport {
public:
  http_client(http_client_options options, outbound::base_url url, std::unique_ptr<net::ssl::context> tls)
    : options_{std::move(options)}, url_{std::move(url)}, tls_{std::move(tls)} {
    const std::size_t count = std::max(1U, options_.threads);
    for (std::size_t i = 0; i < count; ++i)
      lanes_.push_back(std::make_unique<lane>(options_, url_, tls_.get(),
        std::max<std::size_t>(1, options_.connections / count), std::max<std::size_t>(1, options_.queue / count)));
    for (auto& l : lanes_)
      l->start();
  }
  ~http_client() override { shut_down(); }
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  void send(http_request request, std::function<void(http_outcome)> done) override {
    auto what = std::make_shared<job>();
    what->request = wire_form(request);
    what->done = std::move(done);
    lanes_[next_lane_.fetch_add(1, std::memory_order_relaxed) % lanes_.size()]->send(std::move(what));
  }

  void shut_down() override {
    for (auto& l : lanes_)
      l->stop();
  }

private:
  std::string wire_form(const http_request& request) const {
    using enum http_request::verb;
    const bool posts = request.method == post;
    std::string text{posts ? "POST " : request.method == get ? "GET " : "DELETE "};
    text.reserve(512 + request.body.size());
    text += url_.path + request.target + " HTTP/1.1\r\nHost: " + url_.authority
            + "\r\nUser-Agent: redial\r\nAccept: application/json\r\n";
    if (!request.idempotency_key.empty())
      text += "Idempotency-Key: " + request.idempotency_key + "\r\n";
    if (!request.signature.empty())
      text += "Redial-Signature: " + request.signature + "\r\n";
    if (posts)
      text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
    return text + "\r\n" + request.body;
  }

  const http_client_options options_;
  const outbound::base_url url_;
  const std::unique_ptr<net::ssl::context> tls_;
  std::vector<std::unique_ptr<lane>> lanes_;
  std::atomic<std::size_t> next_lane_{0};
};

} // namespace

result<std::unique_ptr<http_transport>> make_http_client(http_client_options options) {
  auto url = outbound::parse_base_url(options.base_url);
  if (!url)
    return url.error();
  std::unique_ptr<net::ssl::context> tls;
  if (url->tls) {
    auto trust = outbound::make_trust(options.ca_file);
    if (!trust)
      return trust.error();
    tls = std::move(*trust);
  }
  return std::make_unique<http_client>(std::move(options), std::move(*url), std::move(tls));
}

} // namespace redial::telephony
