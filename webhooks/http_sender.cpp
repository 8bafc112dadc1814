#include "webhooks/http_sender.hpp"

#include "outbound/trust.hpp"
#include "webhooks/address_policy.hpp"
#include "webhooks/link.hpp"
#include "webhooks/resolve.hpp"
#include "webhooks/signing.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <list>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>

namespace redial::webhooks {

namespace {

namespace net = boost::asio;
using steady = std::chrono::steady_clock;

class http_sender final : public sender {
public:
  http_sender(sender_options options, std::unique_ptr<net::ssl::context> tls)
    : options_{std::move(options)}, tls_{std::move(tls)}, thread_{[this] { run(); }} {}
  ~http_sender() override { shut_down(); }
  http_sender(const http_sender&) = delete;
  http_sender& operator=(const http_sender&) = delete;

  result<void> check(std::string_view url) const override {
    if (const auto to = parse_target(url, options_.policy); !to)
      return to.error();
    return {};
  }

  void send(message what, std::function<void(answer)> done) override {
    net::post(io_, [this, job = job_of{std::move(what), std::move(done)}]() mutable {
      if (stopped_)
        return;
      waiting_.push_back(std::move(job));
      begin_next();
    });
  }

  void shut_down() override {
    if (!stopped_.exchange(true))
      net::post(io_, [this] { close(); });
    const std::lock_guard lock{join_mutex_};
    if (thread_.joinable())
      thread_.join();
  }

private:
  struct job_of {
    message what;
    std::function<void(answer)> done;
  };
  struct idle_link {
    std::string key;
    std::unique_ptr<link> is;
    steady::time_point since;
  };
  /// What an attempt has under way, for its time limit and the end of all.
  struct attempt {
    explicit attempt(net::io_context& io) : limit{io} {}
    net::steady_timer limit;
    link* open = nullptr;
    std::shared_ptr<lookup> looking;
    bool cut = false;

    void end() {
      cut = true;
      if (open)
        open->close();
      if (looking)
        looking->give_up();
    }
  };

  void run() {
    io_.run();
    // Stopped: what was closed may unwind.
    io_.restart();
    io_.run_for(std::chrono::milliseconds{500});
  }

  void begin_next() {
    while (!waiting_.empty() && in_use_ < options_.connections && !stopped_) {
      auto job = std::move(waiting_.front());
      waiting_.pop_front();
      ++in_use_;
      net::co_spawn(io_, deliver(std::move(job)), net::detached);
    }
  }

  net::awaitable<void> deliver(job_of job) {
    attempt doing{io_};
    attempts_.insert(&doing);
    limit(doing, options_.timeout);
    std::unique_ptr<link> over;
    std::string key;
    auto told = co_await carry(job.what, doing, over, key);
    if (doing.cut && told.status == 0)
      told.error = "no answer within " + std::to_string(options_.timeout.count()) + " ms";
    if (over && !doing.cut && !stopped_) {
      // First the connection, so that whoever has more to say finds it free.
      limit(doing, options_.body_timeout);
      doing.open = over.get();
      const bool good = co_await over->drain();
      if (good && !doing.cut && !stopped_)
        keep(std::move(key), std::move(over));
    }
    if (!stopped_)
      std::exchange(job.done, nullptr)(std::move(told));
    doing.limit.cancel();
    attempts_.erase(&doing);
    --in_use_;
    begin_next();
  }

  void limit(attempt& doing, milliseconds time) {
    doing.limit.expires_after(time);
    // Cancelled before `doing` goes; a handler that was queued by then has no error, but `attempts_` knows better.
    doing.limit.async_wait([this, which = &doing](boost::system::error_code cancelled) {
      if (!cancelled && attempts_.contains(which) && which->limit.expiry() <= steady::now())
        which->end();
    });
  }

  /// One attempt. @param over the connection, where there was an answer and its body is still to be read
  net::awaitable<answer> carry(const message& what, attempt& doing, std::unique_ptr<link>& over, std::string& key) {
    const auto to = parse_target(what.url, options_.policy);
    if (!to)
      co_return answer{0, "the URL " + to.error().detail, {}};
    const auto request = wire_form(*to, what);
    key = (to->tls ? "https://" : "http://") + to->authority;
    over = take_idle(key);
    for (;;) {
      const bool used = over != nullptr;
      if (!used) {
        auto fault = co_await open(*to, doing, over);
        if (!fault.empty()) {
          over.reset();
          co_return answer{0, std::move(fault), {}};
        }
      }
      doing.open = over.get();
      auto sent = co_await over->exchange(request);
      doing.open = nullptr;
      if (sent.told.status != 0)
        co_return std::move(sent.told);
      over.reset();
      // One that had lain idle may have been closed unnoticed; that it may have taken the message is no harm.
      if (!used || !sent.untouched || doing.cut || stopped_)
        co_return std::move(sent.told);
    }
  }

