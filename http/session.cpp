#include "http/session.hpp"

#include "http/body_source.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

namespace redial::http {

namespace net = boost::asio;
namespace beast = boost::beast;
using beast::http::field;

namespace {

constexpr std::size_t collect_read_size = 16 * 1024;
constexpr std::size_t stream_read_size = 64 * 1024; // parsed in well under 2 ms
constexpr std::uint64_t discard_limit =
  64 * 1024;                         // a refused body up to this size is read, so that the connection lives on
constexpr int requests_at_once = 64; // of one connection, before others have their turn
constexpr int pieces_at_once = 4;    // of a streamed body, likewise

} // namespace

session::session(worker& home, tcp_socket socket, const tls_context& tls)
  : home_{home}, socket_{std::move(socket), tls}, gate_{home.rules()} {}

void session::start() {
  if (socket_.secured()) {
    shake_hands();
    return;
  }
  deadline_ = home_.now() + home_.options().idle_timeout;
  advance();
}

void session::shake_hands() {
  phase_ = phase::handshaking;
  deadline_ = home_.now() + home_.options().header_timeout;
  socket_.async_handshake([self = shared_from_this()](handshake came_to) {
    if (self->phase_ != phase::handshaking)
      return;
    switch (came_to) {
    case handshake::done:
      self->phase_ = phase::idle;
      self->deadline_ = self->home_.now() + self->home_.options().idle_timeout;
      self->advance();
      return;
    case handshake::not_tls:
      self->socket_.speak_plainly();
      self->refuse(refusal(400, "tls_required", "This port speaks HTTPS; the request came in the clear."));
      return;
    case handshake::failed: self->close(); return;
    }
  });
}

/// Goes as far as it can without waiting.
void session::advance() {
  for (int requests = 0, pieces = 0;;) {
    switch (phase_) {
    case phase::idle:
      if (++requests > requests_at_once) {
        advance_later();
        return;
      }
      [[fallthrough]];
    case phase::head:
      if (!read_head())
        return;
      break;
    case phase::body:
      if (!read_body())
        return;
      break;
    case phase::streaming:
      if (++pieces > pieces_at_once) {
        advance_later();
        return;
      }
      if (!next_piece())
        return;
      break;
    case phase::handshaking:
    case phase::handling:
    case phase::writing:
    case phase::lingering:
    case phase::closed: return;
    }
  }
}

void session::advance_later() {
  net::post(home_.io, [self = shared_from_this()] { self->advance(); });
}

/// @returns whether there is more to do without waiting.
bool session::read_head() {
  const auto& options = home_.options();
  if (phase_ == phase::idle) {
    if (buffer_.empty()) {
      if (home_.stopping()) {
        close();
        return false;
      }
      if (!reading_)
        buffer_.rest();
      start_read(read_buffer::resting_size);
      return false;
    }
    phase_ = phase::head;
    ++number_;
    request_id_.clear();
    gate_.close();
    head_bytes_ = 0;
    head_only_ = false;
    deadline_ = home_.now() + options.header_timeout;
    parser_.emplace();
    parser_->header_limit(options.header_limit);
    parser_->body_limit(boost::none); // it depends on the route
  }
  boost::system::error_code error;
  const auto unread = buffer_.unread();
  const auto used = unread.empty() ? 0 : parser_->put(net::buffer(unread.data(), unread.size()), error);
  buffer_.consume(used);
  head_bytes_ += used;
  if (error && error != beast::http::error::need_more) {
    refuse(malformed_http(error));
    return true;
  }
  const auto waiting = parser_->is_header_done() ? 0 : buffer_.unread().size();
  if (head_bytes_ + waiting > options.header_limit) {
    refuse(malformed_http(beast::http::error::header_limit));
    return true;
  }
  if (parser_->is_header_done()) {
    on_head();
    return true;
  }
  start_read(read_buffer::resting_size);
  return false;
}

/// A refused body is read to its end if it is short and surely comes; else the connection cannot go on.
void session::begin_body(std::optional<problem_details> refused) {
  const bool expects = !http_1_0_ && parser_->get().count(field::expect) > 0;
  if (refused) {
    const auto length = parser_->content_length();
    const bool unwanted = refused->status == 401 || refused->status == 413;
    if (expects || unwanted || !length || *length > discard_limit) {
      refuse(std::move(*refused));
      return;
    }
    use_ = body_use::discard;
    refused_ = std::move(refused);
  } else if (use_ == body_use::stream) {
    sink_ = route_->open(home_.context(), request_, [this] { return make_link(); });
  }
  phase_ = phase::body;
  sink_waits_ = false;
  stretch_bytes_ = 0;
  deadline_ = home_.now() + home_.options().body_timeout;
  if (expects && buffer_.empty() && !send_continue())
    close();
}

bool session::send_continue() {
  constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
  boost::system::error_code error;
  // Every earlier answer has left, so the socket has room for these few bytes; if not, nobody reads at the other end.
  return socket_.write_some({net::buffer(text)}, error) == text.size();
}

/// @returns whether there is more to do without waiting.
bool session::read_body() {
  while (!parser_->is_done()) {
    if (sink_waits_)
      return false;
    const auto unread = buffer_.unread();
    boost::system::error_code error;
    std::size_t used = 0;
    auto& slice = parser_->get().body().slice;
    slice = {};
    if (!unread.empty()) {
      used = parser_->put(net::buffer(unread.data(), unread.size()), error);
      buffer_.consume(used);
    }
    if (error && error != beast::http::error::need_more) {
      refuse(malformed_http(error));
      return true;
    }
    if (!slice.empty()) {
      take(slice);
      if (phase_ != phase::body)
        return true;
    } else if (used == 0) {
      // Chunk headers and trailers are parsed whole: they must not fill the memory.
      if (unread.size() >= home_.options().header_limit && unread.size() >= collect_read_size) {
        refuse(malformed_http(beast::http::error::bad_chunk));
        return true;
      }
      start_read(use_ == body_use::stream ? stream_read_size : collect_read_size);
      return false;
    }
  }
  if (sink_waits_)
    return false;
  end_body();
  return true;
}

void session::take(std::string_view slice) {
  body_bytes_ += slice.size();
  stretch_bytes_ += slice.size();
  if (use_ == body_use::discard)
    return;
  if (body_bytes_ > body_limit()) {
    refuse(body_too_large(body_limit()));
    return;
  }
  if (keyed_)
    keyed_->take(slice);
  if (use_ == body_use::compare)
    return;
  if (use_ == body_use::collect) {
    request_.body.append(slice);
    return;
  }
  try {
    sink_waits_ = !sink_->feed(slice);
  } catch (const std::exception& e) {
    spdlog::error("http: [{}] {} {}", request_id_, std::string_view{parser_->get().target()}, e.what());
    refuse(refusal(500, "internal_error", "The request could not be carried out."));
    return;
  }
  if (sink_waits_)
    deadline_.reset();
}

void session::end_body() {
  deadline_.reset();
  if (refused_) {
    respond(problem_response(*refused_));
    return;
  }
  // A body may have taken its time.
  if (has_body_) {
    if (auto revoked = gate_.recheck()) {
      respond(problem_response(*revoked));
      return;
    }
  }
  if (keyed_) {
    if (auto known = keyed_->finish()) {
      if (!known->replayed || route_->replay == nullptr)
        return respond(std::move(*known));
      phase_ = phase::handling;
      return route_->replay(home_.context(), request_, std::move(*known), [this] { return make_link(); });
    }
  }
  phase_ = phase::handling;
  handle();
}

void session::handle() {
  try {
    if (sink_) {
      sink_->end();
    } else if (auto now = route_->handle(home_.context(), request_, [this] { return make_link(); })) {
      respond(std::move(*now));
    }
  } catch (const std::exception& e) {
    spdlog::error("http: [{}] {} {}", request_id_, std::string_view{parser_->get().target()}, e.what());
    respond(problem_response(refusal(500, "internal_error", "The request could not be carried out.")));
  }
}

/// Answers without having read the whole request: what follows on the connection cannot be told apart from it.
void session::refuse(problem_details why) {
  if (request_id_.empty())
    request_id_ = home_.make_request_id();
  auto what = problem_response(why);
  what.close = true;
  respond(std::move(what));
}

void session::start_read(std::size_t wanted) {
  if (reading_)
    return;
  reading_ = true;
  socket_.async_read_some(buffer_.prepare(wanted),
    [self = shared_from_this()](boost::system::error_code error, std::size_t bytes) { self->on_read(error, bytes); });
}

void session::on_read(boost::system::error_code error, std::size_t bytes) {
  reading_ = false;
  if (phase_ == phase::closed)
    return;
  if (phase_ == phase::lingering) {
    if (error) {
      close();
    } else {
      buffer_.clear();
      start_read(collect_read_size);
    }
    return;
  }
  if (error == net::error::eof && (phase_ == phase::writing || phase_ == phase::streaming)) {
    keep_alive_ = false; // it may have closed only its own direction, and still read
    client_done_ = true;
    if (phase_ == phase::streaming && answer_.stream->endless())
      advance();
    return;
  }
  if (error == net::error::eof && (phase_ == phase::head || phase_ == phase::body)) {
    // The client may have closed only its own direction, and still learn why nothing came of it.
    refuse(refusal(400, "incomplete_request", "The request ends in the middle."));
    return;
  }
  if (error) {
    close();
    return;
  }
  buffer_.commit(bytes);
  advance();
}

void session::check_deadline() {
  if (!deadline_ || home_.now() < *deadline_)
    return;
  switch (phase_) {
  case phase::head: cut_off(); return;
  case phase::body: check_body_rate(); return;
  case phase::streaming: beat(); return;
  case phase::handshaking:
  case phase::idle:
  case phase::writing:
  case phase::lingering: close(); return;
  case phase::handling:
  case phase::closed: return;
  }
}

void session::check_body_rate() {
  const auto& options = home_.options();
  const auto expected = options.body_min_rate * static_cast<std::uint64_t>(options.body_timeout.count()) / 1000;
  if (stretch_bytes_ < std::max<std::uint64_t>(expected, 1)) {
    cut_off();
    return;
  }
  stretch_bytes_ = 0;
  deadline_ = home_.now() + options.body_timeout;
}

void session::cut_off() { refuse(refusal(408, "request_timeout", "The request came too slowly.")); }

void session::begin_stop() {
  if (phase_ == phase::handshaking || (phase_ == phase::idle && buffer_.empty()))
    close();
  else if (phase_ == phase::streaming && answer_.stream->endless())
    advance();
}

void session::close() {
  if (phase_ == phase::closed)
    return;
  phase_ = phase::closed;
  deadline_.reset();
  sink_.reset();
  release_key();
  answer_.stream.reset();
  socket_.close();
  home_.remove(*this);
}

} // namespace redial::http
