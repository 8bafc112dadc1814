#include "http/body_source.hpp"
#include "http/session.hpp"

#include <spdlog/spdlog.h>

#include <charconv>

#include <netinet/tcp.h>

// An answer whose body is made while it is being sent: one piece at a time, the next when the socket has taken the
// former.

namespace redial::http {

namespace {

/// What the system may hold of an answer that the client's system has not been sent. Without a limit it would take
/// megabytes for a client that reads nothing, and events would be old by the time that they leave.
constexpr int unsent_limit = 2 * static_cast<int>(body_source::piece_size);

void append_hexadecimal(std::string& out, std::size_t number) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  out.append(digits.data(), end);
}

} // namespace

/// The head is about to be written.
void session::begin_stream() {
  if (head_only_) {
    answer_.stream.reset();
    return;
  }
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_limit, sizeof unsent_limit);
  // While there is nothing to write, reading is how one learns that the client has gone.
  if (buffer_.empty())
    start_read(read_buffer::resting_size);
}

/// @returns whether there is more to do without waiting.
bool session::next_piece() {
  auto& source = *answer_.stream;
  source_waits_ = false;
  deadline_.reset();
  answer_.body.clear();
  const bool unwelcome = gate_.recheck().has_value();
  if (unwelcome && !source.endless()) {
    abort();
    return false;
  }
  if (source.endless() && (unwelcome || client_done_ || home_.stopping())) {
    send_piece(true);
    return true;
  }
  auto said = pulled::failed;
  try {
    said = source.pull(answer_.body);
  } catch (const std::exception& e) {
    spdlog::error("http: [{}] {} {}", request_id_, std::string_view{parser_->get().target()}, e.what());
  }
  switch (said) {
  case pulled::piece:
    if (!answer_.body.empty())
      send_piece(false);
    return true;
  case pulled::end: send_piece(true); return true;
  case pulled::later: break;
  case pulled::failed: abort(); return false;
  }
  source_waits_ = true;
  if (answer_.body.capacity() > read_buffer::resting_size)
    answer_.body = {};
  if (const auto interval = source.heartbeat_interval(); interval.count() > 0)
    deadline_ = home_.now() + interval;
  return false;
}

void session::send_piece(bool last) {
  auto& piece = answer_.body;
  answer_head_.clear();
  if (!http_1_0_) {
    // An empty chunk would say that the body is over.
    if (!piece.empty()) {
      append_hexadecimal(answer_head_, piece.size());
      answer_head_ += "\r\n";
      piece += "\r\n";
    }
    if (last)
      piece += "0\r\n\r\n";
  }
  if (last)
    answer_.stream.reset();
  answer_sent_ = 0;
  phase_ = phase::writing;
  write_rest();
}

/// The source has had nothing for a while: something goes out all the same, so that nobody on the way takes the
/// connection for dead, and so that a client that is no longer there is found out.
void session::beat() {
  source_waits_ = false;
  deadline_.reset();
  answer_.body.clear();
  answer_.stream->beat(answer_.body);
  send_piece(false);
  advance();
}

/// Cuts the connection in the middle of a body. Without chunks, only a reset tells that from the body's end.
void session::abort() {
  log_request();
  if (http_1_0_)
    socket_.reset();
  close();
}

} // namespace redial::http