  net::awaitable<std::string> open(const target& to, attempt& doing, std::unique_ptr<link>& over) {
    boost::system::error_code is_name;
    std::vector<net::ip::address> addresses{net::ip::make_address(to.host, is_name)};
    if (is_name) {
      doing.looking = lookup::start(io_, to.host, options_.resolve);
      if (!doing.looking)
        co_return "too many names are being looked up";
      co_await doing.looking->wait();
      auto found = doing.looking->found();
      doing.looking.reset();
      if (doing.cut || stopped_)
        co_return "cut off";
      if (!found)
        co_return "cannot resolve " + to.host + ": " + found.error().detail;
      addresses = std::move(*found);
    }
    link::endpoints endpoints;
    for (const auto& address : addresses) {
      if (!options_.policy.allow_private && !is_public(address))
        co_return to.host + " leads to " + address.to_string() + ", which is not public";
      endpoints.emplace_back(address, to.port);
    }
    if (endpoints.empty())
      co_return to.host + " has no address";
    over = make_link(io_, to.tls ? tls_.get() : nullptr);
    doing.open = over.get();
    auto fault = co_await over->open(endpoints, to.host);
    doing.open = nullptr;
    if (fault.empty() && (doing.cut || stopped_))
      co_return "cut off";
    co_return fault;
  }

  std::string wire_form(const target& to, const message& what) const {
    const auto now =
      options_.unix_now
        ? options_.unix_now()
        : std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    std::string text;
    text.reserve(512 + what.body->size());
    text += "POST " + to.path + " HTTP/1.1\r\nHost: " + to.authority
            + "\r\nUser-Agent: redial\r\nAccept: */*\r\nContent-Type: application/json\r\nContent-Length: "
            + std::to_string(what.body->size()) + "\r\nwebhook-id: " + what.id
            + "\r\nwebhook-timestamp: " + std::to_string(now)
            + "\r\nwebhook-signature: " + sign(what.secret, what.id, now, *what.body) + "\r\n\r\n" + *what.body;
    return text;
  }

  std::unique_ptr<link> take_idle(const std::string& key) {
    // The one used last: the others may grow old.
    for (auto it = idle_.rbegin(); it != idle_.rend(); ++it) {
      if (it->key != key)
        continue;
      auto found = std::move(it->is);
      idle_.erase(std::next(it).base());
      if (found->still_quiet())
        return found;
      return take_idle(key);
    }
    return nullptr;
  }

  void keep(std::string key, std::unique_ptr<link> over) {
    if (idle_.size() >= options_.connections)
      idle_.pop_front();
    idle_.push_back({std::move(key), std::move(over), steady::now()});
    arm_idle();
  }

  void arm_idle() {
    if (idle_armed_ || idle_.empty() || stopped_)
      return;
    idle_armed_ = true;
    idle_timer_.expires_at(idle_.front().since + options_.idle_timeout);
    idle_timer_.async_wait([this](boost::system::error_code cancelled) {
      idle_armed_ = false;
      if (cancelled)
        return;
      while (!idle_.empty() && idle_.front().since + options_.idle_timeout <= steady::now())
        idle_.pop_front();
      arm_idle();
    });
  }

  void close() {
    waiting_.clear();
    idle_.clear();
    idle_timer_.cancel();
    for (auto* each : attempts_) {
      each->limit.cancel();
      each->end();
    }
    guard_.reset();
    io_.stop();
  }

  const sender_options options_;
  const std::unique_ptr<net::ssl::context> tls_;
  net::io_context io_{1};
  net::executor_work_guard<net::io_context::executor_type> guard_{io_.get_executor()};
  std::atomic<bool> stopped_{false};
  std::deque<job_of> waiting_;
  std::size_t in_use_ = 0;
  std::unordered_set<attempt*> attempts_;
  std::list<idle_link> idle_; ///< longest first
  net::steady_timer idle_timer_{io_};
  bool idle_armed_ = false;
  std::mutex join_mutex_;
  std::thread thread_;
};

} // namespace

result<std::unique_ptr<sender>> make_http_sender(sender_options options) {
  auto tls = outbound::make_trust(options.ca_file);
  if (!tls)
    return tls.error();
  return std::make_unique<http_sender>(std::move(options), std::move(*tls));
}

} // namespace redial::webhooks
