#include "bench/load/open_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <deque>
#include <optional>
#include <random>
#include <utility>

namespace redial::bench {

namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::chrono::seconds last_answers{10};
/// A connection that nobody used for so long is made anew: the server may be closing it just now.
constexpr std::chrono::seconds longest_idle{20};

struct due_ask {
  ask what;
  steady_clock::time_point due;
};

} // namespace

std::uint64_t tally::good() const {
  std::uint64_t sum = 0;
  for (const auto& [status, times] : seen)
    sum += status / 100 == 2 ? times : 0;
  return sum;
}

std::uint64_t load_outcome::refused() const {
  std::uint64_t sum = 0;
  for (const auto& [kind, came] : kinds)
    sum += came.took.count() - came.good();
  return sum;
}

struct open_loop::state {
  /// One connection and the request on it.
  struct line {
    explicit line(boost::asio::io_context& io) : socket{io} {}
    tcp::socket socket;
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::response<http::string_body> response;
    std::optional<due_ask> busy_with;
    steady_clock::time_point used = steady_clock::now();
  };

  target server;
  boost::asio::io_context io;
  std::vector<std::unique_ptr<line>> lines;
  std::vector<line*> idle;
  std::deque<due_ask> waiting;
  load_outcome outcome;
  source make;
  sink told;
  std::mt19937_64 random;
  double rate = 1;
  std::uint64_t made = 0;
  steady_clock::time_point next_due;
  steady_clock::time_point last_due;
  boost::asio::steady_timer timer{io};
  bool all_made = false;

  void connect(line& on) {
    error_code ignored;
    on.socket.close(ignored);
    on.buffer.clear();
    tcp::resolver resolver{io};
    boost::asio::connect(on.socket, resolver.resolve(server.host, std::to_string(server.port)));
    on.socket.set_option(tcp::no_delay{true});
    on.used = steady_clock::now();
  }

  steady_clock::duration gap() {
    return std::chrono::duration_cast<steady_clock::duration>(
      std::chrono::duration<double>{std::exponential_distribution<double>{rate}(random)});
  }

  void make_due() {
    const auto now = steady_clock::now();
    for (; next_due <= now && next_due < last_due; next_due += gap()) {
      auto what = make(made++);
      if (!what.path.empty())
        waiting.push_back({std::move(what), next_due});
    }
    hand_out();
    if (next_due >= last_due) {
      all_made = true;
      finish_if_over();
      return;
    }
    timer.expires_at(next_due);
    timer.async_wait([this](error_code error) {
      if (!error)
        make_due();
    });
  }

  void hand_out() {
    while (!waiting.empty() && !idle.empty()) {
      auto& on = *idle.back();
      idle.pop_back();
      on.busy_with = std::move(waiting.front());
      waiting.pop_front();
      send(on);
    }
  }

  void send(line& on) {
    if (steady_clock::now() - on.used > longest_idle)
      connect(on);
    const auto& what = on.busy_with->what;
    on.request = {what.verb, what.path, 11};
    on.request.set(http::field::host, server.host);
    on.request.set(http::field::authorization, "Bearer " + server.key);
    if (what.body) {
      on.request.set(http::field::content_type, "application/json");
      on.request.body() = *what.body;
    }
    on.request.prepare_payload();
    on.response = {};
    http::async_write(on.socket, on.request, [this, &on](error_code failed, std::size_t) {
      if (failed)
        return over(on, failed);
      http::async_read(
        on.socket, on.buffer, on.response, [this, &on](error_code broken, std::size_t) { over(on, broken); });
    });
  }

  void count(const due_ask& asked, unsigned status) {
    auto& kind = outcome.kinds[asked.what.kind];
    kind.took.record(static_cast<std::uint64_t>(
      std::chrono::nanoseconds{std::max(steady_clock::duration{0}, steady_clock::now() - asked.due)}.count()));
    ++kind.seen[status];
  }

  void over(line& on, error_code failed) {
    const auto asked = std::exchange(on.busy_with, std::nullopt);
    if (!asked)
      return; // given up
    on.used = steady_clock::now();
    const auto status = failed ? 0U : on.response.result_int();
    count(*asked, status);
    if (failed || !on.response.keep_alive())
      connect(on);
    if (told)
      told(asked->what, status, on.response.body());
    idle.push_back(&on);
    hand_out();
    finish_if_over();
  }

  void finish_if_over() {
    if (all_made && waiting.empty() && idle.size() == lines.size())
      io.stop();
  }

  void give_up_late_ones() {
    for (auto& each : lines) {
      if (const auto asked = std::exchange(each->busy_with, std::nullopt)) {
        count(*asked, 0);
        error_code ignored;
        each->socket.close(ignored);
      }
    }
    for (const auto& each : waiting)
      count(each, 0);
    waiting.clear();
  }
};

open_loop::open_loop(target server, unsigned connections) : state_{new state} {
  state_->server = std::move(server);
  for (unsigned n = 0; n < connections; ++n) {
    state_->lines.push_back(std::make_unique<state::line>(state_->io));
    state_->connect(*state_->lines.back());
    state_->idle.push_back(state_->lines.back().get());
  }
}

open_loop::~open_loop() = default;

load_outcome open_loop::run(
  double rate, std::chrono::duration<double> length, std::uint64_t seed, source make, sink told) {
  auto& s = *state_;
  s.outcome = {};
  s.make = std::move(make);
  s.told = std::move(told);
  s.random.seed(seed);
  s.rate = rate;
  s.made = 0;
  s.all_made = false;
  const auto begin = steady_clock::now();
  s.next_due = begin + s.gap();
  s.last_due = begin + std::chrono::duration_cast<steady_clock::duration>(length);
  s.idle.clear();
  for (auto& each : s.lines) {
    if (!each->socket.is_open())
      s.connect(*each);
    s.idle.push_back(each.get());
  }
  s.io.restart();
  s.make_due();
  s.io.run_until(s.last_due + last_answers);
  s.timer.cancel();
  s.give_up_late_ones();
  s.io.restart();
  s.io.poll(); // what was cancelled
  s.outcome.seconds = length.count();
  return std::move(s.outcome);
}

void open_loop::follow(ask also) { state_->waiting.push_back({std::move(also), steady_clock::now()}); }

} // namespace redial::bench
