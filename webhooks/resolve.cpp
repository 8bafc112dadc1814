#include "webhooks/resolve.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace redial::webhooks {

namespace {

namespace net = boost::asio;
using addresses = std::vector<net::ip::address>;

constexpr std::size_t most_under_way = 256;
std::atomic<std::size_t> under_way{0};

addresses ask_system(const std::string& host) {
  net::io_context io;
  net::ip::tcp::resolver system{io};
  addresses found;
  for (const auto& entry : system.resolve(host, ""))
    found.push_back(entry.endpoint().address());
  return found;
}

} // namespace

struct lookup::state {
  std::mutex mutex;
  std::function<void()> wake; ///< empty: nobody waits
  std::optional<result<addresses>> answer;
};

std::shared_ptr<lookup> lookup::start(net::io_context& io, const std::string& host, const resolver& by) {
  if (under_way.fetch_add(1) >= most_under_way) {
    under_way.fetch_sub(1);
    return nullptr;
  }
  auto shared = std::make_shared<state>();
  auto made = std::shared_ptr<lookup>{new lookup{io, shared}};
  shared->wake = [&io, which = std::weak_ptr{made}] {
    net::post(io, [which] {
      if (auto waiting = which.lock())
        waiting->found_.cancel();
    });
  };
  std::thread{[shared, host, ask = by ? by : resolver{ask_system}] {
    auto answer = [&]() -> result<addresses> {
      try {
        return ask(host);
      } catch (const std::exception& e) {
        return problem{error_code::unavailable, e.what(), {}};
      }
    }();
    under_way.fetch_sub(1);
    const std::lock_guard lock{shared->mutex};
    shared->answer = std::move(answer);
    if (const auto wake = std::exchange(shared->wake, nullptr))
      wake();
  }}.detach();
  return made;
}

lookup::~lookup() { give_up(); }

net::awaitable<void> lookup::wait() {
  {
    const std::lock_guard lock{state_->mutex};
    if (state_->answer || !state_->wake)
      co_return;
    // Both `wake` and `give_up` cancel it on this thread, so not before it waits.
    found_.expires_at(net::steady_timer::time_point::max());
  }
  co_await found_.async_wait(net::as_tuple(net::use_awaitable));
}

void lookup::give_up() {
  {
    const std::lock_guard lock{state_->mutex};
    state_->wake = nullptr;
  }
  found_.cancel();
}

result<addresses> lookup::found() {
  const std::lock_guard lock{state_->mutex};
  if (!state_->answer)
    return problem{error_code::unavailable, "given up", {}};
  return *state_->answer;
}

} // namespace redial::webhooks
