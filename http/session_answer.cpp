#include "http/session.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

// The second half of a request's way: from where its answer is made into the socket.

namespace redial::http {

namespace net = boost::asio;

namespace {

constexpr std::chrono::seconds linger_time{2};
constexpr std::size_t linger_read_size = 16 * 1024;
constexpr std::uint64_t slowest_client = 16 * 1024; // bytes a second that an answer is given time for

/// The link of one request. Holds neither the connection nor its worker alive.
class weak_link final : public session_link {
public:
  weak_link(std::weak_ptr<worker> home, std::weak_ptr<session> to, std::uint64_t number)
    : home_{std::move(home)}, to_{std::move(to)}, number_{number} {}

  void post(std::function<void()> work) override {
    if (auto home = home_.lock())
      net::post(home->io, std::move(work));
  }
  void answer(response what) override {
    if (auto to = to_.lock())
      to->answer(number_, std::move(what));
  }
  void resume() override {
    if (auto to = to_.lock())
      to->resume(number_);
  }

private:
  std::weak_ptr<worker> home_;
  std::weak_ptr<session> to_;
  std::uint64_t number_;
};

} // namespace

session_link_ptr session::make_link() {
  return std::make_shared<weak_link>(home_.weak_from_this(), weak_from_this(), number_);
}

void session::answer(std::uint64_t number, response what) {
  // A sink may answer before the body has ended.
  const bool waits = phase_ == phase::handling || (phase_ == phase::body && use_ == body_use::stream);
  if (number != number_ || !waits)
    return;
  if (phase_ == phase::body && !parser_->is_done())
    what.close = true;
  respond(std::move(what));
  advance();
}

void session::resume(std::uint64_t number) {
  if (number != number_)
    return;
  if (phase_ == phase::streaming && source_waits_) {
    advance();
    return;
  }
  if (phase_ != phase::body || !sink_waits_)
    return;
  sink_waits_ = false;
  stretch_bytes_ = 0;
  deadline_ = home_.now() + home_.options().body_timeout;
  advance();
}

void session::respond(response what) {
  keep_alive_ = keep_alive_ && !what.close && !home_.stopping();
  answer_ = std::move(what);
  if (answer_.stream && http_1_0_)
    keep_alive_ = false;
  answer_head_.clear();
  append_head(answer_head_, answer_, {request_id_, home_.date(), keep_alive_, http_1_0_, gate_.quota()});
  answer_sent_ = 0;
  phase_ = phase::writing;
  deadline_.reset();
  sink_.reset();
  release_key();
  if (answer_.stream)
    begin_stream();
  write_rest();
}

/// Writes what the socket takes at once, which is nearly always all, and waits only for the rest.
void session::write_rest() {
  const auto text = head_only_ ? std::string_view{} : answer_.text();
  const auto total = answer_head_.size() + text.size();
  const auto in_head = std::min(answer_sent_, answer_head_.size());
  const connection::write_buffers left{
    net::buffer(answer_head_) + in_head, net::buffer(text.data(), text.size()) + (answer_sent_ - in_head)};
  boost::system::error_code error;
  answer_sent_ += socket_.write_some(left, error);
  if (error && error != net::error::would_block) {
    close();
    return;
  }
  if (answer_sent_ == total) {
    written();
    return;
  }
  if (!deadline_) {
    const auto seconds = std::chrono::seconds{(total - answer_sent_) / slowest_client};
    deadline_ = home_.now() + home_.options().body_timeout + seconds;
  }
  socket_.async_wait_write([self = shared_from_this()](boost::system::error_code failed) {
    if (self->phase_ != phase::writing)
      return;
    if (failed) {
      self->close();
      return;
    }
    self->write_rest();
    self->advance();
  });
}

void session::written() {
  if (answer_.stream) {
    phase_ = phase::streaming;
    return;
  }
  log_request();
  const bool whole = parser_ && parser_->is_done();
  answer_ = {};
  if (answer_head_.capacity() > 4 * read_buffer::resting_size)
    answer_head_ = {};
  if (request_.body.capacity() > read_buffer::resting_size)
    request_.body = {};
  route_ = nullptr;
  if (keep_alive_) {
    parser_.reset();
    phase_ = phase::idle;
    deadline_ = home_.now() + home_.options().idle_timeout;
  } else if (whole && buffer_.empty()) {
    close();
  } else {
    linger();
  }
}

/// Closing with bytes unread makes the other side's system throw away the answer before it is seen: so wait for it to
/// close.
void session::linger() {
  phase_ = phase::lingering;
  deadline_ = home_.now() + linger_time;
  parser_.reset();
  buffer_.clear();
  socket_.shutdown_send();
  start_read(linger_read_size);
}

void session::log_request() const {
  const auto spent = begun_ == steady_point{} ? std::chrono::nanoseconds{0} : std::chrono::steady_clock::now() - begun_;
  home_.meter().note(route_, answer_.status, spent);
  if (!spdlog::should_log(spdlog::level::debug) || !parser_ || !parser_->is_header_done())
    return;
  const auto& head = parser_->get();
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(spent);
  const auto* caller = gate_.caller();
  spdlog::debug("http: [{}] {} {} {} {} us workspace={} key={}", request_id_, std::string_view{head.method_string()},
    std::string_view{head.target()}, answer_.status, took.count(), caller ? caller->workspace : "-",
    caller && caller->id != key_id{} ? caller->id.view() : "-");
}

} // namespace redial::http
