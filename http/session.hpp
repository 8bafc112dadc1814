/// One connection: reads a request, has it answered, writes the answer, and only then looks at the next.
#pragma once

#include "http/exchange.hpp"
#include "http/gate.hpp"
#include "http/head_check.hpp"
#include "http/keyed_exchange.hpp"
#include "http/read_buffer.hpp"
#include "http/router.hpp"
#include "http/slice_body.hpp"
#include "http/worker.hpp"

#include <boost/beast/http/parser.hpp>

#include <memory>
#include <optional>
#include <string>

namespace redial::http {

/// Everything happens in the io thread of its worker, which owns it.
class session final : public std::enable_shared_from_this<session> {
public:
  /// @param tls null: in the clear
  session(worker& home, tcp_socket socket, const tls_context& tls);

  void start();
  /// Called at each tick: cuts what has taken too long.
  void check_deadline();
  /// Closes if no request is under way; otherwise the next answer is the last.
  void begin_stop();
  void close();

  /// The answer to request `number`, made elsewhere; ignored unless that request waits for it.
  void answer(std::uint64_t number, response what);
  /// The body sink of request `number` takes more, or its body source has more.
  void resume(std::uint64_t number);

  std::size_t index = 0; ///< position in the worker's list; the worker's own

private:
  enum class phase : std::uint8_t { handshaking, idle, head, body, handling, writing, streaming, lingering, closed };
  /// What becomes of the body.
  enum class body_use : std::uint8_t { collect, stream, discard, compare };
  using parser = boost::beast::http::request_parser<slice_body>;
  using steady_point = worker::steady_point;

  void shake_hands();
  void advance();
  void advance_later();
  bool read_head();
  void on_head();
  std::optional<problem_details> route_request();
  std::optional<problem_details> claim_key();
  void release_key();
  std::optional<problem_details> check_body();
  void begin_body(std::optional<problem_details> refused);
  bool send_continue();
  bool read_body();
  void take(std::string_view slice);
  void end_body();
  void handle();
  void refuse(problem_details why);
  void respond(response what);
  void begin_stream();
  bool next_piece();
  void send_piece(bool last);
  void beat();
  void abort();
  void write_rest();
  void written();
  void linger();
  void start_read(std::size_t wanted);
  void on_read(boost::system::error_code error, std::size_t bytes);
  void cut_off();
  void check_body_rate();
  void log_request() const;
  std::uint64_t body_limit() const noexcept;
  session_link_ptr make_link();

  worker& home_;
  connection socket_;
  gate gate_;
  read_buffer buffer_;
  std::optional<parser> parser_;
  phase phase_ = phase::idle;
  body_use use_ = body_use::collect;
  bool reading_ = false; ///< a read is with the socket
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool head_only_ = false; ///< HEAD: the answer has no body
  bool has_body_ = false;
  bool client_done_ = false;  ///< it sends nothing more
  bool sink_waits_ = false;   ///< the sink will say when it takes more
  bool source_waits_ = false; ///< the source of the answer's body will say when it has more
  std::uint64_t number_ = 0;  ///< of the request on this connection
  std::size_t head_bytes_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t stretch_bytes_ = 0; ///< of the body, since the deadline was set
  std::optional<steady_point> deadline_;
  steady_point begun_{};
  std::string request_id_;
  const route* route_ = nullptr;
  request request_;
  std::shared_ptr<body_sink> sink_;
  std::unique_ptr<keyed_exchange> keyed_;  ///< of a request with an Idempotency-Key, until it is answered
  std::optional<problem_details> refused_; ///< the answer once the body has been discarded
  response answer_;
  std::string answer_head_;
  std::size_t answer_sent_ = 0;
};

} // namespace redial::http
