#include "http/worker.hpp"

#include "http/session.hpp"
#include "http/tls.hpp"

#include <boost/asio/buffer.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <ctime>
#include <random>

namespace redial::http {

namespace net = boost::asio;

namespace {

/// A small part of the shortest timeout, so that it is kept well, but never a busy loop.
std::chrono::milliseconds tick_for(const server_options& options) {
  const auto shortest = std::min({options.header_timeout, options.idle_timeout, options.body_timeout});
  return std::clamp(shortest / 8, std::chrono::milliseconds{5}, std::chrono::milliseconds{500});
}

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

} // namespace

worker::worker(const server_options& options, actors::service& engine, actors::key_service& keys, const clock& time,
  const provider_callback& take_callback, live_streams& streams, request_figures& figures,
  std::shared_ptr<gate_rules> rules, std::shared_ptr<std::atomic<std::size_t>> connections)
  : options_{options}, context_{engine, keys, time, views_, take_callback, streams, figures, options.config},
    meter_{figures}, rules_{std::move(rules)},
    connections_{std::move(connections)}, tick_{tick_for(options)}, id_state_{random_seed()} {
  update_time();
}

worker::~worker() = default;

void worker::run() {
  arm();
  while (!io.stopped()) {
    try {
      io.run();
    } catch (const std::exception& e) {
      // A connection's trouble must not end the others: its handler is gone, its timeout will close it.
      spdlog::error("http: unexpected error in an io thread: {}", e.what());
    }
  }
}

void worker::adopt(tcp_socket socket) {
  boost::system::error_code ignored;
  if (stopping_) {
    socket.close(ignored);
    return;
  }
  socket.set_option(net::ip::tcp::no_delay{true}, ignored);
  socket.non_blocking(true, ignored);
  if (connections_->fetch_add(1) >= options_.max_connections) {
    connections_->fetch_sub(1);
    if (options_.tls) { // there is nothing to be said before a handshake, which would cost more than the answer
      socket.close(ignored);
      return;
    }
    auto answer = problem_response(problem{error_code::overloaded, "Too many connections.", {}});
    std::string text;
    append_head(text, answer, {make_request_id(), date(), false, false});
    text += answer.body;
    socket.write_some(net::buffer(text), ignored);
    socket.shutdown(tcp_socket::shutdown_send, ignored);
    socket.close(ignored);
    return;
  }
  auto adopted = std::make_shared<session>(*this, std::move(socket), options_.tls ? options_.tls->current() : nullptr);
  adopted->index = sessions_.size();
  sessions_.push_back(adopted);
  adopted->start();
}

void worker::remove(session& gone) {
  connections_->fetch_sub(1);
  const auto index = gone.index;
  // `gone` may be held by nobody else: keep it until the list is in order again.
  const auto kept = std::move(sessions_[index]);
  if (index + 1 != sessions_.size()) {
    sessions_[index] = std::move(sessions_.back());
    sessions_[index]->index = index;
  }
  sessions_.pop_back();
  finish_if_empty();
}

void worker::begin_stop(steady_point deadline) {
  if (stopping_)
    return;
  stopping_ = true;
  stop_deadline_ = deadline;
  tick_ = std::min(tick_, std::chrono::milliseconds{20});
  for (auto i = sessions_.size(); i-- > 0;)
    sessions_[i]->begin_stop();
  arm();
  finish_if_empty();
}

void worker::finish_if_empty() {
  if (stopping_ && sessions_.empty())
    io.stop();
}

void worker::arm() {
  timer_.expires_after(tick_);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error)
      return;
    tick();
    arm();
  });
}

void worker::tick() {
  update_time();
  const bool cut = stopping_ && now_ >= stop_deadline_;
  // Backwards: a connection that closes is replaced by the last one, which was looked at already.
  for (auto i = sessions_.size(); i-- > 0;) {
    if (cut)
      sessions_[i]->close();
    else
      sessions_[i]->check_deadline();
  }
}

void worker::update_time() {
  now_ = std::chrono::steady_clock::now();
  // The date of an answer is that of the real world, however fast the campaigns' clock runs.
  const auto seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 30> text{};
  if (std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc) == date_.size())
    std::copy_n(text.begin(), date_.size(), date_.begin());
}

std::string worker::make_request_id() {
  // splitmix64: every state gives another number, so no id comes twice.
  auto z = id_state_ += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  z ^= z >> 31U;
  constexpr std::string_view hex = "0123456789abcdef";
  std::string id = "req_0000000000000000";
  for (std::size_t i = id.size(); i-- > 4; z >>= 4U)
    id[i] = hex[z & 15U];
  return id;
}

} // namespace redial::http
