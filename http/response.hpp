/// An answer before it is put into bytes, and the putting.
#pragma once

#include "http/problem.hpp"
#include "http/rate_limiter.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace redial::http {

class body_source;

/// What a route answers. The connection adds what belongs to it: request id, length, date, whether it stays open.
struct response {
  unsigned status = 200;
  std::string_view content_type = "application/json"; ///< of static storage
  std::string body;
  std::shared_ptr<const std::string> shared_body; ///< instead of `body`, where many answers are the same
  std::shared_ptr<body_source> stream;            ///< instead of both: the body comes from it piece by piece
  std::string location;
  std::string allow;
  std::string authenticate; ///< WWW-Authenticate
  std::string disposition;  ///< Content-Disposition
  unsigned retry_after = 0; ///< seconds, 0 for no Retry-After
  bool replayed = false;    ///< it was given before, to a request with the same Idempotency-Key
  bool close = false;       ///< the connection cannot go on after this answer

  std::string_view text() const noexcept { return shared_body ? std::string_view{*shared_body} : body; }
};

response json_response(unsigned status, std::string body);
response problem_response(const problem_details& details);
/// @returns the answer to a refusal of the engine.
response problem_response(const problem& refusal);

/// What the connection knows about an answer.
struct response_frame {
  std::string_view request_id;
  std::string_view date; ///< value of the Date header
  bool keep_alive = true;
  /// The client needs to be told that the connection stays open, and knows no chunks: the end of a streamed body is
  /// that of the connection.
  bool http_1_0 = false;
  std::optional<rate_quota> quota{}; ///< of the caller, where it is known and there is a limit
};

/// Appends the head of the answer, blank line included.
void append_head(std::string& out, const response& answer, const response_frame& frame);

} // namespace redial::http
